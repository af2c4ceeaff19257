// `consign db copy`: moves what internal-db holds from SQLite into PostgreSQL, with nothing running. The copying is
// internal-db's own program; this keeps a launcher from starting meanwhile.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { text as textOf } from 'node:stream/consumers';
import { lockState } from '#deploy/state-lock.ts';
import { CliError } from '../cli-error.ts';
import type { CommandSpec } from '../command-spec.ts';

const program = path.join(import.meta.dirname, '..', '..', 'internal-db', 'copy-database.ts');

interface CopyReport {
  readonly rowCount: number;
  readonly tableCount: number;
  readonly auditEntryCount: number;
}

/** `consign db copy`. */
export const dbCopy: CommandSpec = {
  arguments: [['<file>', 'says which PostgreSQL database, as database.json does']],
  examples: [
    ['db copy postgres.json', 'copies everything, checks it, and uses PostgreSQL from the next start on'],
  ],
  run: async (invocation, input) => {
    const { layout } = invocation;
    const to = path.resolve(input.argument(0));
    const lock = lockState(layout);
    try {
      const report = await runProgram(['--config', layout.configFile('internal-db'), '--to', to]);
      invocation.answer(report, () =>
        [
          `Copied ${report.rowCount} rows of ${report.tableCount} tables; the audit log's ${report.auditEntryCount} entries follow from one another.`,
          'PostgreSQL is used from the next start on. The SQLite file stays as it was: keep it until you have a backup.',
        ].join('\n'),
      );
    } finally {
      lock.release();
    }
  },
};

async function runProgram(args: readonly string[]): Promise<CopyReport> {
  const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const [said, complaint] = [textOf(child.stdout), textOf(child.stderr)];
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new CliError('failed', (await complaint).trim() || 'The copy ended without a word.');
  return JSON.parse(await said) as CopyReport;
}
