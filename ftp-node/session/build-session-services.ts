// Puts the services of session-services.ts together. Caller: session/main.ts, once. The protocols are given the result
// and nothing else: in particular not the channel to the stager.
import type { Admission } from '#commlink/configuration/admission.ts';
import type { Logger } from '#commlink/log.ts';
import type { Handlers } from '#commlink/method-table.ts';
import type { RpcPeer } from '#commlink/rpc.ts';
import type { sessionServerMethods, stagerMethods } from '../session-methods.ts';
import type { AccountPlace } from './account-place.ts';
import type { TrustedProxies } from '#commlink/proxy-protocol/trusted-proxies.ts';
import { narrowDirectory } from './narrow-directory.ts';
import type { SessionLimits, SessionServices } from './session-services.ts';
import { createSessionRegistry } from './session-registry.ts';
import { TransferRegistry } from './transfer-registry.ts';

/** What the services are built from. */
export interface SessionServicesOptions {
  readonly stager: Pick<RpcPeer<typeof stagerMethods>, 'call'>;
  readonly limits: SessionLimits;
  readonly admission: Pick<Admission, 'waitUntilOpen'>;
  readonly isDraining: () => boolean;
  readonly log: Logger;
  readonly trustedProxies: TrustedProxies;
  readonly accounts: AccountPlace;
}

/** The services, and what the stager may ask about them. */
export interface BuiltSessionServices {
  readonly services: SessionServices;
  readonly handlers: Pick<
    Handlers<typeof sessionServerMethods>,
    'transfer.cut' | 'transfer.pace' | 'session.cut' | 'session.end'
  >;
  readonly sessionCount: () => number;
  readonly transferCount: () => number;
  /** Waits until all transfers have ended and the stager knows, for `withinMs` at most; then stops all timers. */
  stop(withinMs: number): Promise<void>;
}

/** Builds them. */
export function buildSessionServices(options: SessionServicesOptions): BuiltSessionServices {
  const { stager, limits, log } = options;
  const sessions = createSessionRegistry(stager, log);
  const transfers = new TransferRegistry(stager, log);
  return {
    services: {
      log,
      limits,
      trustedProxies: options.trustedProxies,
      verifyLogin: (attempt) => stager.call('login.verify', attempt),
      enterAccount: (account) => options.accounts.enter(account),
      accountDirectory: (account, only) => {
        const directory = options.accounts.directoryOf(account);
        return only === undefined ? directory : narrowDirectory(directory, only.path);
      },
      describeStaging: (account, path, delivery) =>
        stager.call('staging.describe', { account, path: path.slice(1), delivery }),
      beginTransfer: (start) => transfers.begin(start),
      waitForAdmission: (signal) => options.admission.waitUntilOpen(signal),
      isDraining: options.isDraining,
      admitConnection: (offered) => sessions.admit(offered),
      registerSession: (session) => sessions.register(session),
    },
    handlers: {
      'transfer.cut': async ({ downloads }) => ({ cutTransferCount: transfers.cut(downloads) }),
      'transfer.pace': async ({ rates }) => {
        transfers.pace(rates);
        return {};
      },
      'session.cut': async ({ sessions: ids, reason }) => ({ cutSessionCount: sessions.cut(ids, reason) }),
      'session.end': async ({ principal }) => ({ endedSessionCount: sessions.endSessionsOf(principal) }),
    },
    sessionCount: () => sessions.sessionCount,
    transferCount: () => transfers.transferCount,
    stop: async (withinMs) => {
      await transfers.settle(withinMs);
      transfers.stop();
      sessions.stop();
    },
  };
}
