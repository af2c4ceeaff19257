// A real PgBouncer in front of a test's PostgreSQL server: on a Unix socket in a folder of its own, run by a user without rights
// (it refuses root). Callers: the tests of the store behind a pooler.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { PostgresServer } from './postgres-server.ts';
import { plainCommand } from './plain-process.ts';
import { waitFor } from './running-consign.ts';

const port = 6432;
const startWithinMs = 60_000;
/** Debian's `nobody`. */
const whose = process.geteuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : null;

/** A running pooler. */
export class PgBouncer {
  readonly #folder = mkdtempSync(path.join(tmpdir(), 'consign-pgbouncer-'));
  #child: ChildProcess | null = null;

  /** Starts it in front of all databases of the server. */
  static async start(server: PostgresServer, poolMode: 'session' | 'transaction'): Promise<PgBouncer> {
    const pooler = new PgBouncer();
    const { host, port: serverPort, user } = server.settingsOf('any');
    const lines = [
      '[databases]',
      `* = host=${host} port=${serverPort} user=${user}`,
      '[pgbouncer]',
      'listen_addr =',
      `listen_port = ${port}`,
      `unix_socket_dir = ${pooler.#folder}`,
      'auth_type = any',
      `pool_mode = ${poolMode}`,
      'default_pool_size = 40',
    ];
    writeFileSync(pooler.#configuration, lines.join('\n'));
    if (whose)
      for (const place of [pooler.#folder, pooler.#configuration]) chownSync(place, whose.uid, whose.gid);
    await pooler.up();
    return pooler;
  }

  /** What the store is opened with, for a database behind it. */
  settingsOf(database: string) {
    return { host: this.#folder, port, database, user: 'consign', passwordFile: null, caFile: null };
  }

  /** Starts it, and waits until its socket is there. */
  async up(): Promise<void> {
    const [command, args] = plainCommand('/usr/sbin/pgbouncer', [this.#configuration]);
    this.#child = spawn(command, args, { ...whose, cwd: this.#folder, stdio: 'ignore' });
    await waitFor('PgBouncer', () => existsSync(path.join(this.#folder, `.s.PGSQL.${port}`)), startWithinMs);
  }

  /** Kills it, as a crash would. */
  async down(): Promise<void> {
    const child = this.#child;
    if (!child) return;
    this.#child = null;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
    rmSync(path.join(this.#folder, `.s.PGSQL.${port}`), { force: true });
  }

  /** Stops it and deletes its files. */
  async remove(): Promise<void> {
    await this.down();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  get #configuration(): string {
    return path.join(this.#folder, 'pgbouncer.ini');
  }
}
