// What the stager answers its session servers: the jail's door (session-methods.ts). Caller: the session host takes these,
// one set for each session server, so that each speaks for its own transfers only.
import type { Static } from '#commlink/schema.ts';
import { decideApplianceLogin } from './appliance-login.ts';
import type { DownloadRegister } from './downloads/download-register.ts';
import type { DownloadRecord } from './ledger/download-records.ts';
import { verifyLogin, type LoginRelayOptions } from './login-relay.ts';
import type { GenerationOptions } from './session-host/session-generation.ts';
import type { TransferRefusal, stagerMethods } from './session-methods.ts';
import type { NodeSessions } from './sessions/node-sessions.ts';
import type { StagerContext } from './stager/stager-context.ts';

/** What the handlers work with. */
export interface SessionDoor {
  readonly context: StagerContext;
  readonly downloads: DownloadRegister;
  readonly sessions: NodeSessions;
  readonly login: LoginRelayOptions;
}

const deliveryPrincipal = 'delivery:';

/** Whether an order has ended the delivery that somebody logs in with, while the login was decided. */
function isEndedDelivery({ deliveries }: StagerContext, principal: string): boolean {
  if (!principal.startsWith(deliveryPrincipal)) return false;
  return deliveries.isEnded(principal.slice(deliveryPrincipal.length));
}

/** The handlers for the session server `name`. */
export function sessionHandlers(
  door: SessionDoor,
  name: string,
): ReturnType<GenerationOptions['handlersFor']> {
  const { context, downloads } = door;
  const { directory, bandwidth } = door.sessions;
  return {
    'connection.open': async (opened) => directory.openConnection(name, opened),
    'connection.close': async ({ connection }) => {
      directory.closeConnection(name, connection);
      return {};
    },
    'session.begin': async (starting) => {
      const session = directory.beginSession(name, starting);
      if (session === null) return { begun: false, reason: 'too_many' };
      const { account, principal, protocol } = starting;
      context.log.info({ account, principal, protocol }, 'logged in');
      return { begun: true, session, isRevoked: isEndedDelivery(context, principal) };
    },
    'session.over': async ({ session }) => {
      directory.endSession(name, session);
      return {};
    },
    'login.verify': async (attempt, { signal }) =>
      decideApplianceLogin(context, attempt) ?? (await verifyLogin(door.login, attempt, signal)),
    'staging.describe': async ({ account, path, delivery: asked }) => {
      const nowMs = context.now();
      const record = context.deliveries
        .at(account, path)
        .find(({ stagedUntilMs, delivery }) => stagedUntilMs > nowMs && delivery === (asked ?? delivery));
      if (record === undefined) return null;
      const { delivery, sha256, sizeBytes, mediaType, publishedAtMs } = record;
      return { delivery, sha256, sizeBytes, mediaType, publishedAtMs };
    },
    'transfer.begin': (start, { signal }) => beginTransfer({ door, name, signal }, start),
    'transfer.progress': async ({ download, sentBytes }) => {
      downloads.progress(download, sentBytes, name);
      directory.transfers.progress(name, download, sentBytes);
      return {};
    },
    'transfer.end': async (ending) => {
      directory.transfers.end(name, ending.download);
      bandwidth.change();
      await downloads.end(ending, name);
      return {};
    },
  };
}

type BeginMethod = (typeof stagerMethods)['transfer.begin'];
type TransferAnswer = Static<BeginMethod['result']>;

/** Takes the transfer's place, waits for its turn, and records it. */
async function beginTransfer(
  asking: { door: SessionDoor; name: string; signal: AbortSignal },
  { connection: id, ...start }: Static<BeginMethod['params']>,
): Promise<TransferAnswer> {
  const { door, name, signal } = asking;
  const { directory, bandwidth, pace } = door.sessions;
  const refuse = (refusal: TransferRefusal): TransferAnswer => ({ begun: false, refusal });
  const connection = directory.connectionOf(name, id);
  const place = connection === null ? null : directory.transfers.take(connection, start.account);
  if (place === null) return refuse('too_many_transfers');
  let record: DownloadRecord | null = null;
  try {
    if (!(await pace.admit(start.account))) return refuse('too_many');
    record = await door.downloads.begin(start, name);
    if (record === null) return refuse('not_staged');
  } finally {
    if (record === null) place.release();
  }
  const { download, delivery, account, protocol } = record;
  door.context.log.info({ download, delivery, account, protocol }, 'download begun');
  const bytesPerSecond = bandwidth.begin(place.begin(record));
  // Its session server died meanwhile, and what it had was ended without this one.
  if (signal.aborted) {
    directory.transfers.end(name, download);
    await door.downloads.end({ download, sentBytes: 0, outcome: 'aborted' }, name);
  }
  return { begun: true, download, bytesPerSecond };
}
