// Writes a beat down, in the transaction of its batch: one small row, and more only where it brings news. Called by take-beats.ts
// for beats that were judged to be news.
import type { Beat, InstallResult } from '#commlink/fleet/beat.ts';
import { packagePlaceOf } from '#commlink/fleet/fleet-names.ts';
import type { BeatRecord, BeatingAppliance } from '../../store/fleet-beats.ts';
import type { Transaction } from '../../store/store.ts';
import { askRestore } from '../appliances/change-state.ts';
import { EventList } from '../event-list.ts';
import { eventOutputCharactersMax, eventsPerDayMax } from '../limits.ts';
import { composeBeatRecord, endedDay, type BeatArrival } from './compose-beat-record.ts';

const dayMs = 86_400_000;

/** Writes it. False, and nothing is written, when another one was taken since it was judged. */
export async function recordBeat(
  transaction: Transaction,
  { appliance, beat, arrival }: { appliance: BeatingAppliance; beat: Beat; arrival: BeatArrival },
): Promise<boolean> {
  const { beats } = transaction;
  const { uid, beat: known } = appliance;
  const record = composeBeatRecord(beat, known, arrival);
  if (!(await beats.putBeat(record, known.nonce))) return false;
  const day = endedDay(known, arrival.atMs);
  if (day) await beats.addDay(day);
  const events = new EventList(uid, arrival.atMs);
  noteChanges(events, { beat, known, appliance });
  const hasNewState = record.stateDigest !== known.stateDigest && appliance.restoringSinceMs === null;
  if (hasNewState || beat.results.length > 0) {
    const own = await readOwnProducts(transaction, appliance);
    await recordResults(transaction, { beat, events, own });
    if (hasNewState && beat.installed.length === 0 && hasConfirmed(own)) {
      // Nothing takes packages away from an appliance: its own memory is lost. What it had confirmed is what it gets again.
      const reason = 'It does not know any more what it had installed.';
      await askRestore(transaction, uid, { actor: 'internal-db', reason, atMs: arrival.atMs });
    } else if (hasNewState) await recordState(transaction, { beat, events, own });
  }
  if (await endRestoring(transaction, { appliance, beat, events }))
    await recordState(transaction, { beat, events, own: await readOwnProducts(transaction, appliance) });
  if (events.count === 0) return true;
  const dayStartMs = arrival.atMs - (arrival.atMs % dayMs);
  events.fitInto(eventsPerDayMax - (await beats.eventCountSince(uid, dayStartMs)));
  await events.write(transaction);
  return true;
}

interface RecordedParts {
  readonly beat: Beat;
  readonly events: EventList;
  readonly own: ReadonlyMap<string, OwnProduct>;
}

interface OwnProduct {
  readonly productId: string;
  readonly sentVersion: string | null;
  readonly confirmedVersion: string | null;
}

function hasConfirmed(own: ReadonlyMap<string, OwnProduct>): boolean {
  return [...own.values()].some(({ confirmedVersion }) => confirmedVersion !== null);
}

/** By name, what its type runs or it was sent before. What an appliance says of other products is nothing to us. */
async function readOwnProducts(
  { beats, catalog, fleetTypes }: Transaction,
  { uid, typeId }: BeatingAppliance,
): Promise<ReadonlyMap<string, OwnProduct>> {
  const ofType = await catalog.productsByIds(await fleetTypes.productsOf(typeId));
  const known = await beats.productsOf(uid);
  return new Map<string, OwnProduct>([
    ...ofType.map(
      ({ name, id }) => [name, { productId: id, sentVersion: null, confirmedVersion: null }] as const,
    ),
    ...known.map((each) => [each.product, each] as const),
  ]);
}

/** Of each product the last one counts, if it is of the version that was sent: rollouts go by it. */
async function recordResults({ beats }: Transaction, { beat, events, own }: RecordedParts): Promise<void> {
  const lastOf = new Map<string, InstallResult>();
  for (const result of beat.results) {
    const { path, version, outcome, code, exitCode, output } = result;
    const said = outcome === 'installed' ? '' : output.slice(-eventOutputCharactersMax);
    events.add('result', {
      path,
      version,
      outcome,
      code,
      exitCode,
      ...(said === '' ? {} : { output: said }),
    });
    const product = own.get(packagePlaceOf(path)?.product ?? '');
    if (product && product.sentVersion === version) lastOf.set(product.productId, result);
  }
  for (const [productId, result] of lastOf)
    await beats.putOutcome(events.uid, outcomeOf(productId, result, events.atMs));
}

/** What is there is confirmed, as far as it can have come from here. */
async function recordState({ beats }: Transaction, { beat, events, own }: RecordedParts): Promise<void> {
  const versionOf = new Map<string, string>();
  const products = new Map<string, string>();
  for (const { product, version } of beat.installed) {
    const productId = own.get(product)?.productId;
    if (productId === undefined) continue;
    versionOf.set(product, version);
    products.set(productId, version);
  }
  const known = new Set((await beats.filesOf(events.uid)).map(({ path }) => path));
  const files = beat.files.flatMap(({ path, sha256 }) => (known.has(path) ? [{ path, sha256 }] : []));
  await beats.putConfirmed(events.uid, {
    products: [...products].map(([productId, version]) => ({ productId, version })),
    files,
    atMs: events.atMs,
  });
  events.add('confirmed', { products: Object.fromEntries(versionOf) });
}

/** Restored is what is there when all of the catalog was looked at that was made for it. True when it is over. */
async function endRestoring(
  { appliances, beats }: Transaction,
  { appliance, beat, events }: { appliance: BeatingAppliance; beat: Beat; events: EventList },
): Promise<boolean> {
  if (appliance.restoringSinceMs === null || beat.cause !== 'installed') return false;
  if (appliance.catalog === null || beat.catalog?.sha256 !== appliance.catalog.sha256) return false;
  const sent = await beats.productsOf(appliance.uid);
  const isThere = sent.every(
    ({ product, sentVersion }) =>
      sentVersion === null ||
      beat.installed.some((each) => each.product === product && each.version === sentVersion),
  );
  if (!isThere) return false;
  await appliances.setRestoring(appliance.uid, null);
  await beats.dropCatalogs([appliance.uid]);
  events.add('restored', {});
  return true;
}

function noteChanges(
  events: EventList,
  { beat, known, appliance }: { beat: Beat; known: BeatRecord; appliance: BeatingAppliance },
): void {
  if (known.missingSinceMs !== null) events.add('back', { sinceMs: known.missingSinceMs });
  if (known.bootId !== '' && known.bootId !== beat.bootId) events.add('restarted', {});
  const hardware = known.hardware === '' ? appliance.enrolledHardware : known.hardware;
  if (hardware !== beat.hardware) events.add('hardware_changed', {});
  const codes = problemCodes(beat.problems);
  const { problems = [] } = JSON.parse(known.report) as { problems?: readonly { code: string }[] };
  if (codes.join() !== problemCodes(problems).join()) events.add('problems', { codes });
}

function problemCodes(problems: readonly { readonly code: string }[]): string[] {
  return [...new Set(problems.map(({ code }) => code))].toSorted();
}

/** With the time at which it is heard: the appliance's own clock may be wrong, and rollouts go by this. */
function outcomeOf(productId: string, { outcome, version, code }: InstallResult, atMs: number) {
  return { productId, outcome, outcomeVersion: version, outcomeCode: code, outcomeAtMs: atMs };
}
