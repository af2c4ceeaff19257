// `node internal-db/copy-database.ts --config <file> --to <file>`: copies what the SQLite file holds into the PostgreSQL
// database that the second file chooses, and has internal-db use that from its next start on. Run by `consign db copy`, which
// keeps everything else from running meanwhile. The SQLite file stays as it is.
import { readFile, rename, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { StartupError, exitWithPlainError, readConfig } from '#commlink/process-lifecycle.ts';
import { internalDbConfigCheck } from './config.ts';
import { databaseChoiceFile, readChoiceFile, readDatabaseChoice } from './database-choice.ts';
import { copyStore } from './store/copy-store.ts';

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { config: { type: 'string' }, to: { type: 'string' } } });
  if (!values.config || !values.to) {
    throw new StartupError('CONFIG_MISSING', 'Two files are needed: --config <file> --to <file>.');
  }
  const { databaseFile } = await readConfig(values.config, internalDbConfigCheck);
  const choice = await readChoiceFile(values.to);
  if (choice.engine !== 'postgres') {
    throw new StartupError('CONFIG_INVALID', `${values.to} does not choose PostgreSQL. Correct it.`);
  }
  if ((await readDatabaseChoice(databaseFile)).engine !== 'sqlite') {
    throw new StartupError(
      'DATABASE_IN_USE',
      'This internal-db uses PostgreSQL already. Nothing was changed.',
    );
  }
  const { engine: _engine, ...settings } = choice;
  const file = databaseChoiceFile(databaseFile);
  const text = await readFile(values.to);
  const report = await copyStore(databaseFile, settings, async () => {
    await writeFile(`${file}.new`, text, { mode: 0o600, flush: true });
    await rename(`${file}.new`, file);
  });
  process.stdout.write(`${JSON.stringify(report)}\n`);
}

try {
  await main();
} catch (error) {
  exitWithPlainError(error instanceof Error ? error : new Error(String(error)));
}
