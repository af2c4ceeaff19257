// One of the three programs, kept running: started with its configuration, heard until it is ready, started again when
// it dies, stopped within a bound. A program that exits with 78 says that a restart would not help, and is left.
// Called by program-set.ts. Output goes to the program's log file; warnings also to the terminal.
import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import type { ReadyDetails } from '#commlink/process-lifecycle.ts';
import { finishingNoticeMs, healthyAfterMs, restartDelayMs, unreadyDeathsMax } from './limits.ts';
import { LogFile, isWorthShowing, parseLogLine, wrap } from './log-file.ts';
import type { ProgramName } from './state-directory.ts';

/** sysexits.h EX_CONFIG, as in #commlink/process-lifecycle.ts. */
const configurationExitCode = 78;
const errorLinesKept = 20;
/**
 * Warnings of Node.js about its own features say nothing to an operator. The heap may grow to four times what lives before V8
 * marks it: left alone, a busy program is marked every few seconds, and the marking threads take its processor for 60 ms.
 */
const nodeFlags = ['--disable-warning=ExperimentalWarning', '--heap-growing-percent=300'];
/** Where Node.js keeps compiled modules, so that a restart takes less time; bin/consign names the same folder. */
const compileCache = join(import.meta.dirname, '..', 'node_modules', '.cache', 'consign');

/** What to run, and whom to tell. */
export interface ProgramOptions {
  readonly name: ProgramName;
  readonly mainFile: string;
  readonly configFile: string;
  readonly logPath: string;
  readonly showAll: boolean;
  /** How long it may take to stop, beside what it asks for its customers (ReadyDetails). */
  readonly stopDeadlineMs: number;
  /** Says a line to the person at the terminal. */
  readonly say: (line: string) => void;
  /** False while everything starts, when warnings (a link that is not up yet) mean nothing. */
  readonly showWarnings: () => boolean;
  /** Called when the program became ready, and whenever the process ids changed. */
  readonly onPids: () => void;
  /** Called once when the program can't run: `reason` is its own plain sentence. */
  readonly onGivenUp: (reason: string) => void;
}

/** A program under supervision. */
export class SupervisedProgram {
  readonly name: ProgramName;
  readonly #options: ProgramOptions;
  readonly #log: LogFile;
  readonly #ready = Promise.withResolvers<void>();
  #child: ChildProcess | null = null;
  #stopping = false;
  #isReady = false;
  #wasReady = false;
  #deaths = 0;
  #delayMs: number = restartDelayMs.first;
  #childPids: Readonly<Record<string, number>> = {};
  #finishingMsMax = 0;

  constructor(options: ProgramOptions) {
    this.name = options.name;
    this.#options = options;
    this.#log = new LogFile(options.logPath);
  }

  /** Resolves when the program was ready for the first time. */
  get ready(): Promise<void> {
    return this.#ready.promise;
  }

  /** True while the current process has said that it is ready. */
  get isReady(): boolean {
    return this.#isReady;
  }

  /** The ids of the program's processes now, its own under its name; empty between death and restart. */
  get pids(): Record<string, number> {
    const own = this.#child?.pid;
    return own === undefined || !this.#isReady ? {} : { [this.name]: own, ...this.#childPids };
  }

  /** Starts the program's process. */
  start(): void {
    const { mainFile, configFile } = this.#options;
    const startedAtMs = Date.now();
    const child = spawn(process.execPath, [...nodeFlags, mainFile, '--config', configFile], {
      env: { ...process.env, NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'] ?? compileCache },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      // A process group of its own: Ctrl-C reaches the launcher alone, which stops the programs in order.
      detached: true,
    });
    this.#child = child;
    const lastErrorLines = this.#collectOutput(child);
    child.on('message', (message) => this.#hear(message));
    child.on('error', (error) => this.#options.say(`${this.name} can't be started: ${error.message}`));
    child.on('close', (code, signal) => {
      this.#isReady = false;
      this.#childPids = {};
      this.#child = null;
      if (this.#stopping) return;
      if (code === configurationExitCode)
        this.#options.onGivenUp(lastErrorLines.at(-1) ?? 'It did not say why.');
      else {
        const how = signal ?? findReason(lastErrorLines) ?? `code ${code}`;
        void this.#restart({ how, ranMs: Date.now() - startedAtMs });
      }
    });
  }

  /** Asks the program to stop (SIGTERM), and kills it when it has not within its bound. */
  async stop(): Promise<void> {
    this.#stopping = true;
    const child = this.#child;
    if (child !== null && child.exitCode === null && child.signalCode === null) {
      const exited = new Promise<'exited'>((resolve) => child.once('close', () => resolve('exited')));
      child.kill('SIGTERM');
      const { stopDeadlineMs, say } = this.#options;
      const noticeMs = Math.min(finishingNoticeMs, this.#finishingMsMax);
      if (noticeMs > 0 && (await firstOf(exited, noticeMs)) === 'late') say(this.#describeFinishing());
      if ((await firstOf(exited, stopDeadlineMs + this.#finishingMsMax - noticeMs)) === 'late') {
        say(`${this.name} did not stop in time and was killed.`);
        this.kill();
        await exited;
      }
    }
    this.#log.close();
  }

  #describeFinishing(): string {
    const seconds = Math.ceil(this.#finishingMsMax / 1000);
    return `${this.name} lets customers finish, for ${seconds} s at most. Ctrl-C again ends everything at once.`;
  }

  /** Ends the process at once (SIGKILL). */
  kill(): void {
    this.#child?.kill('SIGKILL');
  }

  #hear(message: unknown): void {
    const { type, pids, finishingMsMax } = message as ReadyDetails & { type?: unknown };
    if (type !== 'ready') return;
    this.#isReady = true;
    this.#wasReady = true;
    this.#childPids = pids ?? {};
    this.#finishingMsMax = finishingMsMax ?? 0;
    this.#ready.resolve();
    this.#options.onPids();
  }

  async #restart({ how, ranMs }: { how: string; ranMs: number }): Promise<void> {
    this.#deaths += 1;
    if (!this.#wasReady && this.#deaths >= unreadyDeathsMax) {
      this.#options.onGivenUp(
        `It died ${this.#deaths} times before it was ready (${how}). See ${this.#options.logPath}.`,
      );
      return;
    }
    if (ranMs >= healthyAfterMs) this.#delayMs = restartDelayMs.first;
    const waitMs = this.#delayMs;
    this.#delayMs = Math.min(waitMs * 2, restartDelayMs.max);
    this.#options.say(`${this.name} died (${how}); it starts again in ${waitMs / 1000} s.`);
    this.#options.onPids();
    await delay(waitMs);
    if (!this.#stopping) this.start();
  }

  /** Both outputs, line by line, into the log. Returns the last lines of standard error, filled as they come. */
  #collectOutput(child: ChildProcess): string[] {
    const lastErrorLines: string[] = [];
    if (child.stdout) createInterface(child.stdout).on('line', (line) => this.#record(line));
    if (child.stderr) {
      createInterface(child.stderr).on('line', (line) => {
        if (line.trim() === '') return;
        lastErrorLines.push(line);
        if (lastErrorLines.length > errorLinesKept) lastErrorLines.shift();
        this.#record(line);
      });
    }
    return lastErrorLines;
  }

  #record(line: string): void {
    const parsed = parseLogLine(line);
    this.#log.append(parsed ? line : wrap(line));
    if (this.#options.showAll) this.#options.say(`${this.name}: ${line}`);
    else if (parsed && isWorthShowing(parsed, this.#options.showWarnings()))
      this.#options.say(`${this.name}: ${parsed.message}`);
  }
}

/** What comes first: `event`, or that `afterMs` are over. */
async function firstOf<T>(event: Promise<T>, afterMs: number): Promise<T | 'late'> {
  const patience = new AbortController();
  const late = delay(afterMs, 'late' as const, { signal: patience.signal });
  try {
    return await Promise.race([event, late.catch(() => 'late' as const)]);
  } finally {
    patience.abort();
  }
}

/** The line of a crash's output that says what happened: the error's own, not its stack or Node's version. */
function findReason(errorLines: readonly string[]): string | undefined {
  return errorLines.findLast((line) => /^(?:\w*Error\b|[A-Z].*[.:] )/.test(line)) ?? undefined;
}
