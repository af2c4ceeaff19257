// All that the stager keeps of its customers' sessions: who is connected, what is transferred, how fast it may be. Caller:
// main.ts opens it once; the session handlers tell it what the session servers say.
import type { Logger } from '#commlink/log.ts';
import type { RpcPeer } from '#commlink/rpc.ts';
import type { BanList } from '../bans/ban-list.ts';
import { TransferPace } from '../downloads/transfer-pace.ts';
import type { NodeLimits } from '../limits.ts';
import type { sessionServerMethods } from '../session-methods.ts';
import { Bandwidth, type Rates } from './bandwidth.ts';
import { SessionDirectory, type SessionEnding } from './session-directory.ts';

type SessionServer = Pick<RpcPeer<typeof sessionServerMethods>, 'call'>;

/** What it is opened with. */
export interface NodeSessionsOptions {
  /** The limits in use; asked each time. */
  readonly limits: () => NodeLimits;
  readonly bans: Pick<BanList, 'isBanned' | 'onReplace'>;
  readonly isDraining: () => boolean;
  /** The session server of this name; null when it is gone. */
  readonly channelTo: (server: string) => SessionServer | null;
  readonly log: Logger;
}

/** The sessions of one node. */
export interface NodeSessions {
  readonly directory: SessionDirectory;
  readonly bandwidth: Bandwidth;
  readonly pace: TransferPace;
  /** A session server is gone, with all that it had. */
  forget(server: string): void;
  /** Stops all timers. */
  stop(): void;
}

/** Opens them; there are none yet. */
export function openNodeSessions({
  limits,
  bans,
  isDraining,
  channelTo,
  log,
}: NodeSessionsOptions): NodeSessions {
  const directory = new SessionDirectory({
    limits,
    isBanned: (address) => bans.isBanned(address, Date.now()),
    isDraining,
    endOn: (server, ending) => endOn(channelTo(server), ending, log),
  });
  bans.onReplace(() => void directory.endBanned());
  const bandwidth = new Bandwidth({
    limits,
    running: () => directory.transfers.running,
    paceOn: (server, rates) => paceOn(channelTo(server), rates, log),
  });
  const pace = new TransferPace(() => limits().transfersPerAccountPerSecondMax);
  return {
    directory,
    bandwidth,
    pace,
    forget: (server) => {
      directory.closeAllOf(server);
      bandwidth.change();
    },
    stop: () => {
      bandwidth.stop();
      pace.stop();
    },
  };
}

/** One that is gone, or does not answer (it is killed then), has no sessions. */
async function endOn(server: SessionServer | null, ending: SessionEnding, log: Logger): Promise<number> {
  try {
    return (await server?.call('session.cut', ending))?.cutSessionCount ?? 0;
  } catch (error) {
    log.error({ err: error }, 'a session server did not end sessions; if it hangs it is killed');
    return 0;
  }
}

async function paceOn(server: SessionServer | null, rates: Rates, log: Logger): Promise<void> {
  await server?.call('transfer.pace', { rates }).catch((error: unknown) => {
    log.warn({ err: error }, 'a session server did not take new rates; if it hangs it is killed');
  });
}
