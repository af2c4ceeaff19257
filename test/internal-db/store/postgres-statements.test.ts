// PostgreSQL understands every statement of the store, whether a contract runs it or not: all operations are called with
// stand-ins on a connection that only notes what it is asked, and the server is asked to prepare that.
import t from 'tap';
import { numberParameters } from '#internal-db/store/postgres/named-parameters.ts';
import { openPostgresStore } from '#internal-db/store/postgres/open-postgres-store.ts';
import { postgresDialect } from '#internal-db/store/postgres/postgres-dialect.ts';
import type { SqlConnection } from '#internal-db/store/sql/sql-connection.ts';
import { operationsOn } from '#internal-db/store/sql/sql-operations.ts';
import { PostgresServer } from '../../rig/postgres-server.ts';

type Operation = (...values: unknown[]) => Promise<unknown>;

const kinds = ['account', 'user', 'product', 'licence', 'token', 'key'];
const isList = /ids$|words|channels|deliveries|transports|scopes|types|actions|^(?:products|files)$/i;
const statements = new Map<string, string>();
const unanswered = new Set<string>();

/** Any object: a property is a list, the `kind`, or `rest`. */
function standIn(kind: string, rest: unknown): unknown {
  const valueOf = (name: string | symbol): unknown => {
    if (typeof name === 'symbol' || name === 'then') return undefined;
    if (name === 'kind') return kind;
    return isList.test(name) ? ['x'] : rest;
  };
  return new Proxy({}, { get: (_target, name) => valueOf(name) });
}

/** The argument lists that are tried. Which of them an operation takes is not known here: some it refuses. */
function* argumentLists(): Generator<unknown[]> {
  const targets = { groups: ['x'], tags: ['x'] };
  const place = {
    atMs: 1,
    id: 'x',
    requestedAtMs: 1,
    startedAtMs: 1,
    name: 'x',
    inForceAtMs: 1,
    ...targets,
  };
  for (const kind of kinds) {
    for (const rest of [null, 1, true, place]) {
      const some = standIn(kind, rest);
      yield* [
        [some, some, some],
        ['x', some, some],
        [['x'], 1, 1],
        ['x', ['x'], 1],
        [kind, 1, 1],
      ];
    }
  }
}

async function callAll(): Promise<void> {
  let operation = '';
  const note = (sql: string): void => {
    unanswered.delete(operation);
    if (!sql.includes('undefined')) statements.set(sql, operation);
  };
  const connection: SqlConnection = {
    dialect: postgresDialect,
    get: async (sql) => (note(sql), undefined),
    all: async (sql) => (note(sql), []),
    run: async (sql) => (note(sql), 1),
  };
  for (const [subject, operations] of Object.entries(operationsOn(connection))) {
    const methods = Object.getOwnPropertyNames(Object.getPrototypeOf(operations));
    for (const method of methods.filter((name) => name !== 'constructor')) {
      operation = `${subject}.${method}`;
      unanswered.add(operation);
      const call = (operations as Record<string, Operation>)[method]?.bind(operations);
      for (const values of argumentLists()) await Promise.allSettled([call?.(...values)]);
    }
  }
}

t.test('every operation is known, and every statement is understood', async (t) => {
  const server = await PostgresServer.start();
  t.teardown(() => server.remove());
  const settings = server.settingsOf(server.createDatabase());
  await (await openPostgresStore(settings)).close();
  await callAll();
  t.same([...unanswered], [], 'each operation was seen to ask something');
  t.ok(statements.size > 250, `${statements.size} statements`);
  const prepared = [...statements.keys()].map(
    (sql, index) => `PREPARE s${index} AS ${numberParameters(sql).text};`,
  );
  t.doesNotThrow(() => server.query(settings.database, prepared.join('\n')));
  const wrong = 'PREPARE s AS SELECT ifnull(name, $1) FROM accounts';
  t.throws(() => server.query(settings.database, wrong), 'what only SQLite understands is noticed');
});
