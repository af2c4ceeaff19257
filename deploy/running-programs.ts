// The programs that run on a state, whoever started them: a process is one of them when it runs with a configuration file of this very
// state. Callers: the launcher, for what a killed one left behind; the commands, where a service manager runs the programs.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { programNames, type ProgramName, type StateLayout } from './state-directory.ts';

/** A process, and which program it is. */
export interface RunningProgram {
  readonly name: ProgramName;
  readonly pid: number;
}

/** Looks for them in /proc; without it (outside Linux) none are found. */
export function findPrograms(layout: StateLayout): RunningProgram[] {
  if (!existsSync('/proc/self/cmdline')) return [];
  const names = new Map(programNames.map((name) => [layout.configFile(name), name]));
  return readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid))
    .flatMap((pid) => {
      const words = readCommandLine(pid);
      const name = names.get(words[words.indexOf('--config') + 1] ?? '');
      return name === undefined ? [] : [{ name, pid: Number(pid) }];
    });
}

/** A process's arguments; none for one that ended meanwhile, or that is not ours to see. */
function readCommandLine(pid: string): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (['ENOENT', 'ESRCH', 'EACCES', 'EPERM'].includes(code ?? '')) return [];
    throw error;
  }
}
