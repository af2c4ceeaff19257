// One artifact from internal-db and other nodes at once: all of them are asked, who fails or lies is left out and named, and what the
// others gave is kept; and what a node gives others itself, to whom internal-db permits it.
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { artifactSliceBytesMax } from '#commlink/limits.ts';
import {
  artifactSlicePlace,
  artifactSlicePurpose,
  type ArtifactPermit,
  type ArtifactRequest,
} from '#commlink/methods/documents.ts';
import { ftpNodeMethods } from '#commlink/methods/ftp-node-methods.ts';
import type { Member } from '#commlink/node-config.ts';
import { createNodeKeys, type NodeKeys } from '#commlink/node-keys.ts';
import { RpcError } from '#commlink/rpc-error.ts';
import { openSealedMessage } from '#commlink/sealed-message.ts';
import { signDocument } from '#commlink/signed-document.ts';
import { SliceReader } from '#ftp-node/artifacts/slice-reader.ts';
import { createInternalDbVerifier } from '#ftp-node/internal-db-verifier.ts';
import { openStoreroom } from '#ftp-node/storeroom/storeroom.ts';
import { clusterName } from '../../rig/configured-cluster.ts';
import { startNode, waitUntil, type RunningNode } from '../running-node.ts';

const content = randomBytes(9 * artifactSliceBytesMax + 7);
const sha256 = createHash('sha256').update(content).digest('hex');
const honest = ({ offsetBytes }: ArtifactRequest): Buffer =>
  content.subarray(offsetBytes, offsetBytes + artifactSliceBytesMax);
const others = [createNodeKeys().id, createNodeKeys().id] as const;
const [honestNode, otherNode] = others;

function signPermit(keys: NodeKeys, change: Partial<ArtifactPermit> & { node: string }): string {
  const body = { cluster: clusterName, sha256, expiresAtMs: Date.now() + 60_000, ...change };
  return signDocument('artifact-permit', body, keys.signing.privateKey);
}

async function fetchFromSeveral(t: Test, slice: RunningNode['decisions']['slice']): Promise<RunningNode> {
  const node = await startNode(t);
  node.decisions.slice = slice;
  const { nodeId, internalDbKeys } = node;
  const source = { nodes: [...others], permit: signPermit(internalDbKeys, { node: nodeId }) };
  const artifacts = [{ sha256, sizeBytes: content.length, purpose: 'placement' as const, source }];
  const body = { cluster: clusterName, node: nodeId, artifacts, issuedAtMs: Date.now() };
  const order = signDocument('holding-order', body, internalDbKeys.signing.privateKey);
  await node.web.call('ftp1', ftpNodeMethods, 'artifacts.hold', { order });
  const file = join(node.storeroom, sha256);
  await waitUntil(() => existsSync(file), 'the artifact', 30_000);
  t.ok(readFileSync(file).equals(content));
  return node;
}

t.test('all sources give a part of it, each asked with the permit', async (t) => {
  const asked = new Map<string | undefined, number>();
  const node = await fetchFromSeveral(t, (request, source) => {
    asked.set(source, (asked.get(source) ?? 0) + 1);
    t.equal(request.permit === undefined, source === undefined);
    return honest(request);
  });
  t.same(new Set(asked.keys()), new Set([undefined, ...others]));
  t.ok(
    [...asked.values()].every((count) => count >= 3),
    'in turn',
  );
  t.notMatch(node.log.join(''), 'wrong bytes');
});

t.test('who gives nothing, or too little, is left out, be it internal-db', async (t) => {
  for (const failing of [undefined, honestNode]) {
    let failureCount = 0;
    await fetchFromSeveral(t, (request, source) => {
      if (source !== failing) return honest(request);
      failureCount += 1;
      if (failing === undefined) throw new RpcError('unavailable', 'It is away.');
      return honest(request).subarray(1);
    });
    t.ok(
      failureCount > 0 && failureCount <= 4,
      `asked ${failureCount} times, as those that were on their way`,
    );
  }
});

t.test('who gives wrong bytes is named, and only these come again', async (t) => {
  const fromInternalDb: number[] = [];
  const node = await fetchFromSeveral(t, (request, source) => {
    if (source === undefined) fromInternalDb.push(request.offsetBytes);
    const right = honest(request);
    return source === otherNode ? randomBytes(right.length) : right;
  });
  // The log comes through a pipe of its own.
  await waitUntil(() => node.log.join('').includes('wrong bytes'), 'the word on it', 60_000);
  const named = node.log
    .join('')
    .split('\n')
    .filter((line) => line.includes('wrong bytes'));
  t.equal(named.length, 1);
  t.match(named[0], otherNode);
  t.equal(new Set(fromInternalDb).size, fromInternalDb.length, 'what it gave itself was right');
});

function startReader(t: Test, now = Date.now) {
  const [internalDb, asker, stranger] = [createNodeKeys(), createNodeKeys(), createNodeKeys()];
  const verifier = createInternalDbVerifier(() => [internalDb.signing.raw]);
  const storeroom = openStoreroom(t.testdir({ [sha256]: content }));
  const member = {
    id: asker.id,
    name: 'ftp2',
    role: 'ftp-node',
    signingKey: asker.signing.raw,
    sealingKey: asker.sealing.raw,
  } as Member;
  const reader = new SliceReader({ cluster: clusterName, storeroom, verifier, now }, () => [member]);
  const permit = (change: Partial<ArtifactPermit> = {}, keys = internalDb) =>
    signPermit(keys, { node: asker.id, ...change });
  const ask = (change: Partial<ArtifactRequest> = {}, keys = asker) => {
    const body = {
      cluster: clusterName,
      node: asker.id,
      sha256,
      offsetBytes: 0,
      permit: permit(),
      ...change,
    };
    return reader.read(keys.id, signDocument('artifact-request', body, keys.signing.privateKey));
  };
  return { asker, stranger, permit, ask };
}

t.test('a node gives others what they have a permit for, sealed to them', async (t) => {
  const { asker, stranger, permit, ask } = startReader(t);
  const offsetBytes = 9 * artifactSliceBytesMax;
  const { sealed } = await ask({ offsetBytes });
  const opened = await openSealedMessage({
    privateKey: asker.sealing.privateKey,
    purpose: artifactSlicePurpose,
    associated: artifactSlicePlace({ sha256, offsetBytes }),
    plaintextBytesMax: artifactSliceBytesMax,
    sealed,
  });
  t.ok(content.subarray(offsetBytes).equals(opened));
  const refused = { code: 'refused' };
  const unpermitted: readonly (readonly [string, Partial<ArtifactRequest>])[] = [
    ['for another artifact', { permit: permit({ sha256: 'ab'.repeat(32) }) }],
    ['for another node', { permit: permit({ node: stranger.id }) }],
    ['that is over', { permit: permit({ expiresAtMs: Date.now() - 1 }) }],
    ['of another cluster', { permit: permit({ cluster: 'elsewhere' }) }],
    ['that it signed itself', { permit: permit({}, asker) }],
  ];
  for (const [what, change] of unpermitted) await t.rejects(ask(change), refused, `a permit ${what}`);
  await t.rejects(ask({ cluster: 'elsewhere' }), refused);
  await t.rejects(ask({ node: stranger.id }), refused);
  await t.rejects(ask({}, stranger), refused, 'no member');
  const elsewhere = { sha256: 'cd'.repeat(32), permit: permit({ sha256: 'cd'.repeat(32) }) };
  await t.rejects(ask(elsewhere), { code: 'not_found' });
  await t.rejects(ask({ offsetBytes: content.length }), { code: 'not_found' });
});
