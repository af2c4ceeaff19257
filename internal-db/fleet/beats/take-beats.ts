// Takes beats: verifies each, judges it, writes all that one call brings down in one transaction, and answers each with a signed
// reply. Called for `fleet.beats`. An appliance whose catalog stands costs a look at its row and one update of it. What is wrong
// with one of them is that one's: where the common transaction fails, each is written in one of its own.
import { readBeat, type Beat } from '#commlink/fleet/beat.ts';
import type { ApplianceOrder } from '#commlink/fleet/beat-reply.ts';
import type { BeatAnswer } from '#commlink/methods/fleet-methods.ts';
import type { ServiceContext } from '../../service-context.ts';
import type { BeatingAppliance } from '../../store/fleet-beats.ts';
import type { Transaction } from '../../store/store.ts';
import { answerAlone, isStoreWide, type MessageFault } from '../answer-alone.ts';
import { quarantine } from '../appliances/change-state.ts';
import { readGeneration } from '../fleet-generation.ts';
import { openMessage, type IncomingMessage, type OpenedMessage } from '../open-message.ts';
import { digestState, type BeatArrival } from './compose-beat-record.ts';
import { judgeBeat, type BeatVerdict } from './judge-beat.ts';
import { recordBeat } from './record-beat.ts';

/** A beat that verifies, with the row that it is judged by. */
interface VerifiedBeat {
  readonly appliance: BeatingAppliance;
  readonly beat: Beat;
  readonly arrival: BeatArrival;
}

type Opened = OpenedMessage<Beat> | MessageFault;
/** What became of one; null: it did not verify. */
type Written = BeatVerdict | MessageFault | null;

/** Takes them, in order; the answers are in the same order. */
export async function takeBeats(
  context: ServiceContext,
  incoming: readonly IncomingMessage[],
): Promise<BeatAnswer[]> {
  if (!context.fleetMetadata.isSetUp()) return incoming.map(() => ({ accepted: false, reason: 'not_ready' }));
  const atMs = context.clock.nowMs();
  const alone = <T>(index: number, work: () => Promise<T>) => {
    const { message = '', address = '' } = incoming[index] ?? {};
    return answerAlone(context, { kind: 'beat', message, address }, work);
  };
  const opened = await Promise.all(
    incoming.map((each, index) =>
      alone(index, () => openMessage(context, each, { kind: 'beat', read: readBeat })),
    ),
  );
  const beats = opened.map((each, index) =>
    verifiedOf(each, { atMs, address: incoming[index]?.address ?? '' }),
  );
  const { written, generation } = await writeBeats(context, beats, alone);
  return await Promise.all(
    opened.map(async (each, index): Promise<BeatAnswer> => {
      const [verified, verdict] = [beats[index], written[index]];
      if (!each.accepted) return each;
      if (!verified || !verdict || verdict === 'stale') return { accepted: false, reason: 'stale' };
      if (typeof verdict !== 'string') return verdict;
      return await alone(index, () => answerBeat(context, verified, { verdict, generation }));
    }),
  );
}

function verifiedOf(opened: Opened, arrival: BeatArrival): VerifiedBeat | null {
  return opened.accepted ? { appliance: opened.appliance, beat: opened.body, arrival } : null;
}

async function writeBeats(
  { store }: Pick<ServiceContext, 'store'>,
  beats: readonly (VerifiedBeat | null)[],
  alone: <T>(index: number, work: () => Promise<T>) => Promise<T | MessageFault>,
): Promise<{ written: Written[]; generation: number }> {
  try {
    return await store.transaction(async (transaction) => {
      const written: Written[] = [];
      for (const verified of beats) written.push(verified && (await writeBeat(transaction, verified)));
      return { written, generation: await readGeneration(transaction) };
    });
  } catch (error) {
    if (isStoreWide(error)) throw error;
  }
  const written = await Promise.all(
    beats.map(
      async (verified, index) =>
        verified &&
        (await alone(index, () => store.transaction((transaction) => writeBeat(transaction, verified)))),
    ),
  );
  return { written, generation: await readGeneration(store.read) };
}

/** Judged by what was read before; anew by what is there now where another beat of the same appliance came between. */
async function writeBeat(transaction: Transaction, verified: VerifiedBeat): Promise<BeatVerdict> {
  const { appliance, beat, arrival } = verified;
  const verdict = judgeBeat(beat, appliance.beat);
  if (verdict === 'cloned' && appliance.state === 'active')
    await quarantine(transaction, appliance.uid, { why: 'two_machines', atMs: arrival.atMs });
  if (verdict !== 'news' || (await recordBeat(transaction, verified))) return verdict;
  const now = await transaction.beats.beating(appliance.uid);
  return now ? await writeBeat(transaction, { ...verified, appliance: now }) : 'stale';
}

async function answerBeat(
  context: ServiceContext,
  verified: VerifiedBeat,
  { verdict, generation }: { verdict: BeatVerdict; generation: number },
): Promise<BeatAnswer> {
  const { beat } = verified;
  const { uid, state, restoringSinceMs, beat: known } = verified.appliance;
  // What it has installed since may decide what comes next, and whether it is restored.
  const hasNews =
    digestState(beat) !== known.stateDigest || restoringSinceMs !== null || verdict === 'cloned';
  const now = hasNews ? await context.store.read.beats.beating(uid) : undefined;
  const appliance = now ? { ...now, catalog: null } : verified.appliance;
  const hasCatalog = state === 'active' && appliance.state === 'active';
  const sha256 = hasCatalog ? await context.applianceCatalogs.markOf(appliance, generation) : null;
  const reply = context.fleetMetadata.signReply({
    uid,
    nonce: beat.nonce,
    nowMs: context.clock.wallMs(),
    catalog: sha256 === null ? null : { sha256 },
    intervalMs: context.settings().fleet.beatIntervalMs,
    polls: hasCatalog && (await context.pingPlaces.hasPlaceFor(appliance.slot)),
    order: orderFor(appliance),
  });
  return { accepted: true, reply };
}

function orderFor({ state, restoringSinceMs }: BeatingAppliance): ApplianceOrder | null {
  if (state === 'retired' || state === 'quarantined') return state;
  return restoringSinceMs === null ? null : 'restore';
}
