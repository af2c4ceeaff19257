// A PostgreSQL server of a test's own: made by initdb in a temporary folder, on a Unix socket there and, where a test asks for
// TLS, on the loopback addresses; run by a user without rights (PostgreSQL refuses root). Callers: tests of the store on
// PostgreSQL, and the benchmarks.
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { findFreePortBase } from './free-ports.ts';
import type { IssuedCertificate } from './issued-certificate.ts';
import { plainCommand } from './plain-process.ts';
import { runProgram } from './run-program.ts';

const programsDirectory = '/usr/lib/postgresql';
const socketPort = 5432;
/** Debian's `nobody`: has no rights anywhere, and a name, which initdb asks for. */
const nobody = { uid: 65_534, gid: 65_534 };
const whose = process.geteuid?.() === 0 ? nobody : null;

/** What a test may choose. */
export interface PostgresOptions {
  /** The folder that its own is made in; otherwise memory. */
  readonly folder?: string;
  /** Has it listen on 127.0.0.1 and 127.0.0.2 too, with this certificate. */
  readonly tls?: IssuedCertificate;
}

/** A running server. */
export class PostgresServer {
  readonly #directory: string;
  readonly #tls: IssuedCertificate | null;
  /** Of its socket, and of TCP where it listens there. */
  #port = socketPort;
  #child: ChildProcess | null = null;
  #databaseCount = 0;

  private constructor({ folder = memoryFolder(), tls }: PostgresOptions) {
    this.#directory = mkdtempSync(path.join(folder, 'consign-postgres-'));
    this.#tls = tls ?? null;
  }

  /** Makes a server and starts it. */
  static async start(options: PostgresOptions = {}): Promise<PostgresServer> {
    const server = new PostgresServer(options);
    if (options.tls) server.#port = await findFreePortBase();
    const data = path.join(server.#directory, 'data');
    mkdirSync(data, { mode: 0o700 });
    if (whose !== null) {
      chownSync(server.#directory, whose.uid, whose.gid);
      chownSync(data, whose.uid, whose.gid);
    }
    server.run('initdb', [
      '--pgdata',
      data,
      '--username',
      'consign',
      '--auth=trust',
      '--encoding=UTF8',
      '--locale=C',
      '-N',
    ]);
    await server.up();
    return server;
  }

  /** What the store is opened with, for a database that is there. */
  settingsOf(database: string) {
    const port = this.#port;
    return { host: this.#directory, port, database, user: 'consign', passwordFile: null, caFile: null };
  }

  /** Makes an empty database; returns its name. */
  createDatabase(locale = 'C'): string {
    this.#databaseCount += 1;
    const name = `consign${this.#databaseCount}`;
    const options = ['--template=template0', '--encoding=UTF8', `--locale=${locale}`];
    this.run('createdb', [...this.#place, '-U', 'consign', ...options, name]);
    return name;
  }

  /** What psql prints for these statements, without ornament. */
  query(database: string, sql: string): string {
    const where = [...this.#place, '-U', 'consign', '-d', database];
    return this.run('psql', [...where, '-X', '-A', '-t', '-v', 'ON_ERROR_STOP=1', '-c', sql]).trim();
  }

  /** Starts the server, and waits until it answers. */
  async up(): Promise<void> {
    for (let attempt = 0; attempt < 600; attempt += 1) {
      // After a crash the server refuses to start until the last of its processes has ended.
      if (this.#child?.exitCode !== null) this.#child = this.#spawn();
      const { code } = await runProgram(programFile('pg_isready'), ['-q', ...this.#place]);
      if (code === 0) return;
      await delay(100);
    }
    throw new Error('PostgreSQL did not start');
  }

  /** Stops the server: `immediate` is as after a crash. */
  async down(how: 'fast' | 'immediate'): Promise<void> {
    const child = this.#child;
    if (!child) return;
    this.#child = null;
    const ended = once(child, 'exit');
    child.kill(how === 'fast' ? 'SIGINT' : 'SIGQUIT');
    await ended;
  }

  /** Stops it and deletes everything. */
  async remove(): Promise<void> {
    await this.down('immediate');
    rmSync(this.#directory, { recursive: true, force: true });
  }

  /** Runs one of PostgreSQL's programs; returns what it prints. */
  run(program: string, args: readonly string[]): string {
    const [command, all] = plainCommand(programFile(program), args);
    return execFileSync(command, all, { ...whose, cwd: this.#directory, encoding: 'utf8', stdio: 'pipe' });
  }

  get #place(): string[] {
    return ['-h', this.#directory, '-p', String(this.#port)];
  }

  #spawn(): ChildProcess {
    const settings = [
      `unix_socket_directories=${this.#directory}`,
      `port=${this.#port}`,
      'shared_buffers=32MB',
      ...(this.#tls ? this.#listenWith(this.#tls) : ['listen_addresses=']),
    ];
    const args = [
      '-D',
      path.join(this.#directory, 'data'),
      ...settings.flatMap((setting) => ['-c', setting]),
    ];
    const [command, all] = plainCommand(programFile('postgres'), args);
    return spawn(command, all, { ...whose, cwd: this.#directory, stdio: 'ignore' });
  }

  /** PostgreSQL refuses a key that others can read. */
  #listenWith({ certificate, privateKey }: IssuedCertificate): string[] {
    const [certFile, keyFile] = ['server.crt', 'server.key'].map((name) => path.join(this.#directory, name));
    writeFileSync(certFile ?? '', certificate);
    writeFileSync(keyFile ?? '', privateKey, { mode: 0o600 });
    if (whose !== null) chownSync(keyFile ?? '', whose.uid, whose.gid);
    return [
      'listen_addresses=127.0.0.1,127.0.0.2',
      'ssl=on',
      `ssl_cert_file=${certFile}`,
      `ssl_key_file=${keyFile}`,
    ];
  }
}

/** Memory where there is some: the disk's flushes, of each new database hundreds, are not what is tested. */
function memoryFolder(): string {
  return existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
}

/** The newest that is installed. */
function programFile(program: string): string {
  const versions = readdirSync(programsDirectory).toSorted((a, b) => Number(b) - Number(a));
  const files = versions.map((version) => path.join(programsDirectory, version, 'bin', program));
  const file = files.find((candidate) => existsSync(candidate));
  if (file === undefined) throw new Error(`${program} is not installed (Debian: postgresql)`);
  return file;
}
