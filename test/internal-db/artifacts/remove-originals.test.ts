// An original from its publication to its end: withdrawn, placed nowhere any more, removed when its time is over, and what is told then
// to who wants it back. In which order the steps come is removal-model.test.ts's matter.
import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import t, { type Test } from 'tap';
import { removeOriginals } from '#internal-db/artifacts/remove-originals.ts';
import { seedRoom, startRoom } from '../support/running-room.ts';

const actor = 'cli:jo';
const dayMs = 86_400_000;
const content = randomBytes(5000);
const sha256 = createHash('sha256').update(content).digest('hex');
const sizeBytes = content.length;
const release = { actor, product: 'tool', version: '2.0.0' };

async function startWithOriginal(t: Test) {
  const room = await startRoom(t);
  await seedRoom(room);
  const { admin, cluster, services, webFront } = room;
  const send = async (): Promise<void> => {
    const { upload, offsetBytes } = await admin.call('upload.begin', { actor, name: 'a', sizeBytes, sha256 });
    const piece = content.toString('base64url');
    if (offsetBytes === 0) await admin.call('upload.append', { actor, upload, offsetBytes, piece });
    await admin.call('upload.finish', { actor, upload });
  };
  await send();
  const file = { name: 'a', sizeBytes, sha256, platform: null, mediaType: 'a/b' };
  const files = { channel: 'stable', draft: false, files: [file] };
  await admin.call('release.publish', { ...release, ...files });
  const report = async (pinned: boolean): Promise<void> => {
    const held = cluster.node.report({ type: 'artifact.held', sha256, pinned });
    await webFront.call('node.report', { node: cluster.node.keys.id, reports: [held] });
  };
  await report(true);
  const { context } = services;
  const after = (days: number) =>
    removeOriginals({ ...context, clock: { ...context.clock, nowMs: () => Date.now() + days * dayMs } });
  const file0 = join(dirname(cluster.config.databaseFile), 'originals', sha256);
  const orders = async () => {
    const before = cluster.node.holdings.length;
    await context.artifacts.holdings.send();
    return cluster.node.holdings.slice(before).flatMap(({ artifacts }) => artifacts);
  };
  return { ...room, context, send, report, after, file: file0, orders, files };
}

t.test('it stays while a release has it, or a node holds it as placed there', async (t) => {
  const { admin, after, file, orders, report, context } = await startWithOriginal(t);
  await after(400);
  t.ok(existsSync(file), 'published');
  await admin.call('release.setState', { ...release, state: 'withdrawn', reason: 'r' });
  t.same(await orders(), [{ sha256, sizeBytes, purpose: 'cache' }], 'the node may drop it from now on');
  await after(29);
  t.ok(existsSync(file), 'its time is not over');
  await after(31);
  t.ok(existsSync(file), 'the node has not heard of it yet');
  await report(false);
  await after(31);
  t.notOk(existsSync(file));
  t.equal(await context.store.read.originals.bySha256(sha256), undefined);
  t.same(await orders(), [], 'and no node is told anything of it');
  const told = await context.store.read.audit.search(
    { action: 'originals.remove', actor: null, firstWord: null, fromMs: null, toMs: null },
    { before: null, limit: 5 },
  );
  t.equal(told.length, 1);
  t.same(JSON.parse(told[0]?.detail ?? ''), { fileCount: 1, sizeBytes, files: [sha256] });
});

t.test('a release without its files does not come back, until they are sent again', async (t) => {
  const { admin, after, file, report, send, files } = await startWithOriginal(t);
  const setState = (state: 'withdrawn' | 'published') =>
    admin.call('release.setState', { ...release, state, reason: 'r' });
  await setState('withdrawn');
  await setState('published');
  await setState('withdrawn');
  await report(false);
  await after(31);
  await t.rejects(setState('published'), { code: 'refused' });
  await send();
  t.ok(existsSync(file), 'what was finished once is not taken for what is here');
  await t.resolves(admin.call('release.publish', { ...release, version: '3.0.0', ...files }));
  await t.resolves(setState('published'));
});

t.test('a time that is not set removes nothing', async (t) => {
  const { admin, after, file, report, context } = await startWithOriginal(t);
  await admin.call('release.setState', { ...release, state: 'withdrawn', reason: 'r' });
  await report(false);
  const never = { ...context, settings: () => ({ ...context.settings(), originalsUnusedMs: null }) };
  await removeOriginals({ ...never, clock: { ...context.clock, nowMs: () => Date.now() + 900 * dayMs } });
  t.ok(existsSync(file));
  await after(31);
  t.notOk(existsSync(file));
});
