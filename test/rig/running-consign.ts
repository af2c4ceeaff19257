// A whole Consign for one test file: the real launcher with a state directory and ports of its own, stopped and removed
// afterwards. Callers: the end-to-end tests and those of bin and deploy. Processes are ended by their ids alone.
import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { chown, mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { findFreePortBase } from './free-ports.ts';
import { plainCommand } from './plain-process.ts';
import { runProgram, type ProgramResult } from './run-program.ts';

const repository = join(import.meta.dirname, '..', '..');
/** A first start lets two nodes in, one after the other. */
const readyTimeoutMs = 180_000;
const changeTimeoutMs = 90_000;
/** Longer than the launcher itself lets its programs take. */
const stopTimeoutMs = 120_000;
/** A test that ends in the middle of a download does not wait for it longer than this. */
const finishingTimeoutMs = 10_000;
const pollMs = 20;
const startTries = 3;

/** endpoints.json. */
export interface Endpoints {
  readonly portal: string;
  readonly console: string;
  readonly delivery: string;
  readonly ftp: { readonly host: string; readonly port: number };
  readonly sftp: { readonly host: string; readonly port: number };
  readonly caFile: string;
  readonly pids: Readonly<Record<string, number>>;
}

/** A login as the launcher printed it. */
export interface PrintedLogin {
  readonly name: string;
  readonly password: string;
}

/** The part of tap's test object that the rig needs. */
interface Teardown {
  readonly teardown: (done: () => Promise<void>) => void;
}

/** What a test may choose. */
export interface ConsignOptions {
  /** With the demo customer and product; without, only the first staff login exists. */
  readonly demo?: boolean;
  /** The address that everything listens on and is reached by, if not the loopback address of IPv4. */
  readonly listen?: string;
  /** Added to the launcher's and the commands' environment; read anew at each start. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Starts the launcher as this user and group, when the test is root; its own commands run as root all the same. */
  readonly uid?: number;
  /** The folder that the state directory is made in; the test removes it. Otherwise one of its own. */
  readonly folder?: string;
}

/** The demo product's file, as `PRODUCT/VERSION/FILE`. */
export const demoFile = `node-runtime/${process.versions.node}/node-v${process.versions.node}-${process.platform}-${process.arch}`;

/** A running installation. */
export class RunningConsign {
  /** The state directory. */
  readonly state: string;
  readonly portBase: number;
  readonly #options: ConsignOptions;
  #launcher: ChildProcess | null = null;
  #output = '';

  constructor(state: string, portBase: number, options: ConsignOptions) {
    this.state = state;
    this.portBase = portBase;
    this.#options = options;
  }

  /** What endpoints.json says now. Throws when not everything is up. */
  get endpoints(): Endpoints {
    return JSON.parse(readFileSync(join(this.state, 'endpoints.json'), 'utf8')) as Endpoints;
  }

  /** Everything that the launcher has written to the terminal, of all starts. */
  get output(): string {
    return this.#output;
  }

  /** The logins that the first start printed: of the customer (with the demo) and of the staff. */
  get logins(): { customer: PrintedLogin | null; staff: PrintedLogin } {
    const shown = [...this.#output.matchAll(/sign in as +(\S+)[^\n]*\n[^\n]*password +(\S+)/g)];
    const [staff, customer] = shown.map(([, name = '', password = '']) => ({ name, password })).toReversed();
    if (!staff) throw new Error(`The launcher printed no login:\n${this.#output}`);
    return { customer: customer ?? null, staff };
  }

  /** Starts the launcher where it must fail; returns what it said and its exit code. Throws when it runs. */
  async failToStart(): Promise<{ code: number | null; said: string }> {
    const outputBefore = this.#output.length;
    try {
      await this.start();
    } catch (error) {
      const launcher = this.#launcher;
      if (launcher === null || launcher.exitCode === null) throw error;
      this.#launcher = null;
      return { code: launcher.exitCode, said: this.#output.slice(outputBefore) };
    }
    throw new Error('It started.');
  }

  /** Starts the launcher and waits until everything is up. */
  async start(): Promise<void> {
    const outputBefore = this.#output.length;
    const demo = this.#options.demo === true ? [] : ['--empty'];
    const listen = this.#options.listen === undefined ? [] : ['--listen', this.#options.listen];
    const [command, args] = plainCommand(process.execPath, [
      join(repository, 'deploy', 'launch.ts'),
      ...demo,
      ...listen,
    ]);
    const launcher = spawn(command, args, {
      cwd: repository,
      env: this.environment,
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(this.#options.uid === undefined ? {} : { uid: this.#options.uid, gid: this.#options.uid }),
    });
    this.#launcher = launcher;
    for (const stream of [launcher.stdout, launcher.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => (this.#output += text));
    }
    const isUp = (): boolean => {
      if (launcher.exitCode !== null || launcher.signalCode !== null)
        throw new Error(this.#describeEnd(launcher));
      // A launcher that was killed left its own behind.
      return this.endpoints.pids['launcher'] === launcher.pid;
    };
    await waitFor('endpoints.json', isUp, readyTimeoutMs);
    const greeted = (): boolean => this.#output.includes('Consign is running', outputBefore);
    await waitFor('the greeting', greeted, changeTimeoutMs);
  }

  /**
   * Stops everything as Ctrl-C does, and when customers take long to finish as a second Ctrl-C does; returns the launcher's
   * exit code. Does nothing when it is not running.
   */
  async stop(signal: NodeJS.Signals = 'SIGINT'): Promise<number | null> {
    const launcher = this.#launcher;
    if (launcher === null) return null;
    const hasEnded = (): boolean => launcher.exitCode !== null || launcher.signalCode !== null;
    const outputBefore = this.#output.length;
    let impatient: NodeJS.Timeout | undefined;
    const isOver = (): boolean => {
      // Only where customers are being waited for: a program that is merely slow to stop would be killed in its work.
      if (this.#output.includes('Ctrl-C again', outputBefore))
        impatient ??= setTimeout(() => launcher.kill(signal), finishingTimeoutMs);
      return hasEnded();
    };
    if (!hasEnded()) launcher.kill(signal);
    try {
      await waitFor('the launcher to stop', isOver, stopTimeoutMs);
    } finally {
      clearTimeout(impatient);
    }
    this.#launcher = null;
    return launcher.exitCode;
  }

  /** Stops and starts on the same state and ports. */
  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  /** Runs `consign` with these arguments on this state. */
  run(...args: string[]): Promise<ProgramResult> {
    return runProgram(join(repository, 'bin', 'consign'), args, { environment: this.environment });
  }

  /** Runs `consign … --json` and returns what it answered. Throws when it failed. */
  async json<T>(...args: string[]): Promise<T> {
    const { code, stdout, stderr } = await this.run('--json', ...args);
    if (code !== 0) throw new Error(`consign ${args.join(' ')} ended with ${code}: ${stderr}${stdout}`);
    return JSON.parse(stdout) as T;
  }

  /** Publishes settings, given as path and value in turn, and waits until all nodes have taken them. */
  async configure(...pairs: string[]): Promise<void> {
    await this.json('config', 'set', ...pairs, '--publish', '--reason', 'test');
  }

  /** The names of the session servers. Which of them has a connection, the kernel decides. */
  get sessionServers(): string[] {
    return Object.keys(this.endpoints.pids).filter((name) => name.startsWith('session-server-'));
  }

  /** The process id of `launcher`, `internal-db`, `web-front`, `ftp-node` or `session-server-1`. */
  pid(name: string): number {
    const pid = this.endpoints.pids[name];
    if (pid === undefined) throw new Error(`There is no process ${name}.`);
    return pid;
  }

  /** Ends one process at once; returns its id. */
  kill(name: string, signal: NodeJS.Signals = 'SIGKILL'): number {
    const pid = this.pid(name);
    process.kill(pid, signal);
    return pid;
  }

  /** Waits until `name` runs under another id than `pid`; returns the new one. */
  async waitForRestart(name: string, pid: number): Promise<number> {
    const isBack = (): boolean => ![undefined, pid].includes(this.endpoints.pids[name]);
    await waitFor(`${name} to be back`, isBack, changeTimeoutMs);
    return this.pid(name);
  }

  /** Waits until an FTP node is linked, so that files can be staged. */
  async waitUntilLinked(): Promise<void> {
    const isLinked = async (): Promise<boolean> => {
      const { code, stdout } = await this.run('status', '--json');
      return code === 0 && (JSON.parse(stdout) as { nodes: unknown[] }).nodes.length > 0;
    };
    await waitFor('an FTP node to be linked', isLinked, changeTimeoutMs);
  }

  /** All that the programs have logged, and the launcher has written. */
  async readLogs(): Promise<string> {
    const folder = join(this.state, 'logs');
    const names = await readdir(folder);
    const texts = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
    return texts.join('\n');
  }

  /** The environment of the launcher and of commands. */
  get environment(): NodeJS.ProcessEnv {
    const own = { CONSIGN_STATE: this.state, CONSIGN_PORT_BASE: String(this.portBase) };
    return { ...process.env, ...this.#options.environment, ...own };
  }

  #describeEnd({ exitCode, signalCode }: ChildProcess): string {
    return `The launcher ended (${signalCode ?? exitCode}):\n${this.#output}`;
  }
}

/** Starts a Consign for the test `t`, which stops and removes it at its end. */
export async function startConsign(t: Teardown, options: ConsignOptions = {}): Promise<RunningConsign> {
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'consign-')));
  if (options.uid !== undefined) await chown(folder, options.uid, options.uid);
  const removeAll = async (): Promise<void> => {
    if (options.folder === undefined) await rm(folder, { recursive: true, force: true });
  };
  for (let tries = 1; ; tries += 1) {
    const consign = new RunningConsign(join(folder, `state${tries}`), await findFreePortBase(), options);
    try {
      await consign.start();
      t.teardown(async () => {
        await consign.stop();
        await removeAll();
      });
      return consign;
    } catch (error) {
      await consign.stop('SIGKILL');
      // Another test may have taken a port in between.
      if (tries < startTries && consign.output.includes('another program has it')) continue;
      await removeAll();
      throw error;
    }
  }
}

/** Waits until `condition` holds; throws after `timeoutMs`. */
export async function waitFor(
  what: string,
  condition: () => boolean | Promise<boolean>,
  timeoutMs: number,
): Promise<void> {
  const deadlineMs = performance.now() + timeoutMs;
  while (!(await holds(condition))) {
    if (performance.now() > deadlineMs) throw new Error(`Waited ${timeoutMs} ms for ${what}.`);
    await delay(pollMs);
  }
}

/** endpoints.json is not there while something restarts. */
async function holds(condition: () => boolean | Promise<boolean>): Promise<boolean> {
  try {
    return await condition();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}
