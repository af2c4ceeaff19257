// How SQLite carries out what customers' pages read: always down an index, whatever the number of rows. A statement that
// would read a whole table, or sort what an index has in order, fails here.
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import t from 'tap';
import { entitlementStatements, entitlementStatementsFor } from '#internal-db/store/sql/sql-entitlements.ts';
import { identityLinkStatements } from '#internal-db/store/sql/sql-identity-links.ts';
import { licenceStatements } from '#internal-db/store/sql/sql-licences.ts';
import { openSqliteStore } from '#internal-db/store/sqlite/open-sqlite-store.ts';
import { portalViewStatements } from '#internal-db/store/sql/sql-portal-views.ts';
import { unusedCredentialsSql } from '#internal-db/store/sql/sql-unused-credentials.ts';
import { newestInChannelSql, publishedStatements } from '#internal-db/store/sql/sql-published.ts';
import { ownReleasesSql } from '#internal-db/store/sql/sql-search.ts';
import { sqliteDialect } from '#internal-db/store/sqlite/sqlite-dialect.ts';

const { productsOfAccountSql, newsSql } = publishedStatements;
const found = sqliteDialect.findInCatalog({ productIds: ['prd'], words: ['word'], limit: 1 });
const searchSql = publishedStatements.searchSql(found.sql);
const { endingSql, productSql } = entitlementStatements;
const ofMany = {
  ...entitlementStatementsFor(sqliteDialect),
  newestInChannelSql: newestInChannelSql(sqliteDialect),
  ownReleasesSql: ownReleasesSql(sqliteDialect),
};
const { acceptancesSql } = licenceStatements;

/** They sort, but only the few rows of one account, or of one search. */
const maySort = new Set<string>([
  identityLinkStatements.linksOfSql,
  productsOfAccountSql,
  newsSql,
  searchSql,
  acceptancesSql,
  ofMany.productsSql,
  ofMany.ownReleasesSql,
  productSql,
]);

/** Rows of a plan that read a whole table or index: "SCAN releases". What a subquery or the words' index found is small. */
const readsEverything = (detail: string): boolean =>
  detail.startsWith('SCAN ') && !/VIRTUAL TABLE INDEX|^SCAN (?:e|w|found)$|^SCAN \(subquery/.test(detail);

function explain(database: DatabaseSync, sql: string): string[] {
  const rows = database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all() as { detail: string }[];
  return rows.map((row) => row.detail);
}

t.test('every statement of the catalog goes down an index', async (t) => {
  const file = path.join(t.testdir({}), 'consign.db');
  const store = openSqliteStore(file);
  t.teardown(() => store.close());
  const database = new DatabaseSync(file);
  t.teardown(() => database.close());
  const statements = {
    ...publishedStatements,
    searchSql,
    ...entitlementStatements,
    ...ofMany,
    ...licenceStatements,
    ...identityLinkStatements,
    ...portalViewStatements,
    ...unusedCredentialsSql,
  };
  for (const [name, sql] of Object.entries(statements)) {
    const plan = explain(database, sql);
    const bad = plan.filter(
      (detail) =>
        (readsEverything(detail) && name !== 'firstPageSql') ||
        (detail.includes('ORDER BY') && !maySort.has(sql)),
    );
    t.same(bad, [], `${name}: ${plan.join(' | ')}`);
  }
  t.match(explain(database, endingSql).join('\n'), 'entitlements_ending', 'the index for it is used');
  const ofProduct = explain(database, productSql).join('\n');
  t.match(ofProduct, /entitlements_by_account \(account_id=\? AND product_id=\?\)/, 'not all of the account');
});

t.test('a statement without an index would be noticed', async (t) => {
  const file = path.join(t.testdir({}), 'consign.db');
  const store = openSqliteStore(file);
  t.teardown(() => store.close());
  const database = new DatabaseSync(file);
  t.teardown(() => database.close());
  const [detail = ''] = explain(database, 'SELECT * FROM releases WHERE channel = :channel');
  t.ok(readsEverything(detail), detail);
});
