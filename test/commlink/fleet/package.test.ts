// Packages: what is written is read again, byte for byte and without being held whole; what was changed, cut off or made up is
// refused by its code; manifests that lead out of their directory are none.
import { createHash, randomBytes } from 'node:crypto';
import t from 'tap';
import { parsePackagePath } from '#commlink/fleet/fleet-names.ts';
import type { Manifest } from '#commlink/fleet/package/manifest.ts';
import { readManifest } from '#commlink/fleet/package/manifest.ts';
import { openPackage } from '#commlink/fleet/package/read-package.ts';
import { packageAssociated, packageHeader, writePackage } from '#commlink/fleet/package/write-package.ts';
import { sealChunks } from '#commlink/sealed-chunks.ts';

const key = randomBytes(32);

async function* inParts(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function collect(parts: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const part of parts) all.push(part);
  return Buffer.concat(all);
}

function manifestOf(contents: Readonly<Record<string, Uint8Array>>, more: object = {}): Manifest {
  const files = Object.entries(contents).map(([path, bytes]) => ({
    path: parsePackagePath(path),
    sizeBytes: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    mode: 0o644,
    isPlaceholder: false,
  }));
  const rest = { name: 'Tool', product: 'tool', version: '1.4.0', requires: [], from: null };
  return { ...rest, files, install: null, checks: [], configures: [], ...more };
}

const contents = {
  'bin/tool': randomBytes(200_000),
  'empty.txt': new Uint8Array(0),
  'etc/tool.conf': randomBytes(7),
};

async function written(manifest = manifestOf(contents), of: Readonly<Record<string, Uint8Array>> = contents) {
  return await collect(
    writePackage(manifest, ({ path }) => inParts(of[path] ?? new Uint8Array(0), 1000), key),
  );
}

async function readAll(bytes: Uint8Array, partSize: number, withKey: Uint8Array = key) {
  const { manifest, files } = await openPackage(inParts(bytes, partSize), withKey);
  const found: Record<string, Buffer> = {};
  for await (const { file, content } of files()) found[file.path] = await collect(content);
  return { manifest, found };
}

t.test('a package is read as it was written, in parts of any size', async (t) => {
  const bytes = await written();
  t.ok(bytes.toString('latin1').startsWith('consign-package/1\n'));
  t.notOk(bytes.includes('tool.conf'), 'nothing of it is in clear but the first line');
  for (const partSize of [1, 17, 65_552, 1_000_000]) {
    const { manifest, found } = await readAll(bytes, partSize);
    t.same(manifest, manifestOf(contents));
    for (const [path, content] of Object.entries(contents))
      t.ok(found[path]?.equals(content), `${partSize} ${path}`);
  }
});

t.test('files that are not read are passed over, and looked at', async (t) => {
  const { files } = await openPackage(inParts(await written(), 5000), key);
  const paths: string[] = [];
  for await (const { file } of files()) paths.push(file.path);
  t.same(paths, Object.keys(contents));
});

t.test('what was changed, cut off or added is refused', async (t) => {
  const bytes = await written();
  const chunk = 65_536 + 16;
  const head = packageHeader.length;
  const flipped = (at: number) => Buffer.from(bytes.map((byte, index) => (index === at ? byte ^ 1 : byte)));
  const rows: readonly (readonly [what: string, bytes: Buffer, code: string])[] = [
    [
      'another format',
      Buffer.from(bytes.toString('latin1').replace('/1\n', '/2\n'), 'latin1'),
      'not_a_package',
    ],
    ['nothing', Buffer.alloc(0), 'damaged'],
    ['the first line alone', bytes.subarray(0, head), 'damaged'],
    ['a bit of the first chunk', flipped(head + 10), 'damaged'],
    ['a bit of the last tag', flipped(bytes.length - 1), 'damaged'],
    ['cut within a chunk', bytes.subarray(0, head + 100), 'damaged'],
    ['cut between chunks', bytes.subarray(0, head + chunk), 'damaged'],
    ['a byte more', Buffer.concat([bytes, Buffer.from([0])]), 'damaged'],
    [
      'two chunks changed about',
      Buffer.concat([
        bytes.subarray(0, head),
        bytes.subarray(head + chunk, head + 2 * chunk),
        bytes.subarray(head, head + chunk),
        bytes.subarray(head + 2 * chunk),
      ]),
      'damaged',
    ],
    ['a chunk left out', Buffer.concat([bytes.subarray(0, head), bytes.subarray(head + chunk)]), 'damaged'],
  ];
  for (const [what, bad, code] of rows) await t.rejects(readAll(bad, 4096), { code }, what);
  await t.rejects(readAll(bytes, 4096, randomBytes(32)), { code: 'damaged' }, 'another key');
});

/** A package that whoever has the key has made against the rules. */
async function forged(manifest: unknown, content: Uint8Array): Promise<Buffer> {
  const text = Buffer.from(JSON.stringify(manifest));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(text.length);
  const terms = { key, associated: packageAssociated(), chunkBytes: 65_536 };
  const plain = Buffer.concat([length, text, content]);
  return Buffer.concat([Buffer.from(packageHeader), await collect(sealChunks(inParts(plain, 1000), terms))]);
}

t.test('who has the key can’t make the manifest and the files differ', async (t) => {
  const one = { a: Buffer.from('abc') };
  await t.resolves(readAll(await forged(manifestOf(one), Buffer.from('abc')), 100));
  await t.rejects(readAll(await forged(manifestOf(one), Buffer.from('abd')), 100), { code: 'wrong_content' });
  await t.rejects(readAll(await forged(manifestOf(one), Buffer.from('abcd')), 100), {
    code: 'wrong_content',
  });
  await t.rejects(readAll(await forged(manifestOf(one), Buffer.from('ab')), 100), { code: 'damaged' });
  const long = await forged({ ...manifestOf(one), name: 'x'.repeat(3_000_000) }, Buffer.from('abc'));
  await t.rejects(readAll(long, 100_000), { code: 'bad_manifest' });
});

t.test('the writer refuses what changed while it was read', async (t) => {
  const one = manifestOf({ a: Buffer.from('abc') });
  for (const other of ['abd', 'ab', 'abcd', ''])
    await t.rejects(written(one, { a: Buffer.from(other) }), { code: 'wrong_content' }, other);
});

t.test('manifests that lead out of their directory, or make no sense, are refused', async (t) => {
  const good = manifestOf({ 'bin/run': Buffer.from('a'), b: Buffer.from('b') });
  const [file] = good.files;
  const program = { run: 'bin/run', args: [], timeoutMs: 1000, memoryMiB: 64, outputBytesMax: 1000 };
  t.same(readManifest(JSON.stringify({ ...good, install: program, extra: 1 })), {
    ...good,
    install: program,
  });
  const withPath = (path: unknown) => ({ ...good, files: [{ ...file, path }] });
  const placeholder = { ...file, path: 'etc/conf', isPlaceholder: true };
  const configuring = (entry: unknown) => ({ ...good, files: [file, placeholder], configures: [entry] });
  const reload = ['systemctl', 'reload', 'tool'];
  const configures = [
    { path: '/etc/tool.conf', reload },
    { path: 'etc/conf', reload: null },
  ];
  t.same(readManifest(JSON.stringify({ ...configuring(null), configures })).configures, configures);
  t.same(readManifest(JSON.stringify({ ...good, configures: undefined })).configures, [], 'none is usual');
  for (const entry of [
    { path: '/etc/../shadow' },
    { path: 'bin/run' },
    { path: 'etc/missing' },
    { path: '/etc/a', reload: [] },
    { path: '/etc/a', reload: 'reboot' },
    { path: '/etc/a', reload: ['a\0b'] },
    '/etc/a',
  ])
    t.throws(
      () => readManifest(JSON.stringify(configuring(entry))),
      { code: 'bad_manifest' },
      `configures ${JSON.stringify(entry)}`,
    );
  const bad: readonly unknown[] = [
    ...[
      '../a',
      'a/../b',
      '/etc/passwd',
      '',
      '.',
      '..',
      'a//b',
      'a/',
      './a',
      'a\0b',
      'a\nb',
      'a\\b',
      'a/\u202eb',
    ].map(withPath),
    withPath('x'.repeat(300)),
    withPath(`${'a/'.repeat(400)}b`),
    withPath(7),
    { ...good, files: [file, file] },
    { ...good, files: [file, { ...file, path: 'bin/run/inside' }] },
    { ...good, files: [{ ...file, mode: 0o4755 }] },
    { ...good, files: [{ ...file, sizeBytes: -1 }] },
    { ...good, files: [{ ...file, sizeBytes: 1.5 }] },
    { ...good, files: [{ ...file, sha256: 'A'.repeat(64) }] },
    { ...good, files: { length: 1 } },
    { ...good, product: '../x' },
    { ...good, version: '' },
    { ...good, install: { ...program, run: 'missing' } },
    { ...good, install: { ...program, args: ['a\0b'] } },
    { ...good, install: { ...program, timeoutMs: 0 } },
    { ...good, checks: [{ run: '../../bin/sh', args: [], timeoutMs: 1000 }] },
    { ...good, requires: [{ product: 'other' }] },
    null,
    [],
    'manifest',
  ];
  for (const value of bad)
    t.throws(
      () => readManifest(JSON.stringify(value)),
      { code: 'bad_manifest' },
      JSON.stringify(value)?.slice(0, 200),
    );
  t.throws(() => readManifest('{'), { code: 'bad_manifest' });
});
