// Two internal-dbs on one PostgreSQL: the database of a Consign that has one is moved there, and a second one joins, on a state
// directory of its own. Callers: the end-to-end tests of several internal-dbs.
import { writeFileSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Test } from 'tap';
import { joinNode } from '../rig/joined-node.ts';
import { PostgresServer } from '../rig/postgres-server.ts';
import type { RunningConsign } from '../rig/running-consign.ts';
import { temporaryFolder } from '../rig/temporary-folder.ts';

/** What was made. */
export interface SharedDatabase {
  readonly server: PostgresServer;
  /** Its name at the server. */
  readonly database: string;
  /** The machine of db2. */
  readonly second: RunningConsign;
}

/** What is special about it. */
interface SharedDatabaseWish {
  /** Called when the database has been moved, before db2 joins. */
  readonly prepare?: () => Promise<void>;
  /** Added to the environment of db2's launcher. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** Moves the database and lets db2 join. */
export async function shareDatabase(
  t: Test,
  consign: RunningConsign,
  { prepare, environment = {} }: SharedDatabaseWish = {},
): Promise<SharedDatabase> {
  const server = await PostgresServer.start();
  t.teardown(() => server.remove());
  const database = server.createDatabase();
  const choice = join(temporaryFolder(t), 'database.json');
  writeFileSync(choice, JSON.stringify({ engine: 'postgres', ...server.settingsOf(database) }), {
    mode: 0o600,
  });
  await consign.stop();
  await consign.json('db', 'copy', choice);
  await consign.start();
  await prepare?.();
  const second = await joinNode(t, consign, {
    role: 'internal-db',
    name: 'db2',
    environment,
    prepare: (state) => copyFile(choice, join(state, 'internal-db', 'database.json')),
  });
  return { server, database, second };
}
