// Opens what an appliance says: finds whose it claims to be, and verifies it with the key that is known of that one. Called by the
// handlers of fleetMethods. A uid is a name, not a proof; what does not verify is counted (refusals.ts) and gets no answer.
import { DocumentError } from '#commlink/document-error.ts';
import {
  peekUid,
  readRequestBase,
  verifyApplianceMessage,
  type ApplianceMessageKind,
  type ApplianceRequestBase,
} from '#commlink/fleet/appliance-message.ts';
import type { ApplianceRefusal } from '#commlink/methods/fleet-methods.ts';
import { signingKeyFromRaw } from '#commlink/node-keys.ts';
import type { ServiceContext } from '../service-context.ts';
import type { BeatingAppliance } from '../store/fleet-beats.ts';
import { beatAgeMsMin, requestAgeMsMax } from './limits.ts';

/** A message as it came over a web-front. */
export interface IncomingMessage {
  readonly message: string;
  readonly address: string;
}

/** An appliance's message that verifies, or why it is turned away. */
export type OpenedMessage<T> =
  | { readonly accepted: true; readonly appliance: BeatingAppliance; readonly body: T }
  | { readonly accepted: false; readonly reason: ApplianceRefusal };

type Context = Pick<ServiceContext, 'store' | 'clock' | 'fleetRefusals'>;

/** Opens a message whose body `read` understands. */
export async function openMessage<T>(
  { store, fleetRefusals }: Context,
  incoming: IncomingMessage,
  { kind, read }: { kind: ApplianceMessageKind; read: (body: unknown) => T },
): Promise<OpenedMessage<T>> {
  let uid = '';
  const refuse = (reason: ApplianceRefusal): OpenedMessage<T> => {
    fleetRefusals.note({ reason, uid, address: incoming.address });
    return { accepted: false, reason };
  };
  try {
    uid = peekUid(kind, incoming.message);
    const appliance = await store.read.beats.beating(uid);
    if (!appliance) return refuse('unknown');
    const key = signingKeyFromRaw(appliance.signingKey);
    return { accepted: true, appliance, body: read(verifyApplianceMessage(kind, incoming.message, key)) };
  } catch (error) {
    if (!(error instanceof DocumentError)) throw error;
    return refuse(error.code === 'bad_signature' ? 'signature' : 'malformed');
  }
}

/**
 * Opens a request of an appliance that may have something: its time must be near, it must come from the machine that has sent the
 * newest beat, soon after that, and it must not be retired. A copy of a disk that asks and never beats thus gets nothing, and
 * neither does who has kept a request.
 */
export async function openRequest<T extends ApplianceRequestBase>(
  context: Context & Pick<ServiceContext, 'settings'>,
  incoming: IncomingMessage,
  opening: { kind: ApplianceMessageKind; read: (body: unknown) => T },
): Promise<OpenedMessage<T>> {
  const opened = await openMessage(context, incoming, opening);
  if (!opened.accepted) return opened;
  if (opened.appliance.state === 'retired') return { accepted: false, reason: 'retired' };
  const ageMs = Math.abs(context.clock.wallMs() - opened.body.sentAtMs);
  const isNear = ageMs <= requestAgeMsMax && isBesideBeat(context, opened);
  return isNear ? opened : { accepted: false, reason: 'stale' };
}

function isBesideBeat(
  { clock, settings }: Pick<ServiceContext, 'clock' | 'settings'>,
  { appliance: { beat }, body }: { appliance: BeatingAppliance; body: ApplianceRequestBase },
): boolean {
  const { lastBeatAtMs, counter, bootId } = beat;
  const beatAgeMsMax = Math.max(beatAgeMsMin, 2 * settings().fleet.beatIntervalMs);
  const isSoon = lastBeatAtMs !== null && clock.nowMs() - lastBeatAtMs <= beatAgeMsMax;
  return isSoon && body.counter === counter && body.bootId === bootId;
}

/** Opens a request that is nothing but a request. */
export async function openPlainRequest(
  context: Context & Pick<ServiceContext, 'settings'>,
  incoming: IncomingMessage,
  kind: 'catalog-request' | 'ping-request',
): Promise<OpenedMessage<ApplianceRequestBase>> {
  return await openRequest(context, incoming, { kind, read: (body) => readRequestBase(kind, body) });
}
