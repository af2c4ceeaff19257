// How much memory a session server has: read by the stager, since a jailed process has no /proc. Caller: node-metrics.ts.
// Source: proc(5), statm.
import { readFile } from 'node:fs/promises';

const pageBytes = 4096;

/** The resident memory of a process; 0 once it is gone. */
export async function residentBytesOf(pid: number): Promise<number> {
  try {
    const [, residentPages = '0'] = (await readFile(`/proc/${pid}/statm`, 'latin1')).split(' ');
    return Number(residentPages) * pageBytes;
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ESRCH'))
      return 0;
    throw error;
  }
}
