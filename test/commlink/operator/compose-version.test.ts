// Changes of a cluster on paper: each composed, signed, and checked as a node checks it; and what is refused.
import t from 'tap';
import { openNodeSections } from '#commlink/configuration/blocks/open-node-sections.ts';
import { assertSuccessor } from '#commlink/configuration/blocks/successor.ts';
import { composeIdentity } from '#commlink/operator/compose-identity.ts';
import { composeEviction } from '#commlink/operator/compose-membership.ts';
import { composeOperatorsChange } from '#commlink/operator/compose-operators.ts';
import { composeRollback } from '#commlink/operator/compose-rollback.ts';
import { composeSettingsChange } from '#commlink/operator/compose-settings-change.ts';
import { composeWithdrawal } from '#commlink/operator/compose-withdrawal.ts';
import { openConfiguration } from '#commlink/operator/open-configuration.ts';
import { createOperatorKeys, operatorOf } from '#commlink/operator/operator-keys.ts';
import {
  editionOf,
  follow,
  ftpNodeEntry,
  idOf,
  identityOf,
  keysOf,
  makeCluster,
  nowMs,
  signAll,
} from '../configuration/composed-cluster.ts';
import { dialling, join, withNode, withPatience } from './joined-nodes.ts';

const { operators, keys, genesis } = await makeCluster();
const [operator] = operators as [(typeof operators)[number]];
const patient = withPatience(genesis.configuration, 1);

void t.test('a change of policy seals the configuration anew and nothing else', async (t) => {
  const draft = await composeSettingsChange(editionOf(genesis), patient);
  t.same(
    draft.sections.map(({ recipient, id, seq }) => [recipient, id, seq]),
    [[operator.id, 'configuration', 2]],
  );
  const next = await follow(genesis, draft, operators);
  t.same(next.configuration, patient);
  t.equal(next.manifest.policy.patienceMs, 1);
  const others = next.manifest.sections.filter(({ id }) => id !== 'configuration');
  t.same(
    others,
    genesis.manifest.sections.filter(({ id }) => id !== 'configuration'),
    'carried over verbatim',
  );
});

void t.test('a change of one node’s settings reaches that node', async (t) => {
  const entry = ftpNodeEntry('10.0.0.9');
  const draft = await composeSettingsChange(
    editionOf(genesis),
    withNode(genesis.configuration, 'ftp1', entry),
  );
  t.same(
    new Set(draft.sections.map(({ recipient, id }) => `${recipient} ${id}`)),
    new Set([`${idOf(genesis, 'ftp1')} settings`, `${operator.id} configuration`]),
  );
  const next = await follow(genesis, draft, operators);
  const opened = await openNodeSections({ ...next, keys: keysOf(keys, 'ftp1'), role: 'ftp-node' });
  t.same(opened.settings, entry.settings);
});

void t.test(
  'a link that is dialled anew gets a bag, one that is not dialled any more loses it',
  async (t) => {
    const direct = dialling(ftpNodeEntry('10.0.0.3'), 'db1', '10.0.0.1');
    const draft = await composeSettingsChange(
      editionOf(genesis),
      withNode(genesis.configuration, 'ftp1', direct),
    );
    const next = await follow(genesis, draft, operators);
    const [from, to] = [idOf(genesis, 'ftp1'), idOf(genesis, 'db1')];
    t.same(
      next.manifest.links.find((link) => link.from === from),
      { from, to, accept: [2], send: 2, sendSinceMs: nowMs },
    );
    const opened = await openNodeSections({ ...next, keys: keysOf(keys, 'ftp1'), role: 'ftp-node' });
    t.same(
      opened.bags.map((bag) => [bag.from, bag.to]),
      [[from, to]],
    );
  },
);

void t.test('the installed configuration again is nothing to publish', async (t) => {
  await t.rejects(composeSettingsChange(editionOf(genesis), structuredClone(genesis.configuration)), {
    name: 'ConfigurationError',
    code: 'nothing_to_do',
  });
});

void t.test('settings that can’t work are not composed', async (t) => {
  const entry = ftpNodeEntry('10.0.0.3');
  if (entry.role !== 'ftp-node') throw new Error('unreachable');
  const backwards = {
    ...entry,
    settings: { ...entry.settings, ftp: { ...entry.settings.ftp, passivePorts: { from: 9, to: 8 } } },
  };
  const configuration = withNode(genesis.configuration, 'ftp1', backwards);
  await t.rejects(composeSettingsChange(editionOf(genesis), configuration), { code: 'settings_invalid' });
});

void t.test('a rollback brings settings back, and nobody who left', async (t) => {
  const second = await follow(genesis, await composeSettingsChange(editionOf(genesis), patient), operators);
  const { block } = await join(second, { name: 'ftp2', entry: ftpNodeEntry('10.0.0.4'), operators });
  const next = await follow(block, await composeRollback(editionOf(block), genesis.configuration), operators);
  t.same(next.configuration.policy, genesis.configuration.policy);
  t.same(next.configuration.nodes.ftp2, ftpNodeEntry('10.0.0.4'), 'who has come since keeps its settings');
  const evicted = await follow(
    genesis,
    await composeEviction(editionOf(genesis), { nodes: ['ftp1'] }),
    operators,
  );
  const changed = await follow(
    evicted,
    await composeSettingsChange(editionOf(evicted), withPatience(evicted.configuration, 7)),
    operators,
  );
  const back = await composeRollback(editionOf(changed), genesis.configuration);
  t.same(back.manifest.members, evicted.manifest.members, 'who left stays away');
});

void t.test('a version is withdrawn by its parent’s content under a higher number', async (t) => {
  const refused = await follow(genesis, await composeSettingsChange(editionOf(genesis), patient), operators);
  const draft = await composeWithdrawal(editionOf(genesis), { withdrawn: refused.version });
  t.equal(draft.manifest.seq, 3);
  t.same(draft.manifest.parent, genesis.version);
  t.same(draft.sections, [], 'nothing is new');
  t.same((await follow(genesis, draft, operators)).configuration, genesis.configuration);
});

void t.test('a new certificate is sealed to its node alone', async (t) => {
  const identities = new Map([['web1', identityOf('renewed')]]);
  const draft = await composeIdentity(editionOf(genesis), { identities });
  t.same(
    draft.sections.map(({ recipient, id }) => [recipient, id]),
    [[idOf(genesis, 'web1'), 'identity']],
  );
  const next = await follow(genesis, draft, operators);
  const opened = await openNodeSections({ ...next, keys: keysOf(keys, 'web1'), role: 'web-front' });
  t.same(opened.identity, identityOf('renewed'));
  const unknown = new Map([['web9', identityOf('x')]]);
  await t.rejects(composeIdentity(editionOf(genesis), { identities: unknown }), { code: 'not_a_member' });
});

void t.test(
  'operators come and go by the signature of those before; each can read the configuration',
  async (t) => {
    const [two, three] = [createOperatorKeys('second'), createOperatorKeys('third')];
    const threshold = { threshold: 2, keys: [operator, two, three].map(operatorOf) };
    const change = await composeOperatorsChange(editionOf(genesis), { operators: threshold });
    t.throws(() => assertSuccessor(genesis, signAll(change, [two, three])), { code: 'bad_signature' });
    const shared = await follow(genesis, change, [operator]);
    for (const each of [operator, two, three])
      t.same(await openConfiguration({ ...shared, keys: each }), genesis.configuration);
    const next = await composeOperatorsChange(editionOf(shared), {
      operators: { threshold: 1, keys: [two, three].map(operatorOf) },
    });
    t.throws(() => assertSuccessor(shared, signAll(next, [operator])), { code: 'too_few_signatures' });
    const without = await follow(shared, next, [three, operator]);
    await t.rejects(openConfiguration({ ...without, keys: operator }), { code: 'not_a_member' });
    const last = await composeSettingsChange(editionOf(without), patient);
    t.throws(() => assertSuccessor(without, signAll(last, [operator])), { code: 'bad_signature' });
    t.ok(assertSuccessor(without, signAll(last, [two])));
  },
);

void t.test('operators are not changed to what they are, nor to fewer than must sign', async (t) => {
  const { operators: installed } = genesis.manifest;
  const edition = editionOf(genesis);
  await t.rejects(composeOperatorsChange(edition, { operators: structuredClone(installed) }), {
    code: 'nothing_to_do',
  });
  await t.rejects(composeOperatorsChange(edition, { operators: { ...installed, threshold: 2 } }), {
    code: 'malformed',
  });
});
