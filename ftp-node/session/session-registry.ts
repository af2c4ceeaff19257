// The logged-in sessions of one session server, so that they end when their credential does, when it is revoked, and not
// beyond what an account may have. Caller: the session services. It looks at the clock once a second and keeps no long
// timers, so a clock that is set does no harm.
import { sessionTickMs } from '../limits.ts';
import { releaseOnce } from './connection-admission.ts';
import type { Admission, SessionLimits, SessionServices } from './session-services.ts';

type RegisteredSession = Parameters<SessionServices['registerSession']>[0];

/** See SessionServices.registerSession. */
export interface SessionRegistry {
  register(session: RegisteredSession): Admission | null;
  /** Ends the sessions of a principal as revoked; returns how many there were. */
  endSessionsOf(principal: string): number;
  readonly sessionCount: number;
  stop(): void;
}

/** Makes the one registry of a session server. */
export function createSessionRegistry(limits: Pick<SessionLimits, 'sessionsPerAccountMax'>): SessionRegistry {
  const sessions = new Set<RegisteredSession>();
  const countByAccount = new Map<string, number>();
  const timer = setInterval(() => {
    for (const session of sessions) if (session.expiresAtMs <= Date.now()) session.end('expired');
  }, sessionTickMs);
  return {
    register: (session) => {
      const count = countByAccount.get(session.account) ?? 0;
      if (count >= limits.sessionsPerAccountMax) return null;
      countByAccount.set(session.account, count + 1);
      sessions.add(session);
      return releaseOnce(() => {
        sessions.delete(session);
        const left = (countByAccount.get(session.account) ?? 1) - 1;
        if (left === 0) countByAccount.delete(session.account);
        else countByAccount.set(session.account, left);
      });
    },
    endSessionsOf: (principal) => {
      const ending = [...sessions].filter((session) => session.principal === principal);
      for (const session of ending) session.end('revoked');
      return ending.length;
    },
    get sessionCount() {
      return sessions.size;
    },
    stop: () => clearInterval(timer),
  };
}
