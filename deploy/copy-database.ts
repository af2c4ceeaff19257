// Runs internal-db's own program that moves the database from SQLite to PostgreSQL, with no launcher running meanwhile. As with
// the programs that the launcher starts, the room's entry is a file that is run, and nothing of it is imported.
// Called by `consign db copy`.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text as textOf } from 'node:stream/consumers';
import { StartupError } from '#commlink/process-lifecycle.ts';
import type { StateLayout } from './state-directory.ts';
import { lockState } from './state-lock.ts';

const program = join(import.meta.dirname, '..', 'internal-db', 'copy-database.ts');

/** What was copied. */
export interface CopyReport {
  readonly rowCount: number;
  readonly tableCount: number;
  readonly auditEntryCount: number;
}

/** Copies; `to` chooses the PostgreSQL database. Throws StartupError with the program's own sentence. */
export async function copyDatabase(layout: StateLayout, to: string): Promise<CopyReport> {
  const lock = lockState(layout);
  try {
    const args = [program, '--config', layout.configFile('internal-db'), '--to', to];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    const [said, complaint] = [textOf(child.stdout), textOf(child.stderr)];
    const [code] = (await once(child, 'close')) as [number | null];
    if (code !== 0) {
      throw new StartupError('COPY_FAILED', (await complaint).trim() || 'The copy ended without a word.');
    }
    return JSON.parse(await said) as CopyReport;
  } finally {
    lock.release();
  }
}
