// The programs of one installation that run on this machine, under supervision: started one by one or together, stopped
// in order. Called by installation.ts.
import { join } from 'node:path';
import { StartupError } from '#commlink/process-lifecycle.ts';
import { stopDeadlineMs } from './limits.ts';
import type { ProgramName, StateLayout } from './state-directory.ts';
import { SupervisedProgram } from './supervised-program.ts';

const repository = join(import.meta.dirname, '..');

/** What the programs are run with. */
export interface ProgramSetOptions {
  readonly layout: StateLayout;
  readonly showAll: boolean;
  readonly say: (line: string) => void;
  /** False while everything starts. */
  readonly showWarnings: () => boolean;
  /** Called when a program became ready or its process ids changed. */
  readonly onPids: () => void;
  /** Called when a program can't run, with a plain sentence. */
  readonly onGivenUp: (error: StartupError) => void;
}

/** The programs that were started. */
export class ProgramSet {
  readonly #options: ProgramSetOptions;
  readonly #programs = new Map<ProgramName, SupervisedProgram>();

  constructor(options: ProgramSetOptions) {
    this.#options = options;
  }

  /** Starts a program; resolves when it was ready for the first time. */
  async start(name: ProgramName): Promise<void> {
    const { layout, showAll, say, showWarnings, onPids, onGivenUp } = this.#options;
    const program = new SupervisedProgram({
      name,
      mainFile: join(repository, name, 'main.ts'),
      configFile: layout.configFile(name),
      logPath: join(layout.logDirectory, `${name}.log`),
      showAll,
      stopDeadlineMs: stopDeadlineMs[name],
      say,
      showWarnings,
      onPids,
      onGivenUp: (reason) => onGivenUp(new StartupError('PROGRAM_GAVE_UP', `${name} can't run: ${reason}`)),
    });
    this.#programs.set(name, program);
    program.start();
    await program.ready;
  }

  /** Process ids by name: of the programs, and of what they run. */
  get pids(): Record<string, number> {
    const all = [...this.#programs.values()].map(({ pids }) => pids);
    return Object.assign({}, ...all) as Record<string, number>;
  }

  /** The programs that are not ready now. */
  get waiting(): ProgramName[] {
    return [...this.#programs.values()].filter(({ isReady }) => !isReady).map(({ name }) => name);
  }

  /** Stops them, the FTP node first and the database last, each within its bound. */
  async stop(): Promise<void> {
    for (const name of ['ftp-node', 'web-front', 'internal-db'] as const) {
      await this.#programs.get(name)?.stop();
    }
  }

  /** Ends them at once. */
  kill(): void {
    for (const program of this.#programs.values()) program.kill();
  }
}
