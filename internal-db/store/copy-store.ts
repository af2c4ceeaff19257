// Copies everything from the SQLite file into an empty PostgreSQL database, in one transaction that is committed only when
// each table has as many rows as before and the audit log's chain is whole. Called by copy-database.ts, with nothing running.
import { StartupError } from '#commlink/process-lifecycle.ts';
import { verifyAudit } from '../audit/verify-audit.ts';
import { InternalDbError } from '../internal-db-error.ts';
import { copiedRowsPerStatement } from '../limits.ts';
import { openPostgresWriter } from './postgres/open-postgres-store.ts';
import type { PostgresSettings } from '#commlink/postgres-settings.ts';
import type { SqlParameters, SqlValue, SqlWriter } from './sql/sql-connection.ts';
import { operationsOn } from './sql/sql-operations.ts';
import { openSqliteStore } from './sqlite/open-sqlite-store.ts';
import { SqliteFile, sqliteResultCode } from './sqlite/sqlite-file.ts';

/** What was copied. */
export interface CopyReport {
  readonly rowCount: number;
  readonly tableCount: number;
  readonly auditEntryCount: number;
}

interface Table {
  readonly name: string;
  readonly columns: readonly string[];
}

// https://sqlite.org/rescode.html#busy
const sqliteBusy = 5;

// What PostgreSQL makes of other tables' rows by itself, and its own bookkeeping.
const tablesSql = `SELECT c.table_name AS name, string_agg(c.column_name, ' ' ORDER BY c.ordinal_position) AS columns
  FROM information_schema.columns c
  WHERE c.table_schema = current_schema()
    AND c.table_name NOT IN ('schema_version', 'catalog_words', 'search_names', 'catalog_state')
  GROUP BY c.table_name ORDER BY c.table_name`;
const referencesSql = `SELECT conrelid::regclass::text AS "from", confrelid::regclass::text AS "to"
  FROM pg_constraint WHERE contype = 'f'`;
const countersSql = `SELECT table_name AS "table", column_name AS "column" FROM information_schema.columns
  WHERE table_schema = current_schema() AND is_identity = 'YES'`;

/**
 * Copies, then runs `switchOver`, all the while keeping everybody else from the file: what is written meanwhile would be lost.
 * Throws StartupError `DATABASE_…`, each saying what to do; then nothing was copied.
 */
export async function copyStore(
  databaseFile: string,
  settings: PostgresSettings,
  switchOver: () => Promise<void>,
): Promise<CopyReport> {
  openAlone(databaseFile).close();
  // Brings the file's schema up to date: both have the same tables then.
  await openSqliteStore(databaseFile).close();
  const file = openAlone(databaseFile);
  try {
    const report = await copyFrom(file, settings);
    await switchOver();
    return report;
  } finally {
    file.close();
  }
}

/** Opens the file when nobody else has it open, and lets nobody else in: https://sqlite.org/pragma.html#pragma_locking_mode */
function openAlone(databaseFile: string): SqliteFile {
  const file = new SqliteFile(databaseFile, { readOnly: false });
  try {
    file.execute('PRAGMA locking_mode = EXCLUSIVE');
    file.execute('BEGIN IMMEDIATE');
    return file;
  } catch (error) {
    file.close();
    if (!(error instanceof InternalDbError) || sqliteResultCode(error.cause) !== sqliteBusy) throw error;
    throw new StartupError(
      'DATABASE_IN_USE',
      `${databaseFile} is open in another process. Nothing was changed. Stop internal-db first.`,
    );
  }
}

async function copyFrom(file: SqliteFile, settings: PostgresSettings): Promise<CopyReport> {
  const writer = await openPostgresWriter(settings);
  try {
    await writer.begin();
    return await copyInto(writer, file);
  } finally {
    if (writer.inTransaction) await writer.rollback();
    await writer.close();
  }
}

async function copyInto(writer: SqlWriter, file: SqliteFile): Promise<CopyReport> {
  const tables = await tablesInOrder(writer);
  for (const { name } of tables) {
    if ((await countOf(writer, name)) > 0) throw notEmpty(name);
  }
  // Sums of downloads are copied, not made again.
  await writer.execute('ALTER TABLE downloads DISABLE TRIGGER USER');
  let rowCount = 0;
  for (const table of tables) rowCount += await copyTable(writer, file, table);
  await writer.execute('ALTER TABLE downloads ENABLE TRIGGER USER');
  for (const { table, column } of await writer.all<{ table: string; column: string }>(countersSql)) {
    const value = `coalesce((SELECT max(${column}) FROM ${table}), 0) + 1`;
    await writer.get(`SELECT setval(pg_get_serial_sequence('${table}', '${column}'), ${value}, false)`);
  }
  const { intact, entryCount, explanation } = await verifyAudit(operationsOn(writer));
  if (!intact) throw notWhole(explanation);
  await writer.commit();
  return { rowCount, tableCount: tables.length, auditEntryCount: entryCount };
}

/** Each table behind those that it refers to. */
async function tablesInOrder(writer: SqlWriter): Promise<Table[]> {
  const rows = await writer.all<{ name: string; columns: string }>(tablesSql);
  const references = await writer.all<{ from: string; to: string }>(referencesSql);
  const ordered = new Map<string, Table>();
  const add = ({ name, columns }: { name: string; columns: string }): void => {
    if (ordered.has(name)) return;
    for (const { to } of references.filter(({ from }) => from === name)) {
      const other = rows.find((row) => row.name === to);
      if (other && other.name !== name) add(other);
    }
    ordered.set(name, { name, columns: columns.split(' ') });
  };
  for (const row of rows) add(row);
  return [...ordered.values()];
}

async function copyTable(writer: SqlWriter, file: SqliteFile, table: Table): Promise<number> {
  const { name, columns } = table;
  let batch: Record<string, SqlValue>[] = [];
  let count = 0;
  for (const row of file.rows(`SELECT ${columns.join(', ')} FROM ${name}`)) {
    batch.push(row);
    count += 1;
    if (batch.length < copiedRowsPerStatement) continue;
    await insert(writer, table, batch);
    batch = [];
  }
  if (batch.length > 0) await insert(writer, table, batch);
  const arrived = await countOf(writer, name);
  if (arrived !== count) throw notWhole(`${name} has ${arrived} rows instead of ${count}.`);
  return count;
}

async function insert(
  writer: SqlWriter,
  { name, columns }: Table,
  rows: readonly Record<string, SqlValue>[],
) {
  const parameters: Record<string, SqlValue> = {};
  const tuples = rows.map((row, index) => {
    for (const column of columns) parameters[`${column}_${index}`] = row[column] ?? null;
    return `(${columns.map((column) => `:${column}_${index}`).join(', ')})`;
  });
  const sql = `INSERT INTO ${name} (${columns.join(', ')}) VALUES ${tuples.join(', ')}`;
  await writer.run(sql, parameters satisfies SqlParameters);
}

async function countOf(writer: SqlWriter, name: string): Promise<number> {
  return (await writer.get<{ count: number }>(`SELECT count(*) AS count FROM ${name}`))?.count ?? 0;
}

function notEmpty(table: string): StartupError {
  return new StartupError(
    'DATABASE_NOT_EMPTY',
    `The PostgreSQL database has rows already (in ${table}). Nothing was changed. Name an empty one.`,
  );
}

function notWhole(detail: string): StartupError {
  return new StartupError(
    'DATABASE_NOT_COPIED',
    `The copy would not be whole, so nothing was copied: ${detail} Run \`consign audit verify\` on what there is.`,
  );
}
