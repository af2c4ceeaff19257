// Three real nodes follow what is published, and what is put into their directories while they are stopped.
import t from 'tap';
import { installStopped, writeGenesis } from '#commlink/configuration/cluster-node.ts';
import { composeSettingsChange } from '#commlink/operator/compose-settings-change.ts';
import { createOperatorKeys } from '#commlink/operator/operator-keys.ts';
import { signDraft } from '#commlink/operator/draft.ts';
import { openConfiguration } from '#commlink/operator/open-configuration.ts';
import { decodeManifest } from '#commlink/configuration/blocks/signed-manifest.ts';
import { allInstalled, changePatience, publish, threeNodes } from './three-nodes.ts';

t.test('a change handed in at any node is in force at all of them', async (t) => {
  const cluster = await threeNodes(t);
  const nodes = await cluster.startAll();
  const all = Object.values(nodes);
  for (const [index, name] of (['ftp1', 'db1', 'web1'] as const).entries()) {
    const startedAtMs = performance.now();
    const patienceMs = 100 * (index + 1);
    await publish(cluster, nodes[name], changePatience(patienceMs));
    await allInstalled(all, index + 2);
    t.comment(`${name}: ${Math.round(performance.now() - startedAtMs)} ms`);
    t.strictSame(
      all.map(({ node }) => node.configuration.policy.patienceMs),
      [patienceMs, patienceMs, patienceMs],
    );
  }
});

t.test('members that are all stopped can be given a version, and go on from it', async (t) => {
  const cluster = await threeNodes(t);
  const { configured } = cluster;
  const { operator: keys } = configured;
  const { sections, manifest: signed } = configured.genesis;
  const { manifest, version } = decodeManifest(signed);
  const configuration = await openConfiguration({ manifest, sections, keys });
  const installed = { manifest, version, configuration };
  const draft = await composeSettingsChange(
    { installed, highestSeq: 1, reason: 'A test.', publishedBy: keys.name, nowMs: Date.now() },
    { ...configuration, policy: { ...configuration.policy, patienceMs: 5 } },
  );
  const next = signDraft(draft, keys);
  const forged = signDraft(draft, createOperatorKeys('stranger'));
  await t.rejects(installStopped(configured.bootstrap('db1'), forged), { code: 'bad_signature' });
  for (const name of configured.names) {
    const bootstrap = configured.bootstrap(name);
    await installStopped(bootstrap, next);
    await installStopped(bootstrap, next);
    await t.rejects(writeGenesis(bootstrap, configured.genesis), { code: 'ALREADY_JOINED' });
  }
  const nodes = Object.values(await cluster.startAll());
  await allInstalled(nodes, 2);
  t.strictSame(
    nodes.map(({ node }) => node.configuration.policy.patienceMs),
    [5, 5, 5],
  );
});
