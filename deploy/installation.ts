// One running installation: its state, its lock, the programs of this machine, from start to stop. Called by launch.ts.
// endpoints.json exists exactly while everything is up, and is rewritten whenever a process id or an address changes.
import { rm } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { StartupError } from '#commlink/process-lifecycle.ts';
import { admitPrograms } from './first-cluster.ts';
import { forgetFirstLogins } from './first-logins.ts';
import { connectAdmin, setUp } from './first-setup.ts';
import { describeEndpoints, readLocalSettings } from './installed-settings.ts';
import { readyDeadlineMs } from './limits.ts';
import { prepareState, type PreparedState } from './prepare-state.ts';
import { ProgramSet } from './program-set.ts';
import {
  layOutState,
  programNames,
  writeEndpoints,
  type ProgramName,
  type PublicEndpoints,
  type StateLayout,
} from './state-directory.ts';
import { lockState } from './state-lock.ts';
import { keepUp } from './upkeep.ts';
import { describeFirstStart, describeStart, noJailWarning } from './welcome.ts';

const linkPollMs = 40;

/** What the command line decided. */
export interface InstallationOptions {
  readonly directory: string;
  /** CONSIGN_PORT_BASE as it was given. */
  readonly portBase: string | undefined;
  readonly withDemo: boolean;
  /** For a first start: where to listen, and whether to make the database's node alone. */
  readonly host: string | undefined;
  readonly onlyDatabase: boolean;
  /** Whether it ends as soon as everything is made and was up once. */
  readonly setUpOnly: boolean;
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
  readonly #programs: ProgramSet;
  readonly #givenUp = Promise.withResolvers<never>();
  readonly #ending = new AbortController();
  #endpoints: PublicEndpoints | null = null;
  #writing: Promise<void> = Promise.resolve();
  #lock: { release(): void } | null = null;
  #stopping: Promise<void> | null = null;

  constructor(options: InstallationOptions) {
    const { directory, showAll, say } = options;
    this.#options = options;
    this.#layout = layOutState(directory);
    this.#programs = new ProgramSet({
      layout: this.#layout,
      showAll,
      say,
      showWarnings: () => this.#endpoints !== null,
      onPids: () => this.#publishEndpoints(),
      onGivenUp: (error) => this.#givenUp.reject(error),
    });
  }

  /**
   * Starts everything, and keeps it running until a program gives up: then it throws StartupError with a plain sentence,
   * after stopping what ran. Resolves only where nothing but the setting up was asked for.
   */
  async run(): Promise<void> {
    try {
      const state = await prepareState(this.#layout, {
        ...this.#options,
        takeLock: () => (this.#lock = lockState(this.#layout)),
      });
      await this.#within(this.#startPrograms(state));
      await this.#finishSetup(state);
      if (this.#options.setUpOnly) {
        await this.stop();
        return;
      }
      const upkeep = keepUp({
        layout: this.#layout,
        places: state.places,
        say: this.#options.say,
        onInstalled: async () => void (await this.#readEndpoints(state.places)),
        signal: this.#ending.signal,
      });
      await Promise.race([this.#givenUp.promise, upkeep.then(() => this.#givenUp.promise)]);
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
    if (this.#stopping) this.#programs.kill();
    return (this.#stopping ??= this.#stop());
  }

  async #stop(): Promise<void> {
    this.#ending.abort();
    await this.#writing;
    this.#endpoints = null;
    await this.#programs.stop();
    if (this.#lock) await rm(this.#layout.endpointsFile, { force: true });
    this.#lock?.release();
    this.#lock = null;
  }

  async #startPrograms({ first, places }: PreparedState): Promise<void> {
    const start = (role: ProgramName): Promise<void> => this.#programs.start(role);
    if (first === null) {
      await Promise.all([...places.keys()].map(start));
      return;
    }
    await start('internal-db');
    const roles = [...places.keys()];
    await admitPrograms(first, { roles, startProgram: start, signal: this.#ending.signal });
  }

  async #finishSetup({ logins, places }: PreparedState): Promise<void> {
    const jailed = this.#waitUntilJailed(places);
    await this.#within(Promise.all([jailed, logins ? setUp(this.#layout, logins) : null]));
    const endpoints = await this.#readEndpoints(places);
    await this.#writing;
    this.#options.show(
      logins ? describeFirstStart(this.#layout, endpoints, logins) : describeStart(endpoints),
    );
    if ((await jailed) === false) this.#options.say(noJailWarning);
    if (logins) await forgetFirstLogins(this.#layout);
  }

  /** Reads from the installed configuration where everything is, and tells it. */
  async #readEndpoints(places: PreparedState['places']): Promise<PublicEndpoints> {
    const endpoints = describeEndpoints(this.#layout, await readLocalSettings(this.#layout, places));
    this.#endpoints = endpoints;
    this.#publishEndpoints();
    return endpoints;
  }

  /**
   * Where all programs are on this machine: waits for the links, since nothing can be staged until the database sees an
   * FTP node, and tells whether that node jails its customers. Elsewhere nobody is waited for, and null is returned.
   */
  async #waitUntilJailed(places: PreparedState['places']): Promise<boolean | null> {
    if (places.size < programNames.length) return null;
    const admin = await connectAdmin(this.#layout);
    try {
      for (;;) {
        const { nodes } = await admin.call('status', {});
        if (nodes.length > 0) return nodes.every(({ description }) => description.jailed);
        await delay(linkPollMs);
      }
    } finally {
      admin.close();
    }
  }

  async #within<T>(work: Promise<T>): Promise<T> {
    const patience = new AbortController();
    const late = delay(readyDeadlineMs, null, { signal: patience.signal }).then((): never => {
      const waiting = this.#programs.waiting.join(', ') || 'no link between the programs';
      throw new StartupError(
        'NOT_READY',
        `Not ready after ${readyDeadlineMs / 1000} s (${waiting}). See ${this.#layout.logDirectory}.`,
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

  /** Writes endpoints.json, one write after the other; before everything is up, and while stopping, nothing. */
  #publishEndpoints(): void {
    if (this.#endpoints === null || this.#stopping) return;
    const endpoints = { ...this.#endpoints, pids: { launcher: process.pid, ...this.#programs.pids } };
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
