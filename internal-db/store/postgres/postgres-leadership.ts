// Which of the internal-dbs on this database leads: the one whose connection has an advisory lock. The server lets go of it
// when that process dies, and within seconds when its machine is gone, and another takes it at its next look. A leader that
// can't ask the server any more stops leading before the server can have noticed. Called by open-postgres-store.ts.
import { Client, type ClientConfig } from 'pg';
import { leaderAnswerWithinMs, leaderLookIntervalMs } from '../../limits.ts';
import type { Leadership } from '../leadership.ts';
import { leaderLock } from './advisory-locks.ts';

/** Seeks the lead, keeps it, and gives it up when closed. */
export class PostgresLeadership implements Leadership {
  readonly #config: ClientConfig;
  #client: Client | null = null;
  #isOurs = false;
  #timer: NodeJS.Timeout | null = null;
  #looking: Promise<void> | null = null;

  constructor(config: ClientConfig) {
    this.#config = { ...config, query_timeout: leaderAnswerWithinMs };
  }

  get isOurs(): boolean {
    return this.#isOurs;
  }

  async seek(): Promise<void> {
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

  async #connect(): Promise<Client> {
    const client = new Client(this.#config);
    const lost = (): void => {
      if (this.#client === client) this.#forget();
    };
    client.on('error', lost);
    client.on('end', lost);
    await client.connect();
    return client;
  }

  #forget(): void {
    this.#client = null;
    this.#isOurs = false;
  }
}
