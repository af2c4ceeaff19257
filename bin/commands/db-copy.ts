// `consign db copy`: moves what internal-db holds from SQLite into PostgreSQL, with nothing running.
import path from 'node:path';
import { copyDatabase } from '#deploy/copy-database.ts';
import type { CommandSpec } from '../command-spec.ts';

/** `consign db copy`. */
export const dbCopy: CommandSpec = {
  arguments: [['<file>', 'says which PostgreSQL database, as database.json does']],
  examples: [
    ['db copy postgres.json', 'copies everything, checks it, and uses PostgreSQL from the next start on'],
  ],
  run: async (invocation, input) => {
    const report = await copyDatabase(invocation.layout, path.resolve(input.argument(0)));
    invocation.answer(report, () =>
      [
        `Copied ${report.rowCount} rows of ${report.tableCount} tables; the audit log's ${report.auditEntryCount} entries follow from one another.`,
        'PostgreSQL is used from the next start on. The SQLite file stays as it was: keep it until you have a backup.',
      ].join('\n'),
    );
  },
};
