// The keys that several internal-dbs of one database share: made once, handed to members and nobody else, refused from strangers,
// and taken over from an older program.
import { generateKeyPairSync } from 'node:crypto';
import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { createLogger } from '#commlink/log.ts';
import type { Member } from '#commlink/node-config.ts';
import { createNodeKeys, type NodeKeys } from '#commlink/node-keys.ts';
import { createClock } from '#internal-db/clock.ts';
import { databaseKeysFile, fingerprintOf } from '#internal-db/database-keys/database-keys.ts';
import { DatabaseSeal } from '#internal-db/database-keys/database-seal.ts';
import { handOverKeys } from '#internal-db/database-keys/hand-over-keys.ts';
import { writeKeyDocument } from '#internal-db/database-keys/key-documents.ts';
import { openDatabaseKeys } from '#internal-db/database-keys/open-database-keys.ts';
import { openSqliteStore } from '#internal-db/store/sqlite/open-sqlite-store.ts';
import { temporaryFolder } from '../../rig/temporary-folder.ts';

const cluster = 'test';
const log = createLogger('test', 'silent');

interface Machine {
  readonly node: NodeKeys;
  readonly member: Member & { readonly state: 'active' | 'learner' };
  /** Beside which it keeps the keys. */
  readonly databaseFile: string;
}

function makeMachine(t: Test, name: string): Machine {
  const node = createNodeKeys();
  const { id, signing, sealing } = node;
  const raw = { signingKey: signing.raw, sealingKey: sealing.raw };
  const member = { name, role: 'internal-db' as const, id, ...raw, state: 'learner' as const };
  return { node, member, databaseFile: join(temporaryFolder(t), 'consign.db') };
}

function setUp(t: Test) {
  const store = openSqliteStore(join(temporaryFolder(t), 'shared.db'));
  t.teardown(() => store.close());
  const [first, second] = [makeMachine(t, 'db1'), makeMachine(t, 'db2')];
  const members = [first.member, second.member];
  const open = ({ node, databaseFile }: Machine, answerWithinMs = 5000) =>
    openDatabaseKeys({ store, databaseFile, cluster, node, internalDbs: members, log, answerWithinMs });
  const give = (giver: Machine, databaseKeys: NodeKeys, known: readonly Member[] = members) => {
    const member = (id: string) => known.find((each) => each.id === id);
    return handOverKeys({
      store,
      clock: createClock(0),
      log,
      cluster,
      node: giver.node,
      databaseKeys,
      member,
    });
  };
  return { store, first, second, open, give };
}

t.test('the first makes them, the second is given them, and both open what either has sealed', async (t) => {
  const { store, first, second, open, give } = setUp(t);
  const made = await open(first);
  t.equal(made.areNew, true);
  t.match(
    await open(first),
    { areNew: false, keys: { id: made.keys.id } },
    'at the next start they are there',
  );
  t.equal((await stat(databaseKeysFile(first.databaseFile))).mode & 0o777, 0o600);

  const asking = open(second);
  for (let round = 0; (await store.read.keyRequests.waiting(1)).length === 0; round += 1) {
    if (round > 100) throw new Error('nobody asks');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await give(first, made.keys);
  const answer = String(await store.read.keyRequests.answerTo(second.node.id));
  const taken = await asking;
  t.equal(fingerprintOf(taken.keys), fingerprintOf(made.keys));
  t.equal(await store.read.keyRequests.answerTo(second.node.id), null, 'nothing of it stays in the database');
  const place = { purpose: 'test', associated: 'one' };
  const sealed = await new DatabaseSeal(made.keys, first.node).seal(place, Buffer.from('words'));
  const opened = await new DatabaseSeal(taken.keys, second.node).open(place, sealed);
  t.equal(Buffer.from(opened).toString(), 'words');
  t.match(await store.read.audit.last(), { action: 'database.keysGiven', subject: 'db2' });

  const secret = (
    JSON.parse(await readFile(databaseKeysFile(first.databaseFile), 'utf8')) as { sealing: string }
  ).sealing;
  const body = Buffer.from(answer.split('.')[0] ?? '', 'base64url').toString();
  t.notMatch(body, secret.split('\n')[1] ?? '?', 'the answer shows none of them');
});

t.test('a stranger is not answered, and a stranger’s answer not taken', async (t) => {
  const { store, first, second, open, give } = setUp(t);
  const { keys } = await open(first);
  const asking = open(second, 1500);
  const refused = t.rejects(asking, { code: 'DATABASE_KEYS_MISSING' });
  for (let round = 0; (await store.read.keyRequests.waiting(1)).length === 0 && round < 100; round += 1)
    await new Promise((resolve) => setTimeout(resolve, 20));
  await give(first, keys, [first.member]);
  t.equal(await store.read.keyRequests.answerTo(second.node.id), null, 'no member: no answer');
  const ftpNode = { ...second.member, role: 'ftp-node' as const };
  await give(first, keys, [first.member, ftpNode]);
  t.equal(await store.read.keyRequests.answerTo(second.node.id), null, 'no internal-db: no answer');
  const stranger = createNodeKeys();
  for (const giver of [stranger, second.node, first.node]) {
    // The last is signed by a member, and has other keys than the database names.
    const forged = await writeKeyDocument(createNodeKeys(), { cluster, giver, recipient: second.member });
    await store.transaction(({ keyRequests }) => keyRequests.answer(second.node.id, forged));
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  await refused;
});

t.test('who has others than the database names asks for the right ones', async (t) => {
  const { first, second, open, give } = setUp(t);
  const { keys } = await open(first);
  await writeFile(
    databaseKeysFile(second.databaseFile),
    await readFile(databaseKeysFile(first.databaseFile)),
    {
      mode: 0o600,
    },
  );
  t.match(await open(second), { areNew: false }, 'a backup of the file will do');
  await rm(databaseKeysFile(first.databaseFile));
  const asking = open(first);
  await new Promise((resolve) => setTimeout(resolve, 300));
  await give(second, keys);
  t.equal(fingerprintOf((await asking).keys), fingerprintOf(keys));
});

t.test('a database that the others do not use gets no keys', async (t) => {
  const { store, first, second } = setUp(t);
  const internalDbs = [{ ...first.member, state: 'active' as const }, second.member];
  const { node, databaseFile } = second;
  const opened = openDatabaseKeys({ store, databaseFile, cluster, node, internalDbs, log });
  await t.rejects(opened, { code: 'DATABASE_NOT_SHARED' });
  t.equal(await store.read.settings.get('database_keys'), undefined);
});

t.test('the key that customers know releases by stays', async (t) => {
  const { first, open } = setUp(t);
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  await writeFile(join(first.databaseFile, '..', 'release-signing-key.pem'), pem, { mode: 0o600 });
  const { keys } = await open(first);
  t.ok(keys.signing.publicKey.equals(publicKey));
});
