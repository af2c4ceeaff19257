// How PostgreSQL could carry out what customers' pages read. It prefers to read small tables whole; asked not to, it must find
// an index for each of them, or it would have none when they have grown.
import t from 'tap';
import { newestInChannelSql, publishedStatements } from '#internal-db/store/sql/sql-published.ts';
import { entitlementStatements, entitlementStatementsFor } from '#internal-db/store/sql/sql-entitlements.ts';
import { licenceStatements } from '#internal-db/store/sql/sql-licences.ts';
import { numberParameters } from '#internal-db/store/postgres/named-parameters.ts';
import { openPostgresStore } from '#internal-db/store/postgres/open-postgres-store.ts';
import { postgresDialect } from '#internal-db/store/postgres/postgres-dialect.ts';
import { PostgresServer } from '../../rig/postgres-server.ts';

const server = await PostgresServer.start();
t.teardown(() => server.remove());
const settings = server.settingsOf(server.createDatabase());
await (await openPostgresStore(settings)).close();

function explain(sql: string): string {
  const { text, names } = numberParameters(sql);
  const values = names.map(() => 'NULL').join(', ');
  const plan = names.length === 0 ? text : `EXECUTE asked(${values})`;
  return server.query(
    settings.database,
    `SET enable_seqscan = off; SET plan_cache_mode = force_generic_plan; PREPARE asked AS ${text}; EXPLAIN ${plan}`,
  );
}

t.test('every statement of the catalog has an index to go down', async (t) => {
  const found = postgresDialect.findInCatalog({ productIds: ['prd'], words: ['word'], limit: 1 });
  const names = postgresDialect.findNames({ kind: 'user', words: ['word'], limit: 1 });
  const statements = {
    ...publishedStatements,
    searchSql: publishedStatements.searchSql(found.sql),
    namesSql: names.sql,
    ...entitlementStatements,
    ...entitlementStatementsFor(postgresDialect),
    newestInChannelSql: newestInChannelSql(postgresDialect),
    ...licenceStatements,
  };
  for (const [name, sql] of Object.entries(statements)) t.notMatch(explain(sql), 'Seq Scan', name);
  t.match(explain(names.sql), 'search_names_by_word', 'words are looked up');
});

t.test('a statement without an index would be noticed', async (t) => {
  t.match(explain('SELECT * FROM releases WHERE channel = :channel'), 'Seq Scan');
});
