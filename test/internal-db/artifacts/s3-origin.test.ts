// Originals in a bucket of a real S3 service: sent in parts, read in blocks, over a service that is busy, slow, cut off, or away.
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { createLogger } from '#commlink/log.ts';
import { bucketBlockBytes, bucketPartBytes } from '#internal-db/artifacts/s3/limits.ts';
import { S3Origin } from '#internal-db/artifacts/s3/s3-origin.ts';
import { startRoom } from '../support/running-room.ts';
import { startS3Service, type S3Service } from '../../rig/s3-service.ts';

const small = randomBytes(1000);
const large = randomBytes(2 * bucketPartBytes + 12_345);
const describe = (content: Buffer) => ({
  sha256: createHash('sha256').update(content).digest('hex'),
  sizeBytes: content.length,
});

async function open(t: Test, change: Partial<S3Service['settings']> = {}) {
  const service = await startS3Service();
  const origin = await S3Origin.open({ ...service.settings, ...change }, createLogger('test', 'silent'));
  t.teardown(async () => {
    origin.close();
    await service.close();
  });
  const put = async (content: Buffer, named = describe(content)): Promise<string> => {
    const file = join(t.testdirName, `arrived-${randomBytes(4).toString('hex')}`);
    writeFileSync(file, content);
    await origin.keep(file, named);
    return file;
  };
  t.testdir({});
  return { service, origin, put };
}

t.test('files of all lengths are kept, and read back from any offset', async (t) => {
  const { service, origin, put } = await open(t);
  for (const content of [Buffer.alloc(0), small, large]) {
    const file = describe(content);
    t.equal(await origin.has(file), false);
    const arrived = await put(content);
    t.notOk(existsSync(arrived), 'it is gone from where it was');
    t.equal(await origin.has(file), true);
    t.equal(await origin.has({ ...file, sizeBytes: content.length + 1 }), false, 'of another size');
    for (const [offset, length] of [
      [0, 1],
      [bucketBlockBytes - 10, 20],
      [content.length - 5, 100],
      [0, content.length],
    ] as const) {
      if (offset < 0 || offset >= content.length) continue;
      const slice = await origin.readSlice(file, offset, length);
      t.ok(slice?.equals(content.subarray(offset, offset + length)), `${length} from ${offset}`);
    }
  }
  t.same(
    (await service.objects()).toSorted(),
    [Buffer.alloc(0), small, large].map((content) => describe(content).sha256).toSorted(),
  );
  t.ok(
    service.requests.some((request) => request.includes('partNumber=3')),
    'the large one in parts',
  );
  const file = describe(large);
  await origin.remove(file.sha256);
  await origin.remove(file.sha256);
  t.equal(await origin.has(file), false);
  t.equal(await origin.readSlice(file, 0, 10), null, 'also not from memory');
});

t.test('a block is asked for once by all who want a part of it', async (t) => {
  const { service, origin, put } = await open(t);
  await put(large);
  const before = service.requests.length;
  const file = describe(large);
  await Promise.all(Array.from({ length: 8 }, (_, index) => origin.readSlice(file, index * 1000, 1000)));
  t.equal(service.requests.length - before, 1);
});

t.test('answers that are busy, late or cut are asked for again', async (t) => {
  const { service, origin, put } = await open(t);
  const counts = new Map<string, number>();
  // Each address fails in each of these ways before it is served.
  const ways = [{ status: 503 }, { delayMs: 300 }, 'cut', 'none'] as const;
  service.fault = ({ method, url }) => {
    const name = `${method} ${url}`;
    const count = counts.get(name) ?? 0;
    counts.set(name, count + 1);
    return ways[Math.min(count, ways.length - 1)] ?? 'none';
  };
  await put(large);
  const read = await origin.readSlice(describe(large), 0, large.length);
  t.ok(read?.equals(large));
  t.ok([...counts.values()].filter((count) => count > 1).length > 5, 'and many failed at first');
});

t.test('what changed on the disk, and what the bucket only says that it took, is not kept', async (t) => {
  const { service, put } = await open(t);
  const lie = { ...describe(large), sha256: 'ab'.repeat(32) };
  await t.rejects(put(large, lie), { code: 'internal' });
  await t.rejects(put(small, lie), { code: 'internal' });
  t.same(await service.objects(), []);
  service.fault = ({ method }) => (method === 'PUT' ? { status: 200 } : 'none');
  await t.rejects(put(small), { code: 'unavailable' });
});

t.test('a refusal of the service is told at once, without its key', async (t) => {
  const { service, origin } = await open(t, { accessKeyId: 'NOBODY' });
  const refusal = await origin.has(describe(small)).then(
    () => null,
    (error: Error) => error,
  );
  t.match(refusal, { code: 'refused', message: /40[13]/ });
  t.notMatch(refusal?.message, service.settings.secretAccessKeyFile);
  t.equal(service.requests.length, 1);
});

t.test(
  'an upload is kept in the bucket that is configured, and operators hear when that is away',
  async (t) => {
    const service = await startS3Service();
    t.teardown(() => service.close());
    const room = await startRoom(t, [], { origin: service.settings });
    const { artifacts } = room.services.context;
    const actor = 'cli:jo';
    const file = describe(small);
    const { upload } = await room.admin.call('upload.begin', { actor, name: 'a.bin', ...file });
    const piece = small.toString('base64url');
    await room.admin.call('upload.append', { actor, upload, offsetBytes: 0, piece });
    service.fault = () => ({ status: 503 });
    const close = setTimeout(() => (service.fault = () => 'none'), 2000);
    t.teardown(() => clearTimeout(close));
    t.same(await room.admin.call('upload.finish', { actor, upload }), { sha256: file.sha256 }, 'it waits');
    t.same(await service.objects(), [file.sha256]);
    t.ok((await artifacts.originals.readSlice(file, 0, 2000))?.equals(small));
    t.equal(artifacts.originals.trouble, null);
    service.fault = () => ({ status: 403 });
    await artifacts.originals.look();
    t.match(artifacts.originals.trouble, /403/);
    service.fault = () => 'none';
    await artifacts.originals.look();
    t.equal(artifacts.originals.trouble, null);
  },
);
