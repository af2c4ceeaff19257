// The connections and logged-in sessions of one session server: announced to the stager, which counts them for the whole
// node, and ended from there, or when a session's credential ends. Caller: the session services. It looks at the clock
// once a second and keeps no long timers, so a clock that is set does no harm.
import type { Logger } from '#commlink/log.ts';
import type { RpcPeer } from '#commlink/rpc.ts';
import { cutMemoryMs, sessionTickMs } from '../limits.ts';
import type { stagerMethods } from '../session-methods.ts';
import { releaseOnce } from './release-once.ts';
import type {
  ConnectionVerdict,
  EndReason,
  OfferedConnection,
  SessionRegistration,
  StartingSession,
} from './session-services.ts';

/** See SessionServices.admitConnection and registerSession. */
export interface SessionRegistry {
  admit(offered: OfferedConnection): Promise<ConnectionVerdict>;
  register(session: StartingSession): Promise<SessionRegistration | null>;
  /** Ends the sessions of a principal, or for one delivery, as revoked; returns how many there were. */
  endSessionsOf(principal: string): number;
  /** Ends sessions, or connections, by their ids; returns how many of them there were. */
  cut(ids: readonly string[], reason: EndReason): number;
  readonly sessionCount: number;
  stop(): void;
}

/** Makes the one registry of a session server. */
export function createSessionRegistry(
  stager: Pick<RpcPeer<typeof stagerMethods>, 'call'>,
  log: Logger,
): SessionRegistry {
  const connections = new Map<string, OfferedConnection>();
  const sessions = new Map<string, StartingSession>();
  /** When principals were ended: that may overtake the answer by which a session of theirs begins. */
  const endedAtMs = new Map<string, number>();
  const timer = setInterval(() => {
    for (const session of sessions.values()) if (session.expiresAtMs <= Date.now()) session.end('expired');
    const forgottenMs = performance.now() - cutMemoryMs;
    for (const [principal, atMs] of endedAtMs) if (atMs < forgottenMs) endedAtMs.delete(principal);
  }, sessionTickMs);
  const tell = (told: Promise<unknown>): void => {
    told.catch((error: unknown) => log.warn({ err: error }, 'the stager was not told that somebody left'));
  };
  return {
    admit: async (offered) => {
      const { protocol, address } = offered;
      const answer = await stager.call('connection.open', { protocol, address }).catch((error: unknown) => {
        log.error({ err: error, address }, 'nobody could be asked about a connection');
        return { admitted: false, reason: 'unavailable' } as const;
      });
      if (!answer.admitted) return answer;
      const { connection } = answer;
      connections.set(connection, offered);
      const place = releaseOnce(() => {
        connections.delete(connection);
        tell(stager.call('connection.close', { connection }));
      });
      return { admitted: true, connection, ...place };
    },
    register: async (session) => {
      const { connection, account, principal, username, protocol, expiresAtMs } = session;
      const announced = { connection, account, principal, username, protocol, expiresAtMs };
      const answer = await stager.call('session.begin', announced);
      if (!answer.begun) return null;
      sessions.set(answer.session, session);
      // When the protocol knows that it has begun.
      const isEnded = principalsOf(session).some((each) => endedAtMs.has(each));
      if (answer.isRevoked || isEnded) setImmediate(() => session.end('revoked'));
      const place = releaseOnce(() => {
        sessions.delete(answer.session);
        tell(stager.call('session.over', { session: answer.session }));
      });
      return { session: answer.session, ...place };
    },
    endSessionsOf: (principal) => {
      endedAtMs.set(principal, performance.now());
      const ending = [...sessions.values()].filter((session) => principalsOf(session).includes(principal));
      for (const session of ending) session.end('revoked');
      return ending.length;
    },
    cut: (ids, reason) => {
      const found = ids.flatMap((id) => sessions.get(id) ?? connections.get(id) ?? []);
      for (const { end } of found) end(reason);
      return found.length;
    },
    get sessionCount() {
      return sessions.size;
    },
    stop: () => clearInterval(timer),
  };
}

/** By what an order may end it: who has logged in, or the delivery that the session is for. */
function principalsOf({ principal, only }: StartingSession): string[] {
  return only === undefined ? [principal] : [principal, `delivery:${only.delivery}`];
}
