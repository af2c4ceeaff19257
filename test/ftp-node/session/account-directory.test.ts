// What customers see of their directory, and that nothing planted in it leads anywhere else.
import { execFileSync } from 'node:child_process';
import { statSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { openAccountDirectory } from '#ftp-node/session/account-directory.ts';
import { parseCustomerPath, type CustomerPath } from '#ftp-node/session/customer-path.ts';

async function collect<T>(entries: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = [];
  for await (const entry of entries) collected.push(entry);
  return collected;
}

function makeAccounts(base: string) {
  const release = join(base, 'acme', 'tool', '1.0.0');
  mkdirSync(release, { recursive: true });
  writeFileSync(join(release, 'tool.bin'), 'the bytes');
  utimesSync(join(release, 'tool.bin'), 1_700_000_000, 1_700_000_000);
  mkdirSync(join(base, 'other'));
  writeFileSync(join(base, 'other', 'secret.bin'), 'not yours');
  return { release, directory: openAccountDirectory(base, 'acme') };
}

await t.test('describes, lists and opens what is staged', async (t) => {
  const { directory, release } = makeAccounts(t.testdir({}));
  const path = parseCustomerPath('/tool/1.0.0/tool.bin');
  const unique = statSync(join(release, 'tool.bin')).ino.toString(16);
  const entry = { name: 'tool.bin', kind: 'file', sizeBytes: 9, modifiedAtMs: 1_700_000_000_000, unique };
  t.same(await directory.describe(path), entry);
  t.same(await collect(directory.list(parseCustomerPath('/tool/1.0.0'))), [entry]);
  await using file = await directory.openFile(path);
  t.equal(file.sizeBytes, 9);
  t.equal((await file.handle.readFile()).toString(), 'the bytes');
});

await t.test('an account with nothing staged has an empty root', async (t) => {
  const directory = openAccountDirectory(t.testdir({}), 'nobody');
  t.match(await directory.describe(parseCustomerPath('/')), { kind: 'directory', name: '' });
  t.same(await collect(directory.list(parseCustomerPath('/'))), []);
  await t.rejects(directory.describe(parseCustomerPath('/x')), { code: 'not_found' });
});

await t.test('says what is the matter by code', async (t) => {
  const { directory } = makeAccounts(t.testdir({}));
  await t.rejects(directory.openFile(parseCustomerPath('/tool')), { code: 'not_a_file' });
  await t.rejects(directory.openFile(parseCustomerPath('/')), { code: 'not_a_file' });
  const listing = collect(directory.list(parseCustomerPath('/tool/1.0.0/tool.bin')));
  await t.rejects(listing, { code: 'not_a_directory' });
});

await t.test('refuses an account name that is a path', async (t) => {
  for (const account of ['..', '../other', 'a/b', '', '.', 'acme/../other'])
    t.throws(() => openAccountDirectory(t.testdir({}), account), { code: 'SCHEMA_MISMATCH' }, account);
});

await t.test('planted things do not exist', async (t) => {
  // A socket's path may have 107 bytes at most (unix(7)), so a short one is needed.
  const base = mkdtempSync(join(tmpdir(), 'consign-'));
  t.teardown(() => rmSync(base, { recursive: true }));
  const { release, directory } = makeAccounts(base);
  symlinkSync('/etc/passwd', join(release, 'absolute-link'));
  symlinkSync('../../../other/secret.bin', join(release, 'relative-link'));
  symlinkSync('tool.bin', join(release, 'link-to-own-file'));
  symlinkSync('/', join(base, 'acme', 'root-link'));
  symlinkSync('../other', join(base, 'acme', 'other-link'));
  symlinkSync('loop', join(release, 'loop'));
  execFileSync('mkfifo', [join(release, 'pipe')]);
  writeFileSync(join(release, '.hidden'), 'x');
  mkdirSync(join(base, 'acme', '.staging'));
  writeFileSync(join(base, 'acme', '.staging', 'file'), 'x');
  const socketServer = createServer().listen(join(release, 'sock'));
  t.teardown(() => socketServer.close());
  const hostile = [
    '/tool/1.0.0/absolute-link',
    '/tool/1.0.0/relative-link',
    '/tool/1.0.0/link-to-own-file',
    '/root-link',
    '/root-link/etc/passwd',
    '/other-link/secret.bin',
    '/tool/1.0.0/loop',
    '/tool/1.0.0/pipe',
    '/tool/1.0.0/sock',
    '/tool/1.0.0/.hidden',
    '/.staging/file',
    '/tool/1.0.0/tool.bin/x',
    `/${'n'.repeat(255)}`,
  ];
  for (const path of hostile) {
    await t.rejects(directory.describe(parseCustomerPath(path)), { code: 'not_found' }, path);
    await t.rejects(directory.openFile(parseCustomerPath(path)), { code: 'not_found' }, path);
    await t.rejects(collect(directory.list(parseCustomerPath(path))), { code: 'not_found' }, path);
  }
  const names = (await collect(directory.list(parseCustomerPath('/tool/1.0.0')))).map((e) => e.name);
  t.same(names, ['tool.bin']);
  t.same(
    (await collect(directory.list(parseCustomerPath('/')))).map((e) => e.name),
    ['tool'],
  );
});

await t.test('a path that no parser made is refused before it reaches the disk', async (t) => {
  const { directory } = makeAccounts(t.testdir({}));
  for (const path of [
    '/../other/secret.bin',
    '..',
    '/tool/../../other',
    'tool',
    '/tool/',
    '//tool',
    '/a/./b',
  ])
    await t.rejects(directory.describe(path as CustomerPath), { code: 'not_found' }, path);
});

await t.test('an account directory that is a symbolic link is as good as none', async (t) => {
  const base = t.testdir({});
  makeAccounts(base);
  symlinkSync('other', join(base, 'linked'));
  const directory = openAccountDirectory(base, 'linked');
  t.same(await collect(directory.list(parseCustomerPath('/'))), []);
  await t.rejects(directory.openFile(parseCustomerPath('/secret.bin')), { code: 'not_found' });
});

await t.test('lists a large directory whole', async (t) => {
  const base = t.testdir({});
  const { release, directory } = makeAccounts(base);
  for (let number = 0; number < 1000; number += 1) writeFileSync(join(release, `f${number}`), '');
  t.equal((await collect(directory.list(parseCustomerPath('/tool/1.0.0')))).length, 1001);
});
