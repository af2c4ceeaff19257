// The SQLite engine: the contract of stores, and what it refuses or survives: newer, damaged, misplaced, full.
import { openSync, readFileSync, readdirSync, statSync, writeSync, closeSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import t from 'tap';
import { newRecordId } from '#internal-db/record-id.ts';
import { openSqliteStore } from '#internal-db/store/sqlite/open-sqlite-store.ts';
import { testConsoleContract } from './console-contract.ts';
import { testFleetContract } from './fleet-contract.ts';
import { testFleetMetadataContract } from './fleet-metadata-contract.ts';
import { testHistoryContract } from './history-contract.ts';
import { testIdentityLinkContract } from './identity-link-contract.ts';
import { testCatalogMemoryContract } from './catalog-memory-contract.ts';
import { testManyProductsContract } from './many-products-contract.ts';
import { testOriginalRemovalContract } from './original-removal-contract.ts';
import { testPortalViewContract } from './portal-view-contract.ts';
import { testRolloutContract } from './rollout-contract.ts';
import { testSshKeyContract } from './ssh-key-contract.ts';
import { testStaffSecurityContract } from './staff-security-contract.ts';
import { testStaffTokenContract } from './staff-token-contract.ts';
import { testStatisticsContract } from './statistics-contract.ts';
import { seedStore, testStoreContract } from './store-contract.ts';

const migrations = new URL('.', import.meta.resolve('#internal-db/store/sqlite/migrations/0001-initial.sql'));
const fileIn = (place: string) => path.join(place, 'consign.db');

t.test('the contract of stores', async (t) => {
  testStoreContract(t, (place) => openSqliteStore(fileIn(place)));
  testConsoleContract(t, (place) => openSqliteStore(fileIn(place)));
  testHistoryContract(t, (place) => openSqliteStore(fileIn(place)));
  testIdentityLinkContract(t, (place) => openSqliteStore(fileIn(place)));
  testManyProductsContract(t, (place) => openSqliteStore(fileIn(place)));
  testCatalogMemoryContract(t, (place) => openSqliteStore(fileIn(place)));
  testOriginalRemovalContract(t, (place) => openSqliteStore(fileIn(place)));
  testPortalViewContract(t, (place) => openSqliteStore(fileIn(place)));
  testFleetContract(t, (place) => openSqliteStore(fileIn(place)));
  testFleetMetadataContract(t, (place) => openSqliteStore(fileIn(place)));
  testRolloutContract(t, (place) => openSqliteStore(fileIn(place)));
  testSshKeyContract(t, (place) => openSqliteStore(fileIn(place)));
  testStaffSecurityContract(t, (place) => openSqliteStore(fileIn(place)));
  testStaffTokenContract(t, (place) => openSqliteStore(fileIn(place)));
  testStatisticsContract(t, (place) => openSqliteStore(fileIn(place)));
});

t.test('commits are durable: WAL, synchronous FULL, foreign keys', async (t) => {
  const place = t.testdir({});
  const store = openSqliteStore(fileIn(place));
  t.teardown(() => store.close());
  const other = new DatabaseSync(fileIn(place));
  t.teardown(() => other.close());
  t.match(other.prepare('PRAGMA journal_mode').get(), { journal_mode: 'wal' });
  t.match(await store.describe(), { schemaVersion: readdirSync(migrations).length });
  t.equal(statSync(fileIn(place)).mode & 0o077, 0, 'nobody else can read the database');
});

t.test('a database of an older program is brought up to date, with what is in it', async (t) => {
  const place = t.testdir({});
  const older = new DatabaseSync(fileIn(place));
  older.exec(readFileSync(new URL('0001-initial.sql', migrations), 'utf8'));
  older.exec('CREATE TABLE schema_version (version INTEGER PRIMARY KEY) STRICT');
  older.exec("INSERT INTO accounts VALUES ('acc_1', 'acme', 'Acme', 'active', 1)");
  older.exec('INSERT INTO schema_version (version) VALUES (1)');
  older.close();
  const store = openSqliteStore(fileIn(place));
  t.teardown(() => store.close());
  t.match(await store.describe(), { schemaVersion: readdirSync(migrations).length });
  t.match(await store.read.accounts.byName('acme'), { displayName: 'Acme' });
  t.same(await store.read.sshKeys.sshKeysOf('usr_1'), []);
});

t.test('a database of a newer program is refused and not touched', async (t) => {
  const place = t.testdir({});
  await openSqliteStore(fileIn(place)).close();
  const other = new DatabaseSync(fileIn(place));
  other.exec('INSERT INTO schema_version (version) VALUES (99)');
  other.close();
  const before = readFileSync(fileIn(place));
  t.throws(() => openSqliteStore(fileIn(place)), { code: 'DATABASE_NEWER' });
  t.same(readFileSync(fileIn(place)), before);
});

t.test('a damaged database is noticed at the start', async (t) => {
  const notOne = path.join(t.testdir({}), 'consign.db');
  writeFileSync(notOne, 'this is no database, however long one looks at it'.repeat(100));
  t.throws(() => openSqliteStore(notOne), { code: 'DATABASE_CORRUPT' });

  const place = t.testdir({});
  const store = openSqliteStore(fileIn(place));
  await seedStore(store);
  await store.close();
  const descriptor = openSync(fileIn(place), 'r+');
  const pageCount = statSync(fileIn(place)).size / 4096;
  for (let page = 2; page < pageCount; page += 3)
    writeSync(descriptor, Buffer.alloc(4096, 0x5a), 0, 4096, page * 4096);
  closeSync(descriptor);
  t.throws(() => openSqliteStore(fileIn(place)), { code: 'DATABASE_CORRUPT' });
});

t.test('a place that can not hold a database is said plainly', async (t) => {
  t.throws(() => openSqliteStore(path.join(t.testdir({}), 'missing', 'consign.db')), {
    code: 'DATABASE_UNUSABLE',
  });
});

t.test('a full disk undoes the transaction, loses nothing, and the store goes on', async (t) => {
  const place = t.testdir({});
  await openSqliteStore(fileIn(place)).close();
  const pageCount = statSync(fileIn(place)).size / 4096;
  const store = openSqliteStore(fileIn(place), { pageCountMax: pageCount + 4 });
  t.teardown(() => store.close());
  const fill = async () => {
    for (let index = 0; ; index += 1) {
      await store.transaction((tx) =>
        tx.catalog.insertProduct({
          id: newRecordId('prd'),
          name: `product-${index}`,
          title: 'x'.repeat(2000),
          description: 'y'.repeat(2000),
          createdAtMs: 1,
        }),
      );
    }
  };
  await t.rejects(fill(), { code: 'disk_full' });
  const together = Array.from({ length: 40 }, (_, index) =>
    store.transaction((tx) =>
      tx.catalog.insertProduct({
        id: newRecordId('prd'),
        name: `together-${index}`,
        title: 'x'.repeat(2000),
        description: 'y'.repeat(2000),
        createdAtMs: 1,
      }),
    ),
  );
  for (const [index, outcome] of (await Promise.allSettled(together)).entries()) {
    const found = await store.read.catalog.productByName(`together-${index}`);
    t.equal(
      found !== undefined,
      outcome.status === 'fulfilled',
      'what was refused is not there, and the reverse',
    );
  }
  const products = await store.read.catalog.products();
  t.ok(products.length > 0, 'what was committed is there');
  await store.transaction((tx) => tx.settings.put('clock_high_water_ms', '1'));
  t.equal(await store.read.settings.get('clock_high_water_ms'), '1');
});
