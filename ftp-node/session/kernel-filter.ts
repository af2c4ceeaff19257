// Puts the filter of seccomp-filter.ts between this process and the kernel, where that can be done safely. Caller:
// session/main.ts: once when the jail is shut, and with a process for each session once more when it is an account's.
import { readdirSync, readlinkSync } from 'node:fs';
import { buildSeccompFilter, type FilterOptions } from './seccomp-filter.ts';
import { filterSystemCalls } from './system-calls.ts';

/** Makes the function that puts a filter on. Called before the jail is shut: there is no /proc in it. */
export function prepareKernelFilter(
  options: Pick<FilterOptions, 'mayConnect'>,
): (mayChangeIdentity: boolean) => boolean {
  // libuv ends the process when a ring that it has is refused; the stager sees to it that there is none.
  const canBeFiltered = process.platform === 'linux' && !hasRings();
  return (mayChangeIdentity) => {
    const filter = buildSeccompFilter(process.arch, { ...options, pid: process.pid, mayChangeIdentity });
    return canBeFiltered && filter !== null && filterSystemCalls(filter);
  };
}

/** Whether this process holds an io_uring, whose calls no filter sees. */
function hasRings(): boolean {
  const folder = '/proc/self/fd';
  return readdirSync(folder).some((descriptor) => {
    try {
      return readlinkSync(`${folder}/${descriptor}`).includes('io_uring');
    } catch {
      // The descriptor of the folder itself, which is closed by now.
      return false;
    }
  });
}
