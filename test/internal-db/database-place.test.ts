// Who may use a database that internal-dbs share: those of the newest version of the configuration that one of them has noted in it.
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import t, { type Test } from 'tap';
import type { ClusterStatus } from '#commlink/methods/operator-methods.ts';
import { createLogger } from '#commlink/log.ts';
import { claimPlace, watchPlace } from '#internal-db/database-place.ts';
import { InternalDbError } from '#internal-db/internal-db-error.ts';
import { openSqliteStore } from '#internal-db/store/sqlite/open-sqlite-store.ts';
import type { Store } from '#internal-db/store/store.ts';
import { waitFor } from '../rig/running-consign.ts';
import { temporaryFolder } from '../rig/temporary-folder.ts';

const waitMs = 90_000;
const log = createLogger('test', 'silent');

const versionOf = (seq: number, ...internalDbs: string[]) => ({
  seq,
  members: [
    ...internalDbs.map((id) => ({ id, role: 'internal-db' as const })),
    { id: 'web1-id', role: 'web-front' as const },
  ],
});

const setUp = (t: Test) => {
  const store = openSqliteStore(join(temporaryFolder(t), 'consign.db'));
  t.teardown(() => store.close());
  const placeOf = (name: string) => ({ store, name, id: `${name}-id` });
  const noted = async () => JSON.parse((await store.read.settings.get('internal_dbs')) ?? 'null') as unknown;
  return { store, noted, db1: placeOf('db1'), db2: placeOf('db2') };
};

t.test('the newest version that anybody has installed stands in the database', async (t) => {
  const { noted, db1, db2 } = setUp(t);
  await claimPlace(db1, versionOf(3, 'db1-id'));
  t.same(await noted(), { seq: 3, internalDbs: ['db1-id'] });
  await claimPlace(db2, versionOf(5, 'db1-id', 'db2-id'));
  await claimPlace(db1, versionOf(4, 'db1-id'));
  t.same(await noted(), { seq: 5, internalDbs: ['db1-id', 'db2-id'] }, 'who lags behind changes nothing');
});

t.test('who was evicted is turned away, and changes nothing', async (t) => {
  const { noted, db1, db2 } = setUp(t);
  await claimPlace(db1, versionOf(5, 'db1-id', 'db2-id'));
  await claimPlace(db2, versionOf(6, 'db2-id'));
  await t.rejects(claimPlace(db1, versionOf(5, 'db1-id', 'db2-id')), {
    code: 'NODE_EVICTED',
    message: /^db1 was evicted .* version 6 /,
  });
  await t.rejects(claimPlace(db1, versionOf(7, 'db2-id')), { code: 'NODE_EVICTED' }, 'also by its own word');
  t.same(await noted(), { seq: 6, internalDbs: ['db2-id'] });
});

const watched = (t: Test, store: Store) => {
  const reasons: Error[] = [];
  const place = { store, name: 'db1', id: 'db1-id' };
  const { seq, members } = versionOf(5, 'db1-id', 'db2-id');
  const digest = randomBytes(32).toString('base64url');
  const status = () => ({ installed: { seq, digest }, members }) as unknown as ClusterStatus;
  const isServing = () => true;
  const schedule = watchPlace(place, { status, isServing, leave: (reason) => reasons.push(reason), log });
  t.teardown(() => schedule.stop());
  return reasons;
};

t.test('one that runs leaves when it is evicted, and not before', async (t) => {
  const { store, db2, noted } = setUp(t);
  const reasons = watched(t, store);
  await waitFor('its note', async () => (await noted()) !== null, waitMs);
  t.same(reasons, []);
  await claimPlace(db2, versionOf(6, 'db2-id'));
  await waitFor('it to leave', () => reasons.length > 0, waitMs);
  t.match(reasons, [{ code: 'NODE_EVICTED' }]);
});

t.test('it leaves a schema that it does not know, and bears with a server that is away', async (t) => {
  const { store } = setUp(t);
  let code: 'unreachable' | 'closed' = 'unreachable';
  let lookCount = 0;
  const checkSchema = async (): Promise<void> => {
    lookCount += 1;
    await delay(1);
    throw new InternalDbError(code, 'x');
  };
  const reasons = watched(t, { ...store, checkSchema });
  await waitFor('two looks', () => lookCount > 1, waitMs);
  t.same(reasons, []);
  code = 'closed';
  await waitFor('it to leave', () => reasons.length > 0, waitMs);
  t.match(reasons, [{ code: 'closed' }]);
});
