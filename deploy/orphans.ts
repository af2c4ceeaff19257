// Programs that a killed launcher left behind: they stop by themselves once they notice, and this waits for it, since
// their ports are needed again. Only processes that endpoints.json names, and that still run on this very state.
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { orphanStopMs } from './limits.ts';
import { readEndpoints, type StateLayout } from './state-directory.ts';

const pollMs = 50;

/** Ends what an earlier launcher on this state left running; returns how many there were. The lock must be held. */
export async function stopOrphans(layout: StateLayout): Promise<number> {
  const pids = Object.values(readEndpoints(layout)?.pids ?? {}).filter((pid) => isOurs(pid, layout));
  for (const pid of pids) signal(pid, 'SIGTERM');
  const deadlineMs = Date.now() + orphanStopMs;
  while (pids.some((pid) => isOurs(pid, layout)) && Date.now() < deadlineMs) await delay(pollMs);
  for (const pid of pids.filter((left) => isOurs(left, layout))) signal(pid, 'SIGKILL');
  while (pids.some((pid) => isOurs(pid, layout))) await delay(pollMs);
  return pids.length;
}

/** Numbers of processes are used again: the command line must name this state. Without /proc nothing is ours. */
function isOurs(pid: number, { directory }: StateLayout): boolean {
  if (pid === process.pid) return false;
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
      .split('\0')
      .some((argument) => argument.startsWith(`${directory}/`));
  } catch (error) {
    if (['ENOENT', 'ESRCH', 'EACCES', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? ''))
      return false;
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
