// How a node fetches artifacts by its settings: windows of the day that hold back what nobody waits for, a bandwidth, and a cache whose
// size drops what was used longest ago.
import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { HoldingOrder } from '#commlink/methods/documents.ts';
import { ftpNodeMethods } from '#commlink/methods/ftp-node-methods.ts';
import { signDocument } from '#commlink/signed-document.ts';
import { isWithinWindows } from '#ftp-node/artifacts/fetch-settings.ts';
import { clusterName } from '../../rig/configured-cluster.ts';
import { startNode, waitUntil, type RunningNode } from '../running-node.ts';

type Purpose = HoldingOrder['artifacts'][number]['purpose'];

const contents = [randomBytes(300_000), randomBytes(300_000), randomBytes(300_000)] as const;
const [first, second, third] = contents;
const digestOf = (content: Buffer): string => createHash('sha256').update(content).digest('hex');

function hold(node: RunningNode, wanted: readonly (readonly [Buffer, Purpose])[]) {
  const artifacts = wanted.map(([content, purpose]) => ({
    sha256: digestOf(content),
    sizeBytes: content.length,
    purpose,
  }));
  const body = { cluster: clusterName, node: node.nodeId, artifacts, issuedAtMs: Date.now() };
  const order = signDocument('holding-order', body, node.internalDbKeys.signing.privateKey);
  return node.web.call('ftp1', ftpNodeMethods, 'artifacts.hold', { order });
}

async function start(t: Parameters<typeof startNode>[0], artifacts: object): Promise<RunningNode> {
  const change = { cacheBytesMax: 0, bytesPerSecondMax: 0, windows: [], ...artifacts };
  const node = await startNode(t, { settings: { artifacts: change } });
  node.decisions.slice = ({ sha256, offsetBytes }) => {
    const content = contents.find((one) => digestOf(one) === sha256) ?? Buffer.alloc(0);
    return content.subarray(offsetBytes, offsetBytes + 262_144);
  };
  return node;
}

const isHere = (node: RunningNode, content: Buffer) => existsSync(join(node.storeroom, digestOf(content)));
const until = (node: RunningNode, content: Buffer) =>
  waitUntil(() => isHere(node, content), 'the artifact', 30_000);

t.test('a window is a time of day in UTC, and may pass midnight', async (t) => {
  const at = (time: string) => Date.parse(`2026-11-22T${time}:00Z`);
  const night = [{ from: '22:00', to: '06:00' }];
  for (const [time, isOpen] of [
    ['21:59', false],
    ['22:00', true],
    ['05:59', true],
    ['06:00', false],
  ] as const)
    t.equal(isWithinWindows(night, at(time)), isOpen, time);
  t.ok(isWithinWindows([], at('12:00')), 'without one it is always');
  t.notOk(isWithinWindows([{ from: '08:00', to: '09:00' }], at('09:00')));
});

t.test('outside the windows only what customers wait for is fetched', async (t) => {
  const time = (ms: number) => new Date(ms).toISOString().slice(11, 16);
  const later = Date.now() + 6 * 3_600_000;
  const node = await start(t, { windows: [{ from: time(later), to: time(later + 3_600_000) }] });
  await hold(node, [
    [first, 'placement'],
    [second, 'delivery'],
  ]);
  await until(node, second);
  t.notOk(isHere(node, first));
});

t.test('a bandwidth is kept to', async (t) => {
  const node = await start(t, { bytesPerSecondMax: 200_000 });
  const beganAtMs = performance.now();
  await hold(node, [[first, 'delivery']]);
  await until(node, first);
  t.ok(performance.now() - beganAtMs > 1000, 'of 300,000 bytes at 200,000 a second');
});

t.test('a cache drops what was used longest ago, and nothing that is staged or placed here', async (t) => {
  const node = await start(t, { cacheBytesMax: 700_000 });
  await hold(node, [[first, 'delivery']]);
  await until(node, first);
  await hold(node, [[second, 'delivery']]);
  await until(node, second);
  await waitUntil(() => node.reports.length === 2, 'the reports');
  t.match(await node.stage(node.grantBody(first)), { staged: true });
  await hold(node, [[third, 'placement']]);
  await until(node, third);
  t.ok(isHere(node, first), 'it is staged');
  t.notOk(isHere(node, second), 'though it came later');
  await hold(node, [[second, 'delivery']]);
  await until(node, second);
  t.ok(isHere(node, first) && isHere(node, third), 'a customer waits: the cache may be larger for that');
});
