// Uploads to internal-db over the administration socket, and how nodes are told of them: begun, broken off, gone on with,
// finished; parts given to the node that asks, sealed; deliveries from those that hold the file alone.
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, readdirSync, rmSync, statSync, statfsSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import t from 'tap';
import {
  artifactSlicePlace,
  artifactSlicePurpose,
  type ArtifactRequest,
} from '#commlink/methods/documents.ts';
import { artifactSliceBytesMax } from '#commlink/limits.ts';
import { createNodeKeys } from '#commlink/node-keys.ts';
import { openSealedMessage } from '#commlink/sealed-message.ts';
import { signDocument } from '#commlink/signed-document.ts';
import { publishRelease } from '#internal-db/admin/publish-release.ts';
import { finishUpload } from '#internal-db/artifacts/finish-upload.ts';
import { appendToUpload, beginUpload, forgetUploads } from '#internal-db/artifacts/uploads.ts';
import { uploadLifetimeMs, uploadsPerStarterMax } from '#internal-db/limits.ts';
import { seedRoom, signIn, startOn, startRoom, type RunningRoom } from '../support/running-room.ts';

const actor = 'cli:jo';
const content = randomBytes(2 * artifactSliceBytesMax + 1000);
const sha256 = createHash('sha256').update(content).digest('hex');
const file = { actor, name: 'big.bin', sizeBytes: content.length, sha256 };

const folderOf = (room: RunningRoom) => join(dirname(room.cluster.config.databaseFile), 'originals');
const pieceOf = (from: number, to: number) => content.subarray(from, to).toString('base64url');

async function send({ admin }: RunningRoom, until = content.length): Promise<string> {
  const { upload, offsetBytes } = await admin.call('upload.begin', file);
  for (let at = offsetBytes; at < until;) {
    const piece = pieceOf(at, Math.min(at + 100_000, until));
    ({ offsetBytes: at } = await admin.call('upload.append', { actor, upload, offsetBytes: at, piece }));
  }
  return upload;
}

t.test('an upload is gone on with, finished once, and kept read-only under its digest', async (t) => {
  const room = await startRoom(t);
  const { admin } = room;
  const upload = await send(room, 300_000);
  t.match(await admin.call('upload.begin', file), { upload, offsetBytes: 300_000 }, 'the same one');
  await t.rejects(admin.call('upload.finish', { actor, upload }), { code: 'conflict' });
  const early = { actor, upload, offsetBytes: 0, piece: pieceOf(0, 10) };
  await t.rejects(admin.call('upload.append', early), { code: 'conflict' });
  const foreign = { actor: 'cli:mallory', upload, offsetBytes: 300_000, piece: pieceOf(0, 10) };
  await t.rejects(admin.call('upload.append', foreign), { code: 'not_found' });
  t.equal(await send(room), upload);
  const more = { actor, upload, offsetBytes: content.length, piece: pieceOf(0, 1) };
  await t.rejects(admin.call('upload.append', more), { code: 'refused' }, 'longer than announced');
  t.same(await admin.call('upload.finish', { actor, upload }), { sha256 });
  t.same(await admin.call('upload.finish', { actor, upload }), { sha256 }, 'asked for again');
  const kept = join(folderOf(room), sha256);
  t.ok(readFileSync(kept).equals(content));
  t.equal(statSync(kept).mode & 0o777, 0o444);
  t.same(readdirSync(folderOf(room)), [sha256], 'and nothing else is left');
});

t.test(
  'an upload survives the end of the process, and one that is another file is thrown away',
  async (t) => {
    const room = await startRoom(t);
    const lie = { ...file, sha256: 'cd'.repeat(32) };
    const { upload } = await room.admin.call('upload.begin', lie);
    await room.admin.call('upload.append', {
      actor,
      upload,
      offsetBytes: 0,
      piece: pieceOf(0, content.length),
    });
    await t.rejects(room.admin.call('upload.finish', { actor, upload }), { code: 'refused' });
    t.same(readdirSync(folderOf(room)), []);
    const begun = await send(room, 500_000);
    await room.services.stop();
    const { services } = await startOn(room.cluster);
    t.teardown(() => services.stop());
    const found = await services.context.store.read.originals.upload(begun);
    t.match(found, { id: begun, finishedAtMs: null });
    t.equal(statSync(join(folderOf(room), `.upload-${begun}`)).size, 500_000);
  },
);

t.test('uploads are bounded, and forgotten when they are old', async (t) => {
  const room = await startRoom(t);
  const { context } = room.services;
  const begin = (name: string, sizeBytes = 5) =>
    room.admin.call('upload.begin', { ...file, name, sizeBytes });
  await t.rejects(begin('huge', Number.MAX_SAFE_INTEGER), { code: 'overloaded' });
  for (let count = 0; count < uploadsPerStarterMax; count += 1) await begin(`file-${count}`);
  await t.rejects(begin('one-more'), { code: 'refused' });
  const later = {
    ...context,
    clock: { ...context.clock, nowMs: () => Date.now() + uploadLifetimeMs + 1000 },
  };
  await forgetUploads(later);
  await t.resolves(begin('one-more'));
  writeFileSync(join(folderOf(room), '.upload-upl_nobodys'), 'left by a crash');
  await forgetUploads(context);
  t.same(readdirSync(folderOf(room)), [], 'what has no row goes');
  const most = Math.floor((await context.artifacts.folder.freeBytes()) * 0.7);
  await begin('mine', most);
  const theirs = { ...file, actor: 'cli:sam', sizeBytes: most };
  await t.rejects(room.admin.call('upload.begin', theirs), { code: 'overloaded' }, 'promised to another');
});

t.test('several that begin at once are bounded as if one after the other', async (t) => {
  const room = await startRoom(t);
  const { services } = room;
  const wish = (name: string, startedBy: string, sizeBytes = 10) => ({
    startedBy,
    name,
    sizeBytes,
    fingerprint: name,
    releaseFile: null,
  });
  const begin = (wanted: ReturnType<typeof wish>) => beginUpload(services.context, wanted);
  const many = Array.from({ length: uploadsPerStarterMax + 5 }, (_, index) =>
    wish(`file-${index}`, 'cli:jo'),
  );
  const begun = await Promise.allSettled(many.map(begin));
  t.equal(begun.filter(({ status }) => status === 'fulfilled').length, uploadsPerStarterMax);
  const same = await Promise.all([1, 2, 3].map(() => begin(wish('same', 'cli:ann'))));
  t.equal(new Set(same.map(({ upload }) => upload.id)).size, 1, 'one file is one upload');
  const { bavail, bsize } = statfsSync(dirname(room.cluster.config.databaseFile));
  const most = Math.floor(bavail * bsize * 0.6);
  const large = await Promise.allSettled([
    begin(wish('a', 'cli:bob', most)),
    begin(wish('b', 'cli:cid', most)),
  ]);
  t.same(large.map(({ status }) => status).sort(), ['fulfilled', 'rejected'], 'room is promised once');
});

t.test('a digest that was written down before a power cut is not believed', async (t) => {
  const room = await startRoom(t);
  const { store } = room.services.context;
  const upload = await send(room);
  await store.transaction((transaction) => transaction.originals.setUploadDigest(upload, sha256));
  writeFileSync(join(folderOf(room), `.upload-${upload}`), Buffer.alloc(content.length));
  await t.rejects(room.admin.call('upload.finish', { actor, upload }), { code: 'refused' });
  t.same(readdirSync(folderOf(room)), []);
  t.equal(await store.read.originals.bySha256(sha256), undefined);
});

t.test('what has arrived at another internal-db is sent here once more', async (t) => {
  const room = await startRoom(t);
  const { store } = room.services.context;
  const upload = await send(room);
  // Hashed there, which the database that both use says, and not finished.
  await store.transaction((transaction) => transaction.originals.setUploadDigest(upload, sha256));
  rmSync(join(folderOf(room), `.upload-${upload}`));
  t.match(await room.admin.call('upload.begin', file), { upload, offsetBytes: 0 });
  t.equal(await send(room), upload);
  t.same(await room.admin.call('upload.finish', { actor, upload }), { sha256 });
  t.ok(readFileSync(join(folderOf(room), sha256)).equals(content));
});

t.test('a disk that others have filled takes no more pieces', async (t) => {
  const room = await startRoom(t);
  const { context } = room.services;
  const id = await send(room, 100_000);
  const upload = await context.store.read.originals.upload(id);
  if (!upload) throw new Error('There is no upload.');
  const folder = Object.assign(Object.create(context.artifacts.folder), { freeBytes: async () => 1 });
  const full = { ...context, artifacts: { ...context.artifacts, folder } };
  const piece = { offsetBytes: 100_000, content: piecesOf(content), sha256: null };
  await t.rejects(appendToUpload(full, upload, piece), { code: 'overloaded' });
});

t.test('what was finished is sent again unless all of it was announced', async (t) => {
  const room = await startRoom(t);
  const { context } = room.services;
  const wanted = { startedBy: actor, name: 'a', sizeBytes: 5, fingerprint: 'modified:1', releaseFile: null };
  const { upload } = await beginUpload(context, wanted);
  t.equal((await beginUpload(context, wanted)).upload.id, upload.id, 'the same while it is under way');
  const piece = { offsetBytes: 0, content: piecesOf(Buffer.from('hello')), sha256: null };
  await appendToUpload(context, upload, piece);
  await finishUpload(context, actor, upload.id);
  t.match(await beginUpload(context, wanted), { offsetBytes: 0, upload: { finishedAtMs: null } });
});

t.test('an upload adds to no release that was published meanwhile', async (t) => {
  const room = await startRoom(t);
  const { context } = room.services;
  await seedRoom(room);
  const release = { actor, product: 'tool', version: '7.0.0', channel: 'stable', draft: true, files: [] };
  await publishRelease(context, release);
  await publishRelease(context, { ...release, draft: false });
  const files = [{ name: 'late', sizeBytes: 1, sha256, platform: null, mediaType: 'a/b' }];
  await t.rejects(publishRelease(context, { ...release, files, toDraftOnly: true }), { code: 'refused' });
  const listed = await room.admin.call('release.files', { product: 'tool', version: '7.0.0' });
  t.same(listed.files, []);
});

async function* piecesOf(piece: Uint8Array): AsyncGenerator<Uint8Array> {
  yield piece;
}

t.test('a node is told what to hold, gets it sealed to itself, and then delivers it', async (t) => {
  const room = await startRoom(t);
  const { admin, webFront, cluster, services } = room;
  const { node } = cluster;
  const { password } = await seedRoom(room);
  const upload = await send(room);
  await admin.call('upload.finish', { actor, upload });
  const ask = (body: Partial<ArtifactRequest>, keys = node.keys) => {
    const request = {
      cluster: cluster.config.node.cluster,
      node: node.keys.id,
      sha256,
      offsetBytes: 0,
      ...body,
    };
    const signed = signDocument('artifact-request', request, keys.signing.privateKey);
    return webFront.call('artifact.read', { node: node.keys.id, request: signed });
  };
  await t.rejects(
    ask({}),
    { code: 'not_found' },
    'a node gets no file that is neither placed nor delivered there',
  );
  const files = [{ name: file.name, sizeBytes: file.sizeBytes, sha256, platform: null, mediaType: 'a/b' }];
  const release = { product: 'tool', version: '2.0.0', channel: 'stable', draft: false, files };
  const wrong = files.map((one) => ({ ...one, sizeBytes: 1 }));
  await t.rejects(admin.call('release.publish', { actor, ...release, files: wrong }), { code: 'refused' });
  await admin.call('release.publish', { actor, ...release });
  await services.context.artifacts.holdings.send();
  t.same(node.holdings.at(-1)?.artifacts, [{ sha256, sizeBytes: content.length, purpose: 'placement' }]);
  const offsetBytes = 2 * artifactSliceBytesMax;
  const { sealed } = await ask({ offsetBytes });
  const place = artifactSlicePlace({ sha256, offsetBytes });
  const opened = await openSealedMessage({
    privateKey: node.keys.sealing.privateKey,
    purpose: artifactSlicePurpose,
    associated: place,
    plaintextBytesMax: artifactSliceBytesMax,
    sealed,
  });
  t.ok(content.subarray(offsetBytes).equals(opened), 'the last, shorter part');
  await t.rejects(ask({}, createNodeKeys()), { code: 'refused' }, 'signed by somebody else');
  await t.rejects(ask({ sha256: 'ab'.repeat(32) }), { code: 'not_found' }, 'not kept here');
  await t.rejects(ask({ offsetBytes: content.length }), { code: 'not_found' }, 'past the end');

  const session = await signIn(room, password);
  const wish = { session, product: 'tool', version: '2.0.0', file: file.name, address: '127.0.0.1' };
  const held = node.report({ type: 'artifact.held', sha256, pinned: true });
  await webFront.call('node.report', { node: node.keys.id, reports: [held] });
  t.match(await webFront.call('delivery.request', wish), { allowed: true });
  const told = node.holdings.length;
  await services.context.artifacts.holdings.send();
  t.equal(node.holdings.length, told, 'nothing more to tell');
});
