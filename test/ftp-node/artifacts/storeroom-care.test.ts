// The storeroom looked after over the ingest socket of a running node: what may be dropped goes and is told of, what is placed or staged
// stays; a damaged artifact is put aside, its delivery ends, and it is fetched again when it is ordered again.
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import t from 'tap';
import type { HoldingOrder } from '#commlink/methods/documents.ts';
import { ftpNodeMethods } from '#commlink/methods/ftp-node-methods.ts';
import { signDocument } from '#commlink/signed-document.ts';
import { clusterName } from '../../rig/configured-cluster.ts';
import { startNode, waitUntil, type RunningNode } from '../running-node.ts';

const contents = [randomBytes(1000), randomBytes(2000), randomBytes(3000)] as const;
const digestOf = (content: Buffer): string => createHash('sha256').update(content).digest('hex');
const [cached, placed, staged] = contents;

function hold(node: RunningNode, wanted: readonly (readonly [Buffer, 'delivery' | 'placement'])[]) {
  const artifacts: HoldingOrder['artifacts'] = wanted.map(([content, purpose]) => {
    return { sha256: digestOf(content), sizeBytes: content.length, purpose };
  });
  const body = { cluster: clusterName, node: node.nodeId, artifacts, issuedAtMs: Date.now() };
  const order = signDocument('holding-order', body, node.internalDbKeys.signing.privateKey);
  return node.web.call('ftp1', ftpNodeMethods, 'artifacts.hold', { order });
}

async function ask(node: RunningNode, method: string, path: string): Promise<Record<string, unknown>> {
  const request = httpRequest({ socketPath: join(node.directory, 'ingest.sock'), method, path });
  request.end();
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  const lines = Buffer.concat(await response.toArray())
    .toString()
    .trim()
    .split('\n');
  return JSON.parse(lines.at(-1) ?? '{}') as Record<string, unknown>;
}

const toldOf = (node: RunningNode, type: 'artifact.held' | 'artifact.lost'): string[] =>
  node.reports.flatMap(({ event }) => (event.type === type ? [event.sha256] : []));

async function startFilled(t: Parameters<typeof startNode>[0]): Promise<RunningNode> {
  const node = await startNode(t);
  node.decisions.slice = ({ sha256, offsetBytes }) =>
    contents.find((content) => digestOf(content) === sha256)?.subarray(offsetBytes) ?? Buffer.alloc(0);
  await hold(node, [
    [cached, 'delivery'],
    [placed, 'placement'],
    [staged, 'delivery'],
  ]);
  await waitUntil(() => toldOf(node, 'artifact.held').length === contents.length, 'the files');
  return node;
}

t.test('gc drops what is neither placed here, nor staged, nor put here by hand', async (t) => {
  const node = await startFilled(t);
  const byHand = await node.ingest(randomBytes(500));
  t.match(await node.stage(node.grantBody(staged)), { staged: true });
  t.match(await ask(node, 'GET', '/storeroom'), {
    artifactCount: 4,
    fetched: { count: 3, bytes: 6000, droppableCount: 1, droppableBytes: 1000 },
    stagedCount: 1,
    quarantinedCount: 0,
  });
  t.same(await ask(node, 'POST', '/storeroom/gc'), { count: 1, bytes: 1000 });
  const left = [digestOf(placed), digestOf(staged), byHand.sha256];
  t.same(readdirSync(node.storeroom).toSorted(), left.toSorted());
  await waitUntil(() => toldOf(node, 'artifact.lost').length === 1, 'the report');
  t.same(toldOf(node, 'artifact.lost'), [digestOf(cached)]);
  t.same(await ask(node, 'POST', '/storeroom/gc'), { count: 0, bytes: 0 });
});

t.test('a damaged artifact is put aside, its delivery ends, and it is fetched again', async (t) => {
  const node = await startFilled(t);
  const sha256 = digestOf(staged);
  const grant = node.grantBody(staged);
  t.match(await node.stage(grant), { staged: true });
  const link = join(node.accounts, 'acme', 'tool', '1.0.0', 'tool.bin');
  t.ok(existsSync(link));
  const file = join(node.storeroom, sha256);
  chmodSync(file, 0o644);
  writeFileSync(file, randomBytes(staged.length));
  t.same(await ask(node, 'POST', '/storeroom/verify'), {
    checkedCount: 3,
    checkedBytes: 3000,
    totalCount: 3,
    damaged: [sha256],
  });
  t.notOk(existsSync(link), 'nobody is given the wrong bytes');
  t.ok(existsSync(join(node.storeroom, `.quarantine-${sha256}`)));
  await waitUntil(() => toldOf(node, 'artifact.lost').length === 1, 'the report');
  const lost = node.reports.map(({ event }) => event).find((event) => event.type === 'artifact.lost');
  t.match(lost, { sha256, why: 'damaged' });
  const failed = node.reports.map(({ event }) => event).find((event) => event.type === 'delivery.failed');
  t.match(failed, { delivery: grant.delivery });
  await hold(node, [[staged, 'delivery']]);
  await waitUntil(() => existsSync(file), 'the file once more');
  t.ok(readFileSync(file).equals(staged));
  t.match(await ask(node, 'POST', '/storeroom/verify'), { damaged: [] });
  t.match(await ask(node, 'GET', '/storeroom'), { quarantinedCount: 1 }, 'kept for people to look at');
  const path = '/storeroom/quarantine';
  const listed = { artifacts: [{ sha256, sizeBytes: staged.length }] };
  t.match(await ask(node, 'GET', path), listed);
  t.match(await ask(node, 'DELETE', `${path}/..%2f${sha256}`), { code: 'not_found' });
  t.same(await ask(node, 'DELETE', `${path}/${sha256}`), { wasThere: true });
  t.same(await ask(node, 'DELETE', `${path}/${sha256}`), { wasThere: false });
  t.same(await ask(node, 'GET', path), { artifacts: [] });
  t.ok(existsSync(file), 'what was fetched again stays');
});

t.test('neither a wrong size in a grant nor a file that can not fit takes away what is here', async (t) => {
  const node = await startFilled(t);
  const grant = node.grantBody(cached, { file: 'wrong.bin', sizeBytes: cached.length + 1 });
  t.match(await node.stage(grant), { staged: false, failure: 'artifact_damaged' });
  const order = {
    cluster: clusterName,
    node: node.nodeId,
    artifacts: [
      { sha256: 'cd'.repeat(32), sizeBytes: Number.MAX_SAFE_INTEGER, purpose: 'delivery' as const },
    ],
    issuedAtMs: Date.now(),
  };
  const text = signDocument('holding-order', order, node.internalDbKeys.signing.privateKey);
  await node.web.call('ftp1', ftpNodeMethods, 'artifacts.hold', { order: text });
  await waitUntil(() => node.log.join('').includes('"code":"disk_full"'), 'the refusal', 30_000);
  t.same(toldOf(node, 'artifact.lost'), []);
  t.match(await node.stage(node.grantBody(cached, { file: 'right.bin' })), { staged: true });
});
