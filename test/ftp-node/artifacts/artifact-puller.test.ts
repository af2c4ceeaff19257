// What a node does with orders to hold artifacts when what it gets is honest, and when the relay is not: parts that are made up,
// orders that are not internal-db's, files that do not fit the disk.
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { artifactSliceBytesMax } from '#commlink/limits.ts';
import type { HoldingOrder } from '#commlink/methods/documents.ts';
import { ftpNodeMethods } from '#commlink/methods/ftp-node-methods.ts';
import { createNodeKeys, type NodeKeys } from '#commlink/node-keys.ts';
import { signDocument } from '#commlink/signed-document.ts';
import { clusterName } from '../../rig/configured-cluster.ts';
import { startNode, waitUntil, type RunningNode } from '../running-node.ts';

const digestOf = (content: Buffer): string => createHash('sha256').update(content).digest('hex');

const files = [
  randomBytes(0),
  randomBytes(1),
  randomBytes(artifactSliceBytesMax),
  randomBytes(9 * artifactSliceBytesMax + 7),
];
const contents = new Map(files.map((content) => [digestOf(content), content]));
const purpose = 'placement' as const;
const wishes = [...contents].map(([sha256, content]) => ({ sha256, sizeBytes: content.length, purpose }));
const biggest = wishes[3] ?? { sha256: '', sizeBytes: 0, purpose };

function hold(
  node: RunningNode,
  artifacts: HoldingOrder['artifacts'],
  { keys = node.internalDbKeys, ...change }: Partial<HoldingOrder> & { keys?: NodeKeys } = {},
) {
  const body = { cluster: clusterName, node: node.nodeId, artifacts, issuedAtMs: Date.now(), ...change };
  const order = signDocument('holding-order', body, keys.signing.privateKey);
  return node.web.call('ftp1', ftpNodeMethods, 'artifacts.hold', { order });
}

const slice = (sha256: string, offsetBytes: number): Buffer =>
  (contents.get(sha256) ?? Buffer.alloc(0)).subarray(offsetBytes, offsetBytes + artifactSliceBytesMax);

const heldOf = (node: RunningNode): string[] =>
  node.reports.flatMap(({ event }) => (event.type === 'artifact.held' ? [event.sha256] : []));

t.test('files of all lengths arrive whole and are reported', async (t) => {
  const node = await startNode(t);
  node.decisions.slice = ({ sha256, offsetBytes }) => slice(sha256, offsetBytes);
  t.match(
    (await hold(node, wishes)).arriving.map(({ arrivedBytes }) => arrivedBytes),
    [0, 0, 0, 0],
  );
  await waitUntil(() => heldOf(node).length === wishes.length, 'the reports');
  t.same(heldOf(node).toSorted(), wishes.map(({ sha256 }) => sha256).toSorted());
  for (const [sha256, content] of contents)
    t.ok(readFileSync(join(node.storeroom, sha256)).equals(content), `${content.length} bytes`);
  const again = await hold(node, wishes);
  t.same(
    again.arriving.map(({ arrivedBytes }) => arrivedBytes),
    wishes.map(({ sizeBytes }) => sizeBytes),
  );
});

t.test('what a relay makes up never gets into the storeroom, and is fetched anew', async (t) => {
  const node = await startNode(t);
  let lies = 0;
  node.decisions.slice = ({ sha256, offsetBytes }) => {
    const honest = slice(sha256, offsetBytes);
    // Sealing is to the node's public key, so the relay can seal whatever it wants.
    if (offsetBytes !== artifactSliceBytesMax || lies > 1) return honest;
    lies += 1;
    return lies === 1 ? honest.subarray(1) : randomBytes(honest.length);
  };
  await hold(node, [biggest]);
  await waitUntil(() => node.log.join('').includes('artifact_damaged'), 'the wrong digest', 30_000);
  t.notOk(existsSync(join(node.storeroom, biggest.sha256)));
  t.same(heldOf(node), []);
  await waitUntil(() => heldOf(node).length === 1, 'the report', 30_000);
  t.equal(digestOf(readFileSync(join(node.storeroom, biggest.sha256))), biggest.sha256);
  t.equal(lies, 2);
});

t.test('only an order of internal-db for this node counts', async (t) => {
  const node = await startNode(t);
  const refused = { code: 'refused' };
  await t.rejects(hold(node, [biggest], { keys: createNodeKeys() }), refused, 'signed by somebody');
  await t.rejects(hold(node, [biggest], { node: createNodeKeys().id }), refused, 'for another node');
  await t.rejects(hold(node, [biggest], { cluster: 'elsewhere' }), refused, 'of another cluster');
  t.same(readdirSync(node.storeroom), []);
  node.decisions.slice = ({ sha256, offsetBytes }) => slice(sha256, offsetBytes);
  // The number of an order is the database's; whose clock it was taken from does not matter here.
  await hold(node, [biggest], { issuedAtMs: Date.now() + 120_000 });
  await t.rejects(hold(node, [biggest]), refused, 'older than the last one');
});

t.test('a file that does not fit keeps no other one waiting', async (t) => {
  const node = await startNode(t);
  node.decisions.slice = ({ sha256, offsetBytes }) => slice(sha256, offsetBytes);
  const huge = { sha256: 'cd'.repeat(32), sizeBytes: Number.MAX_SAFE_INTEGER, purpose };
  await hold(node, [huge, biggest]);
  await waitUntil(() => heldOf(node).length === 1, 'the file that fits', 30_000);
  t.same(heldOf(node), [biggest.sha256]);
  t.match(node.log.join(''), /"code":"disk_full"/);
});

t.test('an old order that is repeated changes nothing, and leftovers go with the first order', async (t) => {
  const node = await startNode(t);
  const leftover = join(node.storeroom, `.arriving-${'ef'.repeat(32)}`);
  writeFileSync(leftover, 'of an order that nobody remembers');
  node.decisions.slice = ({ sha256, offsetBytes }) => slice(sha256, offsetBytes);
  const issuedAtMs = Date.now();
  await hold(node, [biggest], { issuedAtMs });
  t.notOk(existsSync(leftover));
  await waitUntil(() => heldOf(node).length === 1, 'the report', 30_000);
  await t.rejects(hold(node, wishes, { issuedAtMs: issuedAtMs - 1 }), { code: 'refused' }, 'an older one');
  await t.resolves(hold(node, [biggest], { issuedAtMs }), 'the same once more');
});
