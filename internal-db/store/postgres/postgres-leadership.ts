// Which of the internal-dbs on this database leads: the one whose connection has an advisory lock. The server lets go of it
// when that process dies, and within seconds when it asks nothing more, since its machine is gone or it is frozen; another takes
// it at its next look. The lead is a lease: who can't ask the server any more, or was frozen and goes on, leads no more before the
// server gives the lock away. A leader that is not fit lets go of the lock now and then, long enough for the others to look.
// Called by open-postgres-store.ts.
import { Client, type ClientConfig } from 'pg';
import {
  leaderAnswerWithinMs,
  leaderLease,
  leaderLookIntervalMs,
  unfitLeaderLooksMax,
} from '../../limits.ts';
import type { Leadership } from '../leadership.ts';
import { leaderLock } from './advisory-locks.ts';
import { prepareWatchedSession } from './prepare-session.ts';

/** Others look once in each such interval. */
const looksStoodBack = 3;

/** Seeks the lead, keeps it, and gives it up when closed. */
export class PostgresLeadership implements Leadership {
  readonly #config: ClientConfig;
  #client: Client | null = null;
  #hasLock = false;
  /** When the last question was asked that showed that the lock is here, by the monotonic clock. */
  #shownAtMs = -Infinity;
  #timer: NodeJS.Timeout | null = null;
  #looking: Promise<void> | null = null;
  #isFit: () => boolean = () => true;
  /** Looks since it was last fit, or last stood back. */
  #unfitLooks = 0;
  /** Looks at which others go first. */
  #looksToStandBack = 0;

  constructor(config: ClientConfig) {
    this.#config = { ...config, query_timeout: leaderAnswerWithinMs };
  }

  get isOurs(): boolean {
    return this.#hasLock && performance.now() - this.#shownAtMs < leaderLease.trustedForMs;
  }

  async seek(isFit: () => boolean = () => true): Promise<void> {
    this.#isFit = isFit;
    this.#timer ??= setInterval(() => void this.#lookOnce(), leaderLookIntervalMs);
    await this.#lookOnce();
  }

  /** Lets another one lead. */
  async close(): Promise<void> {
    if (this.#timer) clearInterval(this.#timer);
    await this.#looking;
    const client = this.#client;
    this.#forget();
    await client?.end();
  }

  #lookOnce(): Promise<void> {
    this.#looking ??= this.#look().finally(() => {
      this.#looking = null;
    });
    return this.#looking;
  }

  /** Never rejects: who can't ask does not lead. */
  async #look(): Promise<void> {
    try {
      if (this.#standsBack()) return await this.#letGo();
      this.#client ??= await this.#connect();
      // A lock that one has already would be counted twice.
      const sql = this.#hasLock
        ? 'SELECT true AS "hasLock"'
        : `SELECT pg_try_advisory_lock${leaderLock} AS "hasLock"`;
      const askedAtMs = performance.now();
      const { rows } = await this.#client.query<{ hasLock: boolean }>(sql);
      this.#hasLock = this.#client !== null && rows[0]?.hasLock === true;
      if (this.#hasLock) this.#shownAtMs = askedAtMs;
    } catch {
      const client = this.#client;
      this.#forget();
      // Nothing is waited for: the other side may be gone. Its `error` listener hears of what goes wrong here.
      void client?.end();
    }
  }

  /** Whether others are to go first at this look. */
  #standsBack(): boolean {
    this.#unfitLooks = this.#isFit() ? 0 : this.#unfitLooks + 1;
    if (this.#unfitLooks === 0) this.#looksToStandBack = 0;
    if (this.#unfitLooks > unfitLeaderLooksMax) {
      this.#unfitLooks = 0;
      this.#looksToStandBack = looksStoodBack;
    }
    this.#looksToStandBack -= 1;
    return this.#looksToStandBack >= 0;
  }

  /** The lock goes with the connection. */
  async #letGo(): Promise<void> {
    const client = this.#client;
    this.#forget();
    await client?.end();
  }

  async #connect(): Promise<Client> {
    const client = new Client(this.#config);
    const lost = (): void => {
      if (this.#client === client) this.#forget();
    };
    client.on('error', lost);
    client.on('end', lost);
    await client.connect();
    await prepareWatchedSession(client, leaderLease.givenAwayAfterMs);
    return client;
  }

  #forget(): void {
    this.#client = null;
    this.#hasLock = false;
  }
}
