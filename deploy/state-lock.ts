// Keeps two launchers off one state. The lock is SQLite's exclusive lock on a file of its own, which the kernel
// drops when the process dies, however it dies: there is no stale lock to clean up. Callers: installation.ts, and the commands
// that want to know whether a launcher runs.
import { closeSync, existsSync, openSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { StartupError } from '#commlink/process-lifecycle.ts';
import { readEndpoints, type StateLayout } from './state-directory.ts';

/** SQLITE_BUSY: another process holds the lock. */
const sqliteBusy = 5;

/** Whether a launcher runs on this state. */
export function isStateLocked(layout: StateLayout): boolean {
  if (!existsSync(layout.lockFile)) return false;
  const database = new DatabaseSync(layout.lockFile, { readOnly: true });
  try {
    database.exec('SELECT count(*) FROM sqlite_schema');
    return false;
  } catch (error) {
    if ((error as { errcode?: number }).errcode !== sqliteBusy) throw error;
    return true;
  } finally {
    database.close();
  }
}

/** Takes the lock for the rest of the process's life. Throws StartupError `STATE_IN_USE`. */
export function lockState(layout: StateLayout): { release(): void } {
  // Made here where it is new, as SQLite would let others read it; its journal gets the same mode.
  closeSync(openSync(layout.lockFile, 'a', 0o600));
  const database = new DatabaseSync(layout.lockFile);
  try {
    database.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    if ((error as { errcode?: number }).errcode !== sqliteBusy) throw error;
    const running = readEndpoints(layout);
    const which = running?.pids['launcher'] === undefined ? '' : ` (process ${running.pids['launcher']})`;
    throw new StartupError(
      'STATE_IN_USE',
      `Consign is already running on ${layout.directory}${which}. Stop it with Ctrl-C first, or name another directory with --state.`,
      { cause: error },
    );
  }
  return { release: () => database.close() };
}
