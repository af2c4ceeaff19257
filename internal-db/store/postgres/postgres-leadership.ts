// Which of the internal-dbs on this database leads: the one whose connection has an advisory lock. The server lets go of it
// when that process dies, and within seconds when its machine is gone, and another takes it at its next look. A leader that
// can't ask the server any more stops leading before the server can have noticed. A leader that is not fit lets go of the lock
// now and then, long enough for the others to look. Called by open-postgres-store.ts.
import { Client, type ClientConfig } from 'pg';
import { leaderAnswerWithinMs, leaderLookIntervalMs, unfitLeaderLooksMax } from '../../limits.ts';
import type { Leadership } from '../leadership.ts';
import { leaderLock } from './advisory-locks.ts';
import { prepareSession } from './prepare-session.ts';

/** Others look once in each such interval. */
const looksStoodBack = 3;

/** Seeks the lead, keeps it, and gives it up when closed. */
export class PostgresLeadership implements Leadership {
  readonly #config: ClientConfig;
  #client: Client | null = null;
  #isOurs = false;
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
    return this.#isOurs;
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
      const sql = this.#isOurs
        ? 'SELECT true AS "isOurs"'
        : `SELECT pg_try_advisory_lock${leaderLock} AS "isOurs"`;
      const { rows } = await this.#client.query<{ isOurs: boolean }>(sql);
      this.#isOurs = this.#client !== null && rows[0]?.isOurs === true;
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
    await prepareSession(client);
    return client;
  }

  #forget(): void {
    this.#client = null;
    this.#isOurs = false;
  }
}
