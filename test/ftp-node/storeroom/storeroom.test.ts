// The storeroom on a real disk: whole artifacts or none, read-only, one inode each until the links run out.
import { spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import {
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { openAccountLinks } from '#ftp-node/storeroom/account-links.ts';
import { assertLinkable } from '#ftp-node/storeroom/same-file-system.ts';
import { openStoreroom } from '#ftp-node/storeroom/storeroom.ts';
import { parseStagedPlace } from '#ftp-node/stager/staged-place.ts';

const digestOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

async function* chunksOf(content: Buffer, chunkBytes = 10_000): AsyncGenerator<Buffer> {
  for (let offset = 0; offset < content.length; offset += chunkBytes)
    yield content.subarray(offset, offset + chunkBytes);
}

/** The machine's root, as whom the continuous integration runs, has all that these tests need. */
const isRoot = process.getuid?.() === 0;

t.test('takes an artifact in under its digest, read-only, and once', async (t) => {
  const directory = t.testdir({});
  const storeroom = openStoreroom(directory);
  const content = randomBytes(123_456);
  const sha256 = digestOf(content);
  t.same(await storeroom.ingest(chunksOf(content)), { sha256, sizeBytes: content.length, added: true });
  t.same(await storeroom.ingest(chunksOf(content)), { sha256, sizeBytes: content.length, added: false });
  t.same(readdirSync(directory), [sha256]);
  t.equal(statSync(join(directory, sha256)).mode & 0o777, 0o444);
  t.ok(readFileSync(join(directory, sha256)).equals(content));
  t.match(storeroom.describe(), { artifactCount: 1, totalBytes: content.length });
  t.ok(storeroom.freeBytes() > 0);
});

t.test('an artifact that breaks off is never visible, and leaves nothing behind', async (t) => {
  const directory = t.testdir({});
  const storeroom = openStoreroom(directory);
  const seen: string[][] = [];
  const breaking = (async function* () {
    yield randomBytes(50_000);
    seen.push(readdirSync(directory).filter((name) => !name.startsWith('.')));
    throw new Error('the sender went away');
  })();
  await t.rejects(storeroom.ingest(breaking), { code: 'interrupted' });
  t.same(seen, [[]]);
  t.same(readdirSync(directory), []);
});

t.test('what a crash left behind is removed at start, and nothing else', async (t) => {
  const sha256 = 'a'.repeat(64);
  const directory = t.testdir({ '.incoming-123': 'half', [sha256]: 'whole' });
  openStoreroom(directory);
  t.same(readdirSync(directory), [sha256]);
});

t.test('a full disk is said plainly, and nothing is left', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'consign-small-disk-'));
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', directory]).status === 0;
  try {
    if (!mounted) {
      t.notOk(isRoot, 'this machine lets the test mount no small file system');
      return;
    }
    const storeroom = openStoreroom(directory);
    await t.rejects(storeroom.ingest(chunksOf(randomBytes(1_000_000))), { code: 'disk_full' });
    t.same(readdirSync(directory), []);
    const content = randomBytes(1000);
    t.match(await storeroom.ingest(chunksOf(content)), { added: true, sha256: digestOf(content) });
  } finally {
    if (mounted) spawnSync('umount', [directory]);
    rmSync(directory, { recursive: true });
  }
});

t.test('links, unlinks and prunes; the first staging sets the time', async (t) => {
  const base = t.testdir({});
  const storeroom = openStoreroom(join(base, 'storeroom'));
  const links = openAccountLinks(join(base, 'accounts'), storeroom);
  const { sha256 } = await storeroom.ingest(chunksOf(randomBytes(10)));
  const place = parseStagedPlace('acme', 'tool/1.0.0/tool.bin')!;
  const other = parseStagedPlace('other', 'tool/1.0.0/tool.bin')!;
  t.equal(links.link(place, { sha256, publishedAtMs: 1_700_000_000_000 }), 'linked');
  t.equal(links.link(place, { sha256, publishedAtMs: 1 }), 'linked');
  t.equal(links.link(other, { sha256, publishedAtMs: 1 }), 'linked');
  const stats = statSync(join(base, 'accounts', place.relative));
  t.equal(stats.nlink, 3);
  t.equal(stats.mtimeMs, 1_700_000_000_000);
  t.equal(statSync(join(base, 'accounts', 'acme', 'tool')).mode & 0o777, 0o755);
  t.ok(links.isLinked(place, sha256));
  links.unlink(place);
  links.unlink(place);
  t.same(readdirSync(join(base, 'accounts')), ['other']);
  t.equal(statSync(join(storeroom.directory, sha256)).nlink, 2);
});

t.test(
  'refuses a place that is taken, and an artifact that is not there, leaving no directories',
  async (t) => {
    const base = t.testdir({});
    const storeroom = openStoreroom(join(base, 'storeroom'));
    const links = openAccountLinks(join(base, 'accounts'), storeroom);
    const place = parseStagedPlace('acme', 'tool/1.0.0/tool.bin')!;
    const artifact = { sha256: 'b'.repeat(64), publishedAtMs: 1 };
    t.throws(() => links.link(place, artifact), { code: 'artifact_missing' });
    t.same(readdirSync(join(base, 'accounts')), []);
    const { sha256 } = await storeroom.ingest(chunksOf(randomBytes(10)));
    mkdirSync(join(base, 'accounts/acme/tool/1.0.0'), { recursive: true });
    writeFileSync(join(base, 'accounts', place.relative), 'somebody else');
    t.throws(() => links.link(place, { sha256, publishedAtMs: 1 }), { code: 'path_taken' });
  },
);

t.test('when the links of an inode run out, another inode is made and staging goes on', async (t) => {
  const base = t.testdir({});
  const storeroom = openStoreroom(join(base, 'storeroom'));
  const links = openAccountLinks(join(base, 'accounts'), storeroom);
  const content = randomBytes(100);
  const { sha256 } = await storeroom.ingest(chunksOf(content));
  const usedUp = join(base, 'used-up');
  mkdirSync(usedUp);
  let made = 0;
  try {
    for (; made < 70_000; made += 1) linkSync(join(storeroom.directory, sha256), join(usedUp, String(made)));
  } catch (error) {
    t.match(error, { code: 'EMLINK' });
  }
  if (made === 70_000) {
    t.pass('this file system has no limit that a test could reach');
    return;
  }
  const place = parseStagedPlace('acme', 'tool/1.0.0/tool.bin')!;
  t.equal(links.link(place, { sha256, publishedAtMs: 1 }), 'links_used_up');
  await storeroom.addInode(sha256);
  t.equal(links.link(place, { sha256, publishedAtMs: 1_700_000_000_000 }), 'linked');
  t.ok(readFileSync(join(base, 'accounts', place.relative)).equals(content));
  t.ok(links.isLinked(place, sha256));
  t.same([...storeroom.digests()], [sha256]);
  t.equal(storeroom.inodesOf(sha256).length, 2);
});

t.test('storeroom and accounts on different file systems are said plainly at start', async (t) => {
  const base = t.testdir({ storeroom: {}, accounts: {} });
  t.doesNotThrow(() => assertLinkable(join(base, 'storeroom'), join(base, 'accounts')));
  t.same(readdirSync(join(base, 'storeroom')), []);
  const elsewhere = '/dev/shm';
  if (statSync(elsewhere).dev === statSync(base).dev) {
    t.notOk(isRoot, 'this machine has one file system');
    return;
  }
  t.throws(() => assertLinkable(join(base, 'storeroom'), elsewhere), { code: 'OTHER_FILE_SYSTEM' });
  t.same(readdirSync(join(base, 'storeroom')), []);
});

for (const [account, path] of [
  ['acme', '../../etc/passwd'],
  ['acme', 'a/b/..'],
  ['acme', 'a/../b'],
  ['acme', './a/b'],
  ['acme', 'a//b'],
  ['acme', '/a/b'],
  ['acme', 'a/b'],
  ['acme', 'a/b/c/d'],
  ['acme', 'a/b/.hidden'],
  ['acme', 'a/b/c\0d'],
  ['acme', `a/b/${'c'.repeat(256)}`],
  ['..', 'a/b/c'],
  ['a/b', 'a/b/c'],
  ['', 'a/b/c'],
  ['.', 'a/b/c'],
] as const)
  t.test(`no place is made of ${JSON.stringify(`${account} ${path}`.slice(0, 40))}`, async (t) => {
    t.equal(parseStagedPlace(account, path), null);
  });
