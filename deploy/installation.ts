// One running installation: its state, its lock, its three programs, from start to stop. Called by launch.ts.
// endpoints.json exists exactly while everything is up, and is rewritten whenever a process id changes.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { StartupError } from '#commlink/process-lifecycle.ts';
import { configFile } from './configuration.ts';
import { forgetFirstLogins, planFirstLogins, readFirstLogins } from './first-logins.ts';
import { connectAdmin, setUp } from './first-setup.ts';
import { prepareState } from './first-start.ts';
import { readyDeadlineMs, stopDeadlineMs } from './limits.ts';
import { stopOrphans } from './orphans.ts';
import { checkPortsFree, layOutPorts, parsePortBase, publicHost, type Ports } from './ports.ts';
import {
  layOutState,
  markState,
  openStateDirectory,
  programNames,
  writeEndpoints,
} from './state-directory.ts';
import type { PublicEndpoints, StateLayout } from './state-directory.ts';
import { lockState } from './state-lock.ts';
import { SupervisedProgram } from './supervised-program.ts';
import { describeFirstStart, describeStart, noJailWarning } from './welcome.ts';

const linkPollMs = 40;

/** What the command line decided. */
export interface InstallationOptions {
  readonly directory: string;
  /** CONSIGN_PORT_BASE as it was given. */
  readonly portBase: string | undefined;
  readonly withDemo: boolean;
  readonly showAll: boolean;
  /** For warnings and progress, one line each. */
  readonly say: (line: string) => void;
  /** For what the person asked to see. */
  readonly show: (text: string) => void;
}

/** One installation, run once. */
export class Installation {
  readonly #options: InstallationOptions;
  readonly #layout: StateLayout;
  readonly #givenUp = Promise.withResolvers<never>();
  #programs: readonly SupervisedProgram[] = [];
  #endpoints: PublicEndpoints | null = null;
  #writing: Promise<void> = Promise.resolve();
  #lock: { release(): void } | null = null;
  #stopping: Promise<void> | null = null;

  constructor(options: InstallationOptions) {
    this.#options = options;
    this.#layout = layOutState(options.directory);
  }

  /**
   * Starts everything, and keeps it running until a program gives up. Never resolves: throws StartupError with a plain
   * sentence, after stopping what ran.
   */
  async run(): Promise<never> {
    try {
      const ports = await this.#prepare();
      await this.#startPrograms();
      await this.#finishSetup(ports);
      return await this.#givenUp.promise;
    } catch (error) {
      await this.stop();
      throw isDiskFull(error) ? this.#diskFull(error) : error;
    }
  }

  #diskFull(cause: unknown): StartupError {
    const message = `The disk of the state directory ${this.#layout.directory} is full. Free some space on it, then start again. Nothing was lost.`;
    return new StartupError('DISK_FULL', message, { cause });
  }

  /** Stops the programs in order (the FTP node first, the database last) and lets go of the state. A second call kills. */
  stop(): Promise<void> {
    if (this.#stopping) for (const program of this.#programs) program.kill();
    return (this.#stopping ??= this.#stop());
  }

  async #stop(): Promise<void> {
    await this.#writing;
    this.#endpoints = null;
    for (const name of ['ftp-node', 'web-front', 'internal-db']) {
      await this.#programs.find((program) => program.name === name)?.stop();
    }
    if (this.#lock) await rm(this.#layout.endpointsFile, { force: true });
    this.#lock?.release();
    this.#lock = null;
  }

  async #prepare(): Promise<Ports> {
    const layout = this.#layout;
    const ports = layOutPorts(parsePortBase(this.#options.portBase));
    const { isNew } = openStateDirectory(layout);
    this.#lock = lockState(layout);
    await stopOrphans(layout);
    await rm(layout.endpointsFile, { force: true });
    await checkPortsFree(ports);
    if (isNew) {
      await planFirstLogins(layout, { withDemo: this.#options.withDemo });
      await markState(layout);
    }
    const isRoot = process.geteuid?.() === 0;
    const made = await prepareState(layout, {
      ports,
      isRoot,
      logLevel: this.#options.showAll ? 'debug' : 'info',
    });
    if (!isNew && made.length > 0) this.#options.say(`Certificates were renewed: ${made.join(', ')}.`);
    return ports;
  }

  async #startPrograms(): Promise<void> {
    const root = join(import.meta.dirname, '..');
    this.#programs = programNames.map(
      (name) =>
        new SupervisedProgram({
          name,
          mainFile: join(root, name, 'main.ts'),
          configFile: configFile(this.#layout, name),
          logPath: join(this.#layout.logDirectory, `${name}.log`),
          showAll: this.#options.showAll,
          stopDeadlineMs: stopDeadlineMs[name],
          say: (line) => this.#options.say(line),
          showWarnings: () => this.#endpoints !== null,
          onPids: () => this.#publishEndpoints(),
          onGivenUp: (reason) =>
            this.#givenUp.reject(new StartupError('PROGRAM_GAVE_UP', `${name} can't run: ${reason}`)),
        }),
    );
    for (const program of this.#programs) program.start();
    await this.#within(Promise.all(this.#programs.map((program) => program.ready)));
  }

  async #finishSetup(ports: Ports): Promise<void> {
    const logins = await readFirstLogins(this.#layout);
    const links = this.#waitForLinks();
    await this.#within(Promise.all([links, logins ? setUp(this.#layout, logins) : null]));
    const endpoints = describeEndpoints(this.#layout, ports);
    this.#endpoints = endpoints;
    this.#publishEndpoints();
    await this.#writing;
    this.#options.show(logins ? describeFirstStart(endpoints, logins) : describeStart(endpoints));
    if (!(await links).jailed) this.#options.say(noJailWarning);
    if (logins) await forgetFirstLogins(this.#layout);
  }

  /** A download needs both links: until the database sees an FTP node, nothing can be staged. */
  async #waitForLinks(): Promise<{ jailed: boolean }> {
    const admin = await connectAdmin(this.#layout);
    try {
      for (;;) {
        const { nodes } = await admin.call('status', {});
        if (nodes.length > 0) return { jailed: nodes.every(({ description }) => description.jailed) };
        await delay(linkPollMs);
      }
    } finally {
      admin.close();
    }
  }

  async #within<T>(work: Promise<T>): Promise<T> {
    const patience = new AbortController();
    const late = delay(readyDeadlineMs, null, { signal: patience.signal }).then((): never => {
      const waiting = this.#programs.filter(({ isReady }) => !isReady).map(({ name }) => name);
      throw new StartupError(
        'NOT_READY',
        `Not ready after ${readyDeadlineMs / 1000} s (${waiting.join(', ') || 'no link between the programs'}). See ${this.#layout.logDirectory}.`,
      );
    });
    try {
      return await Promise.race([work, late, this.#givenUp.promise]);
    } finally {
      late.catch((error: Error) => {
        if (error.name !== 'AbortError' && !(error instanceof StartupError)) throw error;
      });
      patience.abort();
    }
  }

  #pids(): Record<string, number> {
    return Object.assign({ launcher: process.pid }, ...this.#programs.map(({ pids }) => pids)) as Record<
      string,
      number
    >;
  }

  /** Writes endpoints.json, one write after the other; before everything is up, and while stopping, nothing. */
  #publishEndpoints(): void {
    if (this.#endpoints === null || this.#stopping) return;
    const endpoints = { ...this.#endpoints, pids: this.#pids() };
    this.#writing = this.#writing
      .then(() => writeEndpoints(this.#layout, endpoints))
      .catch((error: Error) => this.#options.say(`endpoints.json can't be written: ${error.message}`));
  }
}

/** ENOSPC, EDQUOT, or SQLITE_FULL (sqlite.org/rescode.html) of the lock. */
function isDiskFull(error: unknown): boolean {
  const { code, errcode } = error as { code?: unknown; errcode?: unknown };
  return code === 'ENOSPC' || code === 'EDQUOT' || errcode === 13;
}

function describeEndpoints(layout: StateLayout, ports: Ports): PublicEndpoints {
  return {
    portal: `https://${publicHost}:${ports.portal}`,
    console: `https://${publicHost}:${ports.console}`,
    delivery: `https://${publicHost}:${ports.delivery}`,
    ftp: { host: publicHost, port: ports.ftp },
    sftp: { host: publicHost, port: ports.sftp },
    caFile: layout.caFile,
  };
}
