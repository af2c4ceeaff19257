// Programs that a killed launcher left behind: they stop by themselves once they notice, and this waits for it, since
// their ports are needed again.
import { setTimeout as delay } from 'node:timers/promises';
import { orphanStopMs } from './limits.ts';
import { findPrograms } from './running-programs.ts';
import type { StateLayout } from './state-directory.ts';

const pollMs = 50;

/**
 * Ends what an earlier launcher on this state left running; returns how many there were. The lock must be held. Where
 * processes can't be seen (outside Linux) none are found, and their ports are then found taken.
 */
export async function stopOrphans(layout: StateLayout): Promise<number> {
  const orphans = findPrograms(layout);
  for (const { pid } of orphans) signal(pid, 'SIGTERM');
  const deadlineMs = Date.now() + orphanStopMs;
  while (findPrograms(layout).length > 0 && Date.now() < deadlineMs) await delay(pollMs);
  for (const { pid } of findPrograms(layout)) signal(pid, 'SIGKILL');
  while (findPrograms(layout).length > 0) await delay(pollMs);
  return orphans.length;
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
