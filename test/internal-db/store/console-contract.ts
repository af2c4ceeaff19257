// What every engine of the store must do for the console: pages of entitlements and of the audit log, extensions, logins, and
// finding by words and digests. Called beside store-contract.ts.
import type { Test } from 'tap';
import { newRecordId } from '#internal-db/record-id.ts';
import { seedStore, type OpenStore } from './store-contract.ts';

const day = 86_400_000;

/** Tests an engine. */
export function testConsoleContract(t: Test, open: OpenStore): void {
  const openSeeded = async (t: Test) => {
    const store = await open(t.testdir({}));
    t.teardown(() => store.close());
    return { store, ...(await seedStore(store)) };
  };

  t.test('entitlements come in pages, newest first, each once', async (t) => {
    const { store, acme, product, entitlement } = await openSeeded(t);
    await store.transaction(async ({ entitlements }) => {
      for (let index = 0; index < 5; index++) {
        const notAfterMs = index === 4 ? 2 * day : null;
        const grantedAtMs = 10 + Math.floor(index / 2);
        await entitlements.insert({ ...entitlement, id: newRecordId('ent'), grantedAtMs, notAfterMs });
      }
    });
    const page = { accountId: acme.id, productId: null, inForceAtMs: null, after: null, limit: 2 };
    const seen: string[] = [];
    let after: { atMs: number; id: string } | null = null;
    for (;;) {
      const rows = await store.read.entitlements.page({ ...page, after });
      seen.push(...rows.map((row) => row.id));
      const last = rows.at(-1);
      if (!last) break;
      after = { atMs: last.grantedAtMs, id: last.id };
    }
    t.equal(new Set(seen).size, 6);
    t.equal(seen.length, 6);
    t.equal(seen.at(-1), entitlement.id);
    const inForce = { ...page, productId: product.id, inForceAtMs: 3 * day, limit: 10 };
    t.equal((await store.read.entitlements.page(inForce)).length, 5);
    t.same(await store.read.entitlements.countsOfAccount(acme.id, 3 * day), { total: 6, inForce: 5 });
    t.same(await store.read.entitlements.page({ ...page, productId: 'prd_other' }), []);
  });

  t.test('an extension sets the end and keeps what it was', async (t) => {
    const { store, acme, product, entitlement } = await openSeeded(t);
    const extension = {
      id: newRecordId('ext'),
      entitlementId: entitlement.id,
      atMs: 5,
      fromMs: null,
      toMs: day,
      extendedBy: 'staff:ann',
      reason: 'renewed',
    };
    await store.transaction((transaction) => transaction.entitlements.extend(extension));
    t.match(await store.read.entitlements.byId(entitlement.id), { notAfterMs: day });
    t.same(await store.read.entitlements.extensionsOf(acme.id, product.id), [extension]);
  });

  t.test('the log about an account has what begins with its name and nothing else', async (t) => {
    const { store } = await openSeeded(t);
    await store.transaction(async ({ audit }) => {
      const subjects = ['acme', 'acme tool', 'acme-two', 'tool/1.0.0', 'acme jo'];
      for (const [index, subject] of subjects.entries()) {
        const action = index === 4 ? 'user.create' : 'account.create';
        const sequence = index + 1;
        const entry = { sequence, atMs: 7, actor: 'x', action, subject, detail: '{}', hash: 'a'.repeat(64) };
        await audit.append(entry);
      }
    });
    const page = { firstWord: 'acme', actions: ['account.create', 'user.create'], after: null, limit: 10 };
    const sequences = async (change: object) =>
      (await store.read.audit.about({ ...page, ...change })).map((entry) => entry.sequence);
    t.same(await sequences({}), [5, 2, 1]);
    t.same(await sequences({ actions: ['user.create'] }), [5]);
    t.same(await sequences({ after: { atMs: 7, id: 5 } }), [2, 1]);
    t.same(await sequences({ limit: 1 }), [5]);
  });

  t.test('logins of the same minute are counted in one row', async (t) => {
    const { store, acme } = await openSeeded(t);
    const base = { accountId: acme.id, door: 'ftp1', protocol: 'sftp', address: '192.0.2.1', refusal: null };
    const event = { ...base, atMs: 120_000, principal: 'user:jo' };
    await store.transaction(async ({ accessEvents }) => {
      await accessEvents.count(event, 1);
      await accessEvents.count({ ...event, atMs: 150_000 }, 3);
      await accessEvents.count({ ...event, atMs: 190_000, refusal: 'credentials' }, 1);
      await accessEvents.count({ ...event, atMs: 200_000, door: 'portal', protocol: null }, 1);
    });
    const page = { after: null, refused: null, limit: 10 };
    const rows = await store.read.accessEvents.ofAccount(acme.id, page);
    t.match(rows, [
      { atMs: 200_000, door: 'portal', protocol: null, eventCount: 1 },
      { atMs: 190_000, refusal: 'credentials' },
      { atMs: 120_000, eventCount: 4, refusal: null },
    ]);
    t.equal((await store.read.accessEvents.ofAccount(acme.id, { ...page, refused: true })).length, 1);
    const after = { atMs: 190_000, id: rows[1]?.id ?? 0 };
    t.equal((await store.read.accessEvents.ofAccount(acme.id, { ...page, after })).length, 1);
    t.equal(await store.transaction(({ accessEvents }) => accessEvents.deleteBefore(190_000, 5)), 1);
  });

  t.test('names are found by the beginnings of their words', async (t) => {
    const { store, acme } = await openSeeded(t);
    await store.transaction(async ({ accounts }) => {
      const user = {
        accountId: acme.id,
        passwordHash: null,
        role: 'owner' as const,
        email: null,
        language: 'en' as const,
        createdAtMs: 1,
      };
      const names = { name: 'ada', displayName: 'Ada Lövelace' };
      await accounts.insertUser({ ...user, ...names, id: newRecordId('usr') });
    });
    const find = (kind: 'account' | 'user' | 'product', ...words: string[]) =>
      store.read.search.names({ kind, words, limit: 10 });
    t.same(await find('user', 'love'), [
      { kind: 'user', name: 'ada', title: 'Ada Lövelace', account: 'acme', email: null },
    ]);
    t.equal((await find('user', 'ada', 'löv')).length, 1, 'accents do not matter, nor does the order');
    t.same(await find('user', 'velace'), [], 'not by the middle of a word');
    t.match(await find('account', 'ACM'), [{ kind: 'account', name: 'acme' }]);
    t.match(await find('product', 'tool'), [{ kind: 'product', name: 'tool', title: 'Tool' }]);
    t.same(await find('user', '"', 'OR'), [], 'operators of the query language are words');
  });

  t.test('files are found by the beginnings of the words in their names', async (t) => {
    const { store, artifact } = await openSeeded(t);
    const found = { product: 'tool', version: '1.0.0', file: 'tool.bin', sha256: artifact.sha256 };
    t.same(await store.read.search.filesByName(['too', 'BIN'], 10), [found]);
    t.same(await store.read.search.filesByName(['ool'], 10), [], 'not by the middle of a word');
    t.same(await store.read.search.filesByName(['tool', 'exe'], 10), []);
    t.same(await store.read.search.filesByName(['"', 'OR'], 10), [], 'operators are words');
    t.same(await store.read.search.filesByName([], 10), []);
  });

  t.test('releases are found by the beginning of their version', async (t) => {
    const { store, product } = await openSeeded(t);
    const find = async (version: string, more: { words?: string[]; within?: string[] | null } = {}) => {
      const found = await store.read.search.releases({
        words: [],
        within: null,
        limit: 10,
        version,
        ...more,
      });
      return found.map((one) => `${one.product}/${one.version}`);
    };
    await store.transaction(async ({ catalog }) => {
      const release = await catalog.release(product.id, '1.0.0');
      if (!release) throw new Error('no release');
      const draft = { ...release, state: 'draft' as const, publishedAtMs: null };
      for (const version of ['1.0', '1.0.10', '1.0.9', '1.1.0'])
        await catalog.insertRelease({ ...draft, id: newRecordId('rel'), version });
    });
    t.same(await find('1.0'), ['tool/1.0', 'tool/1.0.10', 'tool/1.0.9', 'tool/1.0.0'], 'the very one first');
    t.same(await find('1.0.0', { words: ['TOO'] }), ['tool/1.0.0']);
    t.same(await find('1.0.0', { words: ['other'] }), []);
    t.same(await find('1.0', { within: [product.id] }), ['tool/1.0.0'], 'published ones alone');
    t.same(await find('1.0', { within: ['prd_other'] }), []);
  });

  t.test('accounts are found by an address, owners by the id of what is theirs', async (t) => {
    const { store, acme, user } = await openSeeded(t);
    const { search } = store.read;
    const event = { accountId: acme.id, atMs: 1, door: 'ftp1', protocol: 'ftp', principal: 'user:jo' };
    await store.transaction(async ({ accessEvents, sshKeys }) => {
      await accessEvents.count({ ...event, address: '192.0.2.7', refusal: null }, 1);
      const dates = { createdAtMs: 1, expiresAtMs: null, lastUsedAtMs: null };
      const key = { name: 'laptop', keyType: 'ssh-ed25519', keyBits: 256, publicKey: Buffer.from('key') };
      await sshKeys.insertSshKey({ id: 'key_1', userId: user.id, ...key, ...dates });
    });
    t.same(await search.accountsFrom('192.0.2.7', 5), ['acme']);
    t.same(await search.accountsFrom('192.0.2.70', 5), []);
    t.match(await search.ownerOf('sshKey', 'key_1'), { user: user.name, account: 'acme' });
    for (const kind of ['session', 'token', 'sshKey'] as const)
      t.equal(await search.ownerOf(kind, 'other'), undefined);
    t.match(await search.sshKeys('', 5), [{ id: 'key_1', user: user.name, account: 'acme' }]);
    t.same(await search.sshKeys('key_1', 5), []);
  });

  t.test('licence agreements are found by words', async (t) => {
    const { store } = await openSeeded(t);
    const added = { addedBy: 'test', addedAtMs: 1, inForceAtMs: 1 };
    const terms = { id: newRecordId('lic'), name: 'terms', version: '1', title: 'Terms of Use' };
    await store.transaction(({ licences }) => licences.insertAgreement({ ...terms, ...added }, 'Be kind.'));
    const found = [{ name: 'terms', version: '1', title: 'Terms of Use' }];
    t.same(await store.read.search.agreements(['term', 'USE'], 5), found);
    t.same(await store.read.search.agreements(['other'], 5), []);
  });

  t.test('files are found by the beginning of their digest', async (t) => {
    const { store, artifact } = await openSeeded(t);
    const found = { product: 'tool', version: '1.0.0', file: 'tool.bin', sha256: artifact.sha256 };
    t.same(await store.read.search.filesByDigest('aaaaaaaa', 10), [found]);
    t.same(await store.read.search.filesByDigest(artifact.sha256, 10), [found]);
    t.same(await store.read.search.filesByDigest('ab', 10), []);
  });
}
