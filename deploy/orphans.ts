// Programs that a killed launcher left behind: they stop by themselves once they notice, and this waits for it, since
// their ports are needed again. A process is one of them when it runs with a configuration file of this very state.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { orphanStopMs } from './limits.ts';
import { programNames, type StateLayout } from './state-directory.ts';

const pollMs = 50;

/** Ends what an earlier launcher on this state left running; returns how many there were. The lock must be held. */
export async function stopOrphans(layout: StateLayout): Promise<number> {
  const orphans = findOrphans(layout);
  for (const pid of orphans) signal(pid, 'SIGTERM');
  const deadlineMs = Date.now() + orphanStopMs;
  while (findOrphans(layout).length > 0 && Date.now() < deadlineMs) await delay(pollMs);
  for (const pid of findOrphans(layout)) signal(pid, 'SIGKILL');
  while (findOrphans(layout).length > 0) await delay(pollMs);
  return orphans.length;
}

/** Without /proc (outside Linux) none are found; their ports are then found taken. */
function findOrphans(layout: StateLayout): number[] {
  if (!existsSync('/proc/self/cmdline')) return [];
  const configFiles = programNames.map(layout.configFile);
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      const words = readCommandLine(name);
      return configFiles.includes(words[words.indexOf('--config') + 1] ?? '');
    })
    .map(Number);
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

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
