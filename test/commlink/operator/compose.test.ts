// Changes of a cluster on paper: each composed, signed, and checked as a node checks it; and what is refused.
import t from 'tap';
import { openNodeSections } from '#commlink/configuration/open-node-sections.ts';
import { referenceTo } from '#commlink/configuration/section.ts';
import { assertSuccessor } from '#commlink/configuration/successor.ts';
import { createNodeKeys } from '#commlink/node-keys.ts';
import { composeIdentity } from '#commlink/operator/compose-identity.ts';
import { composeInvitation, composeInvitationEnd } from '#commlink/operator/compose-invitation.ts';
import {
  composeActivation,
  composeEviction,
  composeJoin,
  composeReplacement,
} from '#commlink/operator/compose-membership.ts';
import { composeOperatorsChange } from '#commlink/operator/compose-operators.ts';
import { composeRollback } from '#commlink/operator/compose-rollback.ts';
import { composeSettingsChange } from '#commlink/operator/compose-settings-change.ts';
import { composeWithdrawal } from '#commlink/operator/compose-withdrawal.ts';
import { createTicketSecret } from '#commlink/operator/join-ticket.ts';
import { openConfiguration } from '#commlink/operator/open-configuration.ts';
import { createOperatorKeys, operatorOf } from '#commlink/operator/operator-keys.ts';
import type { ClusterConfiguration, NodeEntry } from '#commlink/settings/cluster-configuration.ts';
import {
  editionOf,
  follow,
  ftpNodeEntry,
  idOf,
  identityOf,
  internalDbEntry,
  joinRequest,
  keysOf,
  makeCluster,
  nowMs,
  signAll,
  type HeldBlock,
} from '../configuration/composed-cluster.ts';

const { operators, keys, genesis } = await makeCluster();
const [operator] = operators as [(typeof operators)[number]];
const patient = withPolicy(genesis.configuration, 1);

function withPolicy(configuration: ClusterConfiguration, patienceMs: number): ClusterConfiguration {
  return { ...configuration, policy: { ...configuration.policy, patienceMs } };
}

function withNode(configuration: ClusterConfiguration, name: string, entry: NodeEntry): ClusterConfiguration {
  return { ...configuration, nodes: { ...configuration.nodes, [name]: entry } };
}

/** Invites `name` on `block`, with db1 as the contact. */
async function invite(block: HeldBlock, name: string, role: NodeEntry['role']) {
  const { ticket, secret } = createTicketSecret();
  const invitation = { ticket, name, role, contact: idOf(block, 'db1'), expiresAtMs: nowMs + 1000 };
  const draft = await composeInvitation(editionOf(block), { invitation, secret });
  return { ticket, block: await follow(block, draft, operators) };
}

/** Invites and lets in ftp2 with these settings; a learner afterwards. */
async function join(block: HeldBlock, name: string, entry: NodeEntry) {
  const nodeKeys = createNodeKeys();
  const invited = await invite(block, name, entry.role);
  const draft = await composeJoin(editionOf(invited.block), {
    request: joinRequest(nodeKeys, { ticket: invited.ticket, name, role: entry.role }),
    identity: identityOf(name),
    configuration: withNode(invited.block.configuration, name, entry),
  });
  return { keys: nodeKeys, draft, block: await follow(invited.block, draft, operators) };
}

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
    const dial = [{ peer: 'db1', host: '10.0.0.1', port: 7001, connections: 1 }];
    const entry = ftpNodeEntry('10.0.0.3');
    const direct = {
      ...entry,
      settings: { ...entry.settings, links: { ...entry.settings.links, dial } },
    } as NodeEntry;
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
  const { block } = await join(second, 'ftp2', ftpNodeEntry('10.0.0.4'));
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
    await composeSettingsChange(editionOf(evicted), withPolicy(evicted.configuration, 7)),
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

void t.test('a node joins as a learner with its own sections, then becomes active', async (t) => {
  const joined = await join(genesis, 'ftp2', ftpNodeEntry('10.0.0.4'));
  const { manifest } = joined.block;
  t.equal(manifest.members.at(-1)?.state, 'learner');
  t.same(manifest.invitations, [], 'its ticket is used up');
  t.notOk(manifest.barrier.includes(joined.keys.id), 'nobody waits for it');
  const opened = await openNodeSections({ ...joined.block, keys: joined.keys, role: 'ftp-node' });
  t.same(opened.identity, identityOf('ftp2'));
  t.same(
    opened.bags.map(({ to }) => to),
    [idOf(genesis, 'web1')],
  );
  const peer = await openNodeSections({ ...joined.block, keys: keysOf(keys, 'web1'), role: 'web-front' });
  t.equal(peer.bags.length, 3, 'the other end has the bag too');
  const active = await composeActivation(editionOf(joined.block), { node: 'ftp2' });
  t.same(active.sections, []);
  const block = await follow(joined.block, active, operators);
  t.equal(block.manifest.members.at(-1)?.state, 'active');
  t.notOk(block.manifest.barrier.includes(joined.keys.id), 'it was not active in the version before');
  await t.rejects(composeActivation(editionOf(block), { node: 'ftp2' }), { code: 'nothing_to_do' });
  await t.rejects(composeActivation(editionOf(block), { node: 'ftp9' }), { code: 'not_a_member' });
});

void t.test('nobody joins without an open invitation for the name and role', async (t) => {
  const { ticket, block } = await invite(genesis, 'ftp2', 'ftp-node');
  const refused = async (change: object, code = 'ticket_invalid', at = nowMs): Promise<void> => {
    const request = joinRequest(createNodeKeys(), { ticket, name: 'ftp2', role: 'ftp-node', ...change });
    const configuration = withNode(block.configuration, 'ftp2', ftpNodeEntry('10.0.0.4'));
    const joining = { request, identity: identityOf('ftp2'), configuration };
    await t.rejects(composeJoin(editionOf(block, { nowMs: at }), joining), { code });
  };
  await refused({ ticket: 'A'.repeat(22) });
  await refused({ name: 'ftp3' });
  await refused({ role: 'web-front' });
  await refused({ name: 'ftp1' }, 'not_a_successor');
  const ended = await composeInvitationEnd(editionOf(block), { ticket });
  t.same(ended.manifest.invitations, []);
  await t.rejects(composeInvitationEnd(editionOf(genesis), { ticket }), { code: 'nothing_to_do' });
});

void t.test('an invitation that has expired is left out of the next version', async (t) => {
  const { block } = await invite(genesis, 'ftp2', 'ftp-node');
  const later = editionOf(block, { nowMs: nowMs + 1000 });
  const draft = await composeSettingsChange(later, patient);
  t.same(draft.manifest.invitations, []);
  t.ok(await follow(block, draft, operators));
});

void t.test('an evicted node loses its place, its links and its sections; nobody waits for it', async (t) => {
  const id = idOf(genesis, 'ftp1');
  const draft = await composeEviction(editionOf(genesis), { nodes: ['ftp1'] });
  const next = await follow(genesis, draft, operators);
  t.notMatch(JSON.stringify(next.manifest), id);
  t.same(next.manifest.barrier, [idOf(genesis, 'db1'), idOf(genesis, 'web1')]);
  t.notOk('ftp1' in next.configuration.nodes);
  await t.rejects(composeEviction(editionOf(next), { nodes: ['ftp1'] }), { code: 'not_a_member' });
});

void t.test(
  'refuses an eviction that would leave others without a link, or the cluster without an anchor',
  async (t) => {
    const edition = editionOf(genesis);
    await t.rejects(composeEviction(edition, { nodes: ['web1'] }), { code: 'settings_invalid' });
    t.ok(await composeEviction(edition, { nodes: ['web1', 'ftp1'] }), 'together they may go');
    await t.rejects(composeEviction(edition, { nodes: ['db1'] }), { code: 'not_a_successor' });
    const { block } = await join(genesis, 'db2', dbDialling('10.0.0.5', 'web1'));
    const two = await follow(block, await composeActivation(editionOf(block), { node: 'db2' }), operators);
    await t.rejects(composeEviction(editionOf(two), { nodes: ['db1'] }), { code: 'not_a_successor' });
    const draft = await composeEviction(editionOf(two), { nodes: ['db1'], anchor: 'db2' });
    t.equal((await follow(two, draft, operators)).manifest.anchor, idOf(two, 'db2'));
  },
);

void t.test('a relay does not go before those behind it have another link', async (t) => {
  const dial = [{ peer: 'db1', host: '10.0.0.1', port: 7001, connections: 1 }];
  const entry = ftpNodeEntry('10.0.0.3');
  const direct = {
    ...entry,
    settings: { ...entry.settings, links: { ...entry.settings.links, dial } },
  } as NodeEntry;
  const { block, ticket } = await invite(genesis, 'web1', 'web-front');
  const request = joinRequest(createNodeKeys(), { ticket, name: 'web1', role: 'web-front' });
  const replacement = {
    request,
    identity: identityOf('web1'),
    configuration: withNode(block.configuration, 'ftp1', direct),
  };
  await t.rejects(composeReplacement(editionOf(block), replacement), { code: 'link_cut' });
  const draft = await composeSettingsChange(editionOf(block), replacement.configuration);
  const linked = await follow(block, draft, operators);
  t.ok(await follow(linked, await composeReplacement(editionOf(linked), replacement), operators));
});

void t.test('the anchor changes only when it goes', async (t) => {
  const { block } = await join(genesis, 'db2', dbDialling('10.0.0.5', 'web1'));
  const change = { nodes: ['ftp1'], anchor: 'db2' };
  await t.rejects(composeEviction(editionOf(block), change), { code: 'malformed' }, 'a learner can’t be it');
  const two = await follow(block, await composeActivation(editionOf(block), { node: 'db2' }), operators);
  await t.rejects(composeEviction(editionOf(two), change), { code: 'not_a_successor' }, 'db1 is still there');
});

void t.test(
  'a machine takes a dead node’s place under its name, with its settings, as a learner',
  async (t) => {
    const { ticket, block } = await invite(genesis, 'ftp1', 'ftp-node');
    const nodeKeys = createNodeKeys();
    const request = joinRequest(nodeKeys, { ticket, name: 'ftp1', role: 'ftp-node' });
    const draft = await composeReplacement(editionOf(block), { request, identity: identityOf('new') });
    const next = await follow(block, draft, operators);
    t.equal(idOf(next, 'ftp1'), nodeKeys.id);
    t.equal(next.manifest.members.find(({ name }) => name === 'ftp1')?.state, 'learner');
    t.notMatch(JSON.stringify(next.manifest), idOf(genesis, 'ftp1'));
    const opened = await openNodeSections({ ...next, keys: nodeKeys, role: 'ftp-node' });
    t.same(opened.settings, genesis.configuration.nodes.ftp1?.settings);
    t.same(opened.identity, identityOf('new'));
    t.same(
      opened.bags[0]?.generations.map(({ generation }) => generation),
      [3],
      'and new keys for its links',
    );
  },
);

void t.test('the anchor is not replaced while it is the anchor', async (t) => {
  const request = joinRequest(createNodeKeys(), { ticket: 'A'.repeat(22), name: 'db1', role: 'internal-db' });
  await t.rejects(composeReplacement(editionOf(genesis), { request, identity: identityOf('x') }), {
    code: 'not_a_successor',
  });
});

void t.test('an invitation under a member’s name is for its role, and not through itself', async (t) => {
  const invitation = {
    ticket: 'A'.repeat(22),
    name: 'web1',
    contact: idOf(genesis, 'db1'),
    expiresAtMs: nowMs + 1,
  };
  const secret = 'A'.repeat(43);
  const refused = (change: object): Promise<unknown> =>
    t.rejects(
      composeInvitation(editionOf(genesis), {
        invitation: { ...invitation, role: 'web-front', ...change },
        secret,
      }),
      { code: 'not_a_successor' },
    );
  await refused({ role: 'ftp-node' });
  await refused({ contact: idOf(genesis, 'web1') });
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

void t.test('no key and no password stands in a manifest or in the operators’ section', async (t) => {
  const joined = await join(genesis, 'ftp2', ftpNodeEntry('10.0.0.4'));
  const text = JSON.stringify([joined.block.manifest, joined.block.configuration]);
  const opened = await openNodeSections({ ...joined.block, keys: joined.keys, role: 'ftp-node' });
  const secrets = opened.bags.flatMap(({ generations }) => generations.flatMap((each) => each.keys));
  for (const secret of secrets) t.notOk(text.includes(secret.toString('base64url')));
  t.notMatch(text, 'key of ftp2');
  t.same(
    joined.draft.sections.map(referenceTo),
    joined.block.manifest.sections.filter(({ seq }) => seq === 3),
  );
});

function dbDialling(host: string, peer: string): NodeEntry {
  const entry = internalDbEntry(host);
  const dial = [{ peer, host: '10.0.0.2', port: 7001, connections: 1 }];
  return { ...entry, settings: { ...entry.settings, links: { ...entry.settings.links, dial } } } as NodeEntry;
}
