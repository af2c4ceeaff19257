// A change goes on from wherever the nodes died, a full disk refuses one, and clients meet no gap.
import { cp, rename, rm, symlink } from 'node:fs/promises';
import t from 'tap';
import { ConfigurationStore } from '#commlink/configuration/configuration-store.ts';
import { completeBlock } from '#commlink/configuration/block-shelf.ts';
import type { WholeBlock } from '#commlink/configuration/blocks/block.ts';
import { decodeManifest } from '#commlink/configuration/blocks/signed-manifest.ts';
import type { Phase } from '#commlink/configuration/protocol/version-message.ts';
import { composeSettingsChange } from '#commlink/operator/compose-settings-change.ts';
import { signDraft } from '#commlink/operator/draft.ts';
import { openConfiguration } from '#commlink/operator/open-configuration.ts';
import { mountMemory } from '../../rig/mounted-memory.ts';
import { plainMethods } from '../../rig/plain-room.ts';
import { allHeard, allInstalled, changePatience, publish, threeNodes, within } from './three-nodes.ts';
import type { ThreeNodes } from './three-nodes.ts';

/** The second version, made and not handed in. */
async function secondVersion({ configured }: ThreeNodes): Promise<WholeBlock> {
  const { manifest: signed, sections } = configured.genesis;
  const { manifest, version } = decodeManifest(signed);
  const { operator: keys } = configured;
  const configuration = await openConfiguration({ manifest, sections, keys });
  const installed = { manifest, version, configuration };
  const edition = { installed, highestSeq: 1, reason: 'A test.', publishedBy: keys.name, nowMs: Date.now() };
  const draft = await composeSettingsChange(edition, {
    ...configuration,
    policy: { ...configuration.policy, patienceMs: 77 },
  });
  const next = signDraft(draft, keys);
  return completeBlock(next.manifest, [...sections, ...next.sections]);
}

type Stand = Phase | 'installed';

/** Puts a member's disk where it may be when the node dies. */
async function stop(
  cluster: ThreeNodes,
  name: string,
  { block, stand }: { block: WholeBlock; stand: Stand },
) {
  const store = new ConfigurationStore(cluster.configured.bootstrap(name).configurationDirectory);
  const { installed } = await store.readRecord();
  await store.writeBlock(block);
  const isInstalled = stand === 'installed';
  await store.writeRecord({
    format: 1,
    incarnation: 1,
    installed: isInstalled ? block.version : installed,
    candidate: isInstalled || stand === 'idle' ? null : block.version,
    phase: isInstalled ? 'idle' : stand,
    declining: stand === 'ready',
  });
}

const stands: Record<string, [db1: Stand, web1: Stand, ftp1: Stand]> = {
  'one of them alone had staged it': ['staged', 'idle', 'idle'],
  'a node that is no anchor alone had staged it': ['idle', 'idle', 'staged'],
  'all had staged it': ['staged', 'staged', 'staged'],
  'some were ready': ['ready', 'staged', 'ready'],
  'all were ready': ['ready', 'ready', 'ready'],
  'the anchor alone had installed it': ['installed', 'ready', 'ready'],
  'one had not installed it': ['installed', 'installed', 'ready'],
};

for (const [what, [db1, web1, ftp1]] of Object.entries(stands))
  t.test(`a change goes on after all nodes died when ${what}`, async (t) => {
    const cluster = await threeNodes(t);
    const block = await secondVersion(cluster);
    await stop(cluster, 'db1', { block, stand: db1 });
    await stop(cluster, 'web1', { block, stand: web1 });
    await stop(cluster, 'ftp1', { block, stand: ftp1 });
    const first = await cluster.start('ftp1');
    if (ftp1 === 'ready') {
      t.equal(first.node.admission.isOpen, false, 'who was READY still declines');
      t.match(
        first.node.status().members.find(({ name }) => name === 'ftp1'),
        { phase: 'ready' },
      );
    }
    const nodes = [first, await cluster.start('db1'), await cluster.start('web1')];
    await allInstalled(nodes, 2);
    t.strictSame(
      nodes.map(({ node }) => node.configuration.policy.patienceMs),
      [77, 77, 77],
    );
    const { seq } = await first.node.commlink.call('web1', plainMethods, 'plain.admit', {});
    t.equal(seq, 2, 'and they admit clients under the same version');
  });

t.test('a full disk refuses a version, and changes nothing', async (t) => {
  const cluster = await threeNodes(t);
  const { configurationDirectory } = cluster.configured.bootstrap('web1');
  const memory = await mountMemory(t, `${cluster.directory}/disk`, 2);
  await cp(configurationDirectory, memory.directory, { recursive: true });
  await rm(`${configurationDirectory}.before`, { recursive: true, force: true });
  await rename(configurationDirectory, `${configurationDirectory}.before`);
  await symlink(memory.directory, configurationDirectory);
  const { db1, web1, ftp1 } = await cluster.startAll();
  memory.fill();
  await t.rejects(publish(cluster, web1, changePatience(9)), { code: 'disk_full' });
  t.equal(db1.node.status().candidate, null, 'nobody hears of it');
  const rejected = t.rejects(publish(cluster, db1, changePatience(9)), { code: 'refused_by_member' });
  await within(5000, 'the others are told', () =>
    db1.node.status().members.some(({ refusal }) => refusal?.code === 'disk_full'),
  );
  t.equal(web1.node.configuration.version.seq, 1);
  await rejected;
  memory.free();
  await allInstalled([db1, web1, ftp1], Number(db1.node.configuration.version.seq));
  await publish(cluster, db1, changePatience(10));
  t.equal(web1.node.configuration.policy.patienceMs, 10);
});

t.test('clients are admitted by all or by none, whatever is under way', async (t) => {
  const cluster = await threeNodes(t);
  const { db1, web1, ftp1 } = await cluster.startAll();
  await allHeard([db1, web1, ftp1]);
  let stopped = false;
  let calls = 0;
  const failures: unknown[] = [];
  const client = (async () => {
    while (!stopped) {
      await ftp1.node.commlink.call('web1', plainMethods, 'plain.admit', {}).then(
        () => (calls += 1),
        (error: unknown) => failures.push(error),
      );
    }
  })();
  for (let round = 1; round <= 5; round += 1) await publish(cluster, db1, changePatience(100 + round));
  stopped = true;
  await client;
  t.strictSame(failures, [], 'a call that was declined is tried again within its deadline');
  t.ok(calls > 5);
});
