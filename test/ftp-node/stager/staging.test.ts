// Staging and unstaging at a whole node: every grant that must be refused, single use, expiry, orders, the reconciler.
import { randomBytes } from 'node:crypto';
import {
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import t from 'tap';
import type { StagingGrant } from '#commlink/methods/documents.ts';
import { ftpNodeMethods } from '#commlink/methods/ftp-node-methods.ts';
import { createNodeKeys } from '#commlink/node-keys.ts';
import { signDocument } from '#commlink/signed-document.ts';
import { newId, RunningNode, startNode, waitUntil } from '../running-node.ts';

const node = await startNode(t, { settings: { reconcileIntervalMs: 1000 } });
const content = randomBytes(10_000);
await node.ingest(content);

function linkOf(running: RunningNode, { account, product, version, file }: StagingGrant): string {
  return join(running.accounts, account, product, version, file);
}

const endings = (delivery: string) =>
  node.reports.flatMap(({ event }) =>
    event.type === 'delivery.ended' && event.delivery === delivery ? [event.reason] : [],
  );

t.test('stages once, says where, and reports it; the same grant again gives the same answer', async (t) => {
  const grant = node.grantBody(content, { file: 'once.bin' });
  const first = await node.stage(grant);
  t.match(first, {
    staged: true,
    path: 'tool/1.0.0/once.bin',
    endpoints: {
      https: 'https://localhost:1',
      ftp: { host: 'localhost', port: node.ports.ftp },
      sftp: { port: node.ports.sftp, hostKeyFingerprints: [/^SHA256:[A-Za-z0-9+/]{43}$/] },
    },
  });
  t.equal(statSync(linkOf(node, grant)).ino, statSync(join(node.storeroom, grant.sha256)).ino);
  t.equal(node.linkCount(grant.sha256), 2);
  t.same(await node.stage(grant), first);
  t.equal(node.linkCount(grant.sha256), 2);
  await waitUntil(() => node.reports.some(({ event }) => event.type === 'delivery.staged'), 'the report');
  await node.unstage([grant.delivery]);
  t.notOk(existsSync(linkOf(node, grant)));
  t.match(await node.stage(grant), { staged: false, failure: 'grant_used' }, 'after its end it is used up');
});

t.test('an order that overtakes the grant which it takes back keeps it from being staged', async (t) => {
  const grant = node.grantBody(content, { file: 'overtaken.bin' });
  await node.unstage([grant.delivery]);
  t.match(await node.stage(grant), { staged: false, failure: 'grant_used' });
  t.notOk(existsSync(linkOf(node, grant)));
});

t.test('a grant and its order at the same moment leave nothing staged', async (t) => {
  const grants = Array.from({ length: 20 }, (_, index) =>
    node.grantBody(content, { file: `race-${index}.bin` }),
  );
  await Promise.all(grants.flatMap((grant) => [node.stage(grant), node.unstage([grant.delivery])]));
  t.same(grants.map((grant) => linkOf(node, grant)).filter(existsSync), []);
});

const stranger = createNodeKeys();
const refusals: [what: string, change: Partial<StagingGrant>, failure: string][] = [
  ['another node', { node: stranger.id }, 'grant_invalid'],
  ['usable for a day', { useBeforeMs: Date.now() + 86_400_000 }, 'grant_invalid'],
  ['another cluster', { cluster: 'other' }, 'grant_invalid'],
  ['a grant that is too old', { useBeforeMs: Date.now() - 1 }, 'grant_expired'],
  ['a delivery that is over', { stagedUntilMs: Date.now() - 1 }, 'grant_expired'],
  ['an artifact that is not here', { sha256: 'a'.repeat(64) }, 'artifact_missing'],
  ['an artifact of another size', { sizeBytes: 5 }, 'artifact_damaged'],
  ['a version that climbs', { version: '..' }, 'grant_invalid'],
  ['a version that is hidden', { version: '.1' }, 'grant_invalid'],
];
for (const [what, change, failure] of refusals)
  t.test(`refuses ${what}`, async (t) => {
    const grant = node.grantBody(content, { file: 'refused.bin', ...change });
    t.match(await node.stage(grant), { staged: false, failure });
    t.notOk(existsSync(join(node.accounts, 'acme', 'tool', '1.0.0', 'refused.bin')));
    t.equal(node.linkCount(node.grantBody(content).sha256), 1);
  });

t.test('refuses a grant of another signer, another kind, and one that was changed', async (t) => {
  const grant = node.grantBody(content);
  const signed = signDocument('staging-grant', grant, node.internalDbKeys.signing.privateKey);
  const bySelf = signDocument('staging-grant', grant, stranger.signing.privateKey);
  const order = node.signOrder([grant.delivery], 'revoked');
  const changed = `${Buffer.from(JSON.stringify({ ...grant, account: 'other' })).toString('base64url')}.${signed.split('.')[1]}`;
  for (const text of [bySelf, order, changed])
    t.match(await node.web.call('ftp1', ftpNodeMethods, 'delivery.stage', { grant: text }), {
      staged: false,
      failure: 'grant_invalid',
    });
  await t.rejects(node.web.call('ftp1', ftpNodeMethods, 'delivery.unstage', { order: signed }), {
    code: 'refused',
  });
});

t.test('two deliveries of one file share a link, which goes with the last of them', async (t) => {
  const first = node.grantBody(content, { file: 'shared.bin' });
  const second = node.grantBody(content, { file: 'shared.bin' });
  await Promise.all([node.stage(first), node.stage(second)]);
  t.equal(node.linkCount(first.sha256), 2);
  t.match(await node.unstage([first.delivery]), { unstagedCount: 1 });
  t.ok(existsSync(linkOf(node, first)));
  t.match(await node.unstage([second.delivery]), { unstagedCount: 1 });
  t.notOk(existsSync(linkOf(node, first)));
  t.same(readdirSync(node.accounts), []);
});

t.test('another artifact at a place that is taken is refused', async (t) => {
  const first = await node.publishAndStage(randomBytes(10), { file: 'taken.bin' });
  t.match(await node.stage(node.grantBody(content, { file: 'taken.bin' })), { failure: 'path_taken' });
  await node.unstage([first.delivery]);
});

t.test('fifty customers at once are all staged', async (t) => {
  const grants = Array.from({ length: 50 }, (_, index) =>
    node.grantBody(content, { account: `customer-${index}` }),
  );
  const results = await Promise.all(grants.map((grant) => node.stage(grant)));
  t.ok(results.every(({ staged }) => staged));
  t.equal(node.linkCount(grants[0]!.sha256), 51);
  t.match(await node.unstage(grants.map(({ delivery }) => delivery)), { unstagedCount: 50 });
  t.equal(node.linkCount(grants[0]!.sha256), 1);
});

t.test('a delivery ends within a second of its time, and the end is reported', async (t) => {
  const grant = node.grantBody(content, { file: 'expiring.bin', stagedUntilMs: Date.now() + 3000 });
  t.match(await node.stage(grant), { staged: true });
  await waitUntil(() => !existsSync(linkOf(node, grant)), 'the link to go');
  const lateMs = Date.now() - grant.stagedUntilMs;
  t.ok(lateMs >= 0 && lateMs < 1000, `${lateMs} ms late`);
  await waitUntil(() => endings(grant.delivery).length > 0, 'the report');
  t.same(endings(grant.delivery), ['expired']);
});

t.test('an order is idempotent, and what it does not know is passed over', async (t) => {
  const grant = await node.publishAndStage(content, { file: 'ordered.bin' });
  t.match(await node.unstage([grant.delivery, newId('dlv')]), { unstagedCount: 1 });
  t.match(await node.unstage([grant.delivery]), { unstagedCount: 0 });
  await waitUntil(() => endings(grant.delivery).length > 0, 'the report');
  await delay(100);
  t.same(endings(grant.delivery), ['revoked']);
});

t.test('the reconciler removes what is not recorded and restores what is', async (t) => {
  const grant = await node.publishAndStage(content, { file: 'reconciled.bin' });
  const artifact = join(node.storeroom, grant.sha256);
  const stray = join(node.accounts, 'acme', 'tool', '1.0.0', 'stray.bin');
  linkSync(artifact, stray);
  symlinkSync('/etc', join(node.accounts, 'etc'));
  writeFileSync(join(node.accounts, 'loose'), 'x');
  mkdirSync(join(node.accounts, 'other', 'deep', 'down'), { recursive: true });
  rmSync(linkOf(node, grant));
  await waitUntil(() => existsSync(linkOf(node, grant)) && !existsSync(stray), 'the reconciler');
  await waitUntil(() => readdirSync(node.accounts).length === 1, 'the reconciler to clean up');
  t.same(readdirSync(node.accounts), ['acme']);
  t.ok(existsSync('/etc/passwd'));
  t.equal(node.linkCount(grant.sha256), 2);
  rmSync(linkOf(node, grant));
  writeFileSync(linkOf(node, grant), 'an impostor');
  await waitUntil(
    () => statSync(linkOf(node, grant), { throwIfNoEntry: false })?.size === content.length,
    'the mending',
  );
  await node.unstage([grant.delivery]);
});

t.test('what internal-db does not know as live is ended when the node states it', async (t) => {
  const grant = await node.publishAndStage(content, { file: 'unknown.bin' });
  node.decisions.notLive = ({ deliveries }) => deliveries.filter((delivery) => delivery === grant.delivery);
  await waitUntil(() => !existsSync(linkOf(node, grant)), 'the order');
  await waitUntil(() => endings(grant.delivery).length > 0, 'the report');
  t.same(endings(grant.delivery), ['unknown']);
  node.decisions.notLive = () => [];
});

t.test('a receipt for another batch counts for nothing: the reports are sent again', async (t) => {
  const batches: string[] = [];
  node.decisions.receipt = (honest) => {
    batches.push(honest.batch);
    return { ...honest, batch: '0'.repeat(64) };
  };
  const grant = await node.publishAndStage(content, { file: 'receipt.bin' });
  await waitUntil(() => batches.length >= 2, 'the reports to come again');
  t.equal(batches[0], batches[1], 'the same ones');
  node.decisions.receipt = (honest) => {
    batches.push('believed');
    return honest;
  };
  await waitUntil(() => batches.includes('believed'), 'a believed receipt');
  await node.unstage([grant.delivery]);
});

t.test('reports wait while internal-db is out of reach, and come in order afterwards', async (t) => {
  node.decisions.reachable = false;
  const grants: StagingGrant[] = [];
  for (const file of ['late-1.bin', 'late-2.bin']) grants.push(await node.publishAndStage(content, { file }));
  await node.unstage(grants.map(({ delivery }) => delivery));
  await delay(300);
  node.decisions.reachable = true;
  await waitUntil(() => endings(grants[1]!.delivery).length === 1, 'the reports', 60_000);
  const sequences = node.reports.map(({ sequence }) => sequence);
  t.same(
    sequences,
    sequences.map((_, index) => index + 1),
  );
});

t.test(
  'an artifact that is gone from the storeroom is put back from a link that has its bytes',
  async (t) => {
    const grant = await node.publishAndStage(randomBytes(500), { file: 'rescued.bin' });
    const artifact = join(node.storeroom, grant.sha256);
    const { ino } = statSync(artifact);
    rmSync(artifact);
    await waitUntil(() => existsSync(artifact), 'the rescue');
    t.equal(statSync(artifact).ino, ino);
    t.equal(statSync(linkOf(node, grant)).ino, ino, 'and the delivery goes on');
    // In one step: the stager may look at any moment, and removes a folder whose last link is gone.
    const impostor = join(node.directory, 'impostor');
    writeFileSync(impostor, randomBytes(500));
    renameSync(impostor, linkOf(node, grant));
    rmSync(artifact);
    await waitUntil(() => !existsSync(linkOf(node, grant)), 'the end of an impostor');
    t.notOk(existsSync(artifact), 'other bytes are not taken for it');
  },
);

t.test('an artifact that is gone from the storeroom fails its delivery, and says so', async (t) => {
  const lost = randomBytes(500);
  const grant = await node.publishAndStage(lost, { file: 'lost.bin' });
  rmSync(join(node.storeroom, grant.sha256));
  rmSync(linkOf(node, grant));
  await waitUntil(
    () =>
      node.reports.some(({ event }) => event.type === 'delivery.failed' && event.delivery === grant.delivery),
    'the report',
  );
  t.match(await node.web.call('ftp1', ftpNodeMethods, 'node.describe', {}), {
    stagedCount: 0,
    jailed: process.getuid?.() === 0,
    seccomp: true,
  });
});

t.test('takes artifacts in over its socket, and says what it holds', async (t) => {
  t.equal(statSync(join(node.directory, 'ingest.sock')).mode & 0o777, 0o600);
  const fresh = randomBytes(3_000_000);
  t.match(await node.ingest(fresh), { status: 201, sizeBytes: fresh.length });
  t.match(await node.ingest(fresh), { status: 200, sizeBytes: fresh.length });
});

t.test('a damaged artifact is replaced when it is published again', async (t) => {
  const fresh = randomBytes(5000);
  const { sha256 } = await node.ingest(fresh);
  truncateSync(join(node.storeroom, sha256), 10);
  t.match(await node.stage(node.grantBody(fresh, { file: 'mended.bin' })), { failure: 'artifact_damaged' });
  t.match(await node.ingest(fresh), { status: 201 });
  t.match(await node.stage(node.grantBody(fresh, { file: 'mended.bin' })), { staged: true });
});
