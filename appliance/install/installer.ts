// What the modules that install have in common: the disk, the journal, the places, the time, and how programs are run. Built by the
// commands; each test builds its own.
import type { CentreClock } from '../cycle/centre-clock.ts';
import type { AgentErrorCode } from '../agent-error.ts';
import { aboutCharactersMax } from '../limits.ts';
import { describeUndying, runProgram, type ProgramEnd, type ProgramLimits } from '../programs/run-program.ts';
import type { AgentFolder } from '../state/agent-folder.ts';
import type { Disk } from '../state/disk.ts';
import type { Journal } from '../state/journal.ts';

/** The installer's parts. */
export interface Installer {
  readonly folder: AgentFolder;
  /** Where absolute paths of configuration files begin: `/` in the field. */
  readonly root: string;
  /** Where the machine tells of itself, and its administrator allows files: `/` in the field. */
  readonly machineRoot: string;
  readonly disk: Disk;
  readonly journal: Journal;
  readonly clock: CentreClock;
  /** The control group of programs; null where there is none. */
  readonly group: string | null;
  readonly signal: AbortSignal;
  /** What goes on while a program runs, which may take hours: beats. Left out, nothing does. */
  readonly during?: <T>(work: Promise<T>) => Promise<T>;
}

/** A program to run for an installation. */
export interface InstallerProgram {
  readonly program: string;
  readonly args: readonly string[];
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly limits: ProgramLimits;
}

/** Runs a program of a package, or a reload command. What can't be killed of it is a problem of the next beat. */
export async function runForInstaller(
  { root, group, signal, journal, clock, during }: Installer,
  run: InstallerProgram,
): Promise<ProgramEnd> {
  const environment = { CONSIGN_ROOT: root, ...run.environment };
  const running = runProgram({ ...run, group, environment }, signal);
  const end = await (during?.(running) ?? running);
  if (end.undying > 0) {
    const code: AgentErrorCode = 'processes_left';
    const about = `${run.program}: ${describeUndying(end)}`.slice(0, aboutCharactersMax);
    await journal.addProblem({ code, about, atMs: clock.stamp() });
  }
  return end;
}

/** How a program ended, for a result: the code, the exit code, the output. */
export function describeEnd(end: ProgramEnd): { code: string; exitCode: number | null; output: string } {
  const code = end.stopped === null ? 'exit_code' : `stopped_${end.stopped}`;
  return { code, exitCode: end.exitCode, output: end.output };
}
