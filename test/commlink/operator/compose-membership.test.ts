// Who belongs to the cluster, on paper: invited, let in, made active, evicted, replaced; and what is refused.
import t from 'tap';
import { openNodeSections } from '#commlink/configuration/blocks/open-node-sections.ts';
import { referenceTo } from '#commlink/configuration/blocks/section.ts';
import { createNodeKeys } from '#commlink/node-keys.ts';
import { composeInvitation } from '#commlink/operator/compose-invitation.ts';
import {
  composeActivation,
  composeEviction,
  composeJoin,
  composeReplacement,
} from '#commlink/operator/compose-membership.ts';
import { composeSettingsChange } from '#commlink/operator/compose-settings-change.ts';
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
  webFrontEntry,
} from '../configuration/composed-cluster.ts';
import { dialling, invite, join, withNode, withPatience } from './joined-nodes.ts';

const { operators, keys, genesis } = await makeCluster();
const patient = withPatience(genesis.configuration, 1);

void t.test('a node joins as a learner with its own sections, then becomes active', async (t) => {
  const joined = await join(genesis, { name: 'ftp2', entry: ftpNodeEntry('10.0.0.4'), operators });
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
  const { ticket, block } = await invite(genesis, {
    name: 'ftp2',
    entry: ftpNodeEntry('10.0.0.4'),
    operators,
  });
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
});

void t.test('an invitation that has expired is left out of the next version', async (t) => {
  const { block } = await invite(genesis, { name: 'ftp2', entry: ftpNodeEntry('10.0.0.4'), operators });
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
    const { block } = await join(genesis, {
      name: 'db2',
      entry: dialling(internalDbEntry('10.0.0.5'), 'web1', '10.0.0.2'),
      operators,
    });
    const two = await follow(block, await composeActivation(editionOf(block), { node: 'db2' }), operators);
    await t.rejects(composeEviction(editionOf(two), { nodes: ['db1'] }), { code: 'not_a_successor' });
    const draft = await composeEviction(editionOf(two), { nodes: ['db1'], anchor: 'db2' });
    t.equal((await follow(two, draft, operators)).manifest.anchor, idOf(two, 'db2'));
  },
);

void t.test('a relay does not go before those behind it have another link', async (t) => {
  const direct = dialling(ftpNodeEntry('10.0.0.3'), 'db1', '10.0.0.1');
  const { block, ticket } = await invite(genesis, {
    name: 'web1',
    entry: webFrontEntry('10.0.0.4'),
    operators,
  });
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
  const { block } = await join(genesis, {
    name: 'db2',
    entry: dialling(internalDbEntry('10.0.0.5'), 'web1', '10.0.0.2'),
    operators,
  });
  const change = { nodes: ['ftp1'], anchor: 'db2' };
  await t.rejects(composeEviction(editionOf(block), change), { code: 'malformed' }, 'a learner can’t be it');
  const two = await follow(block, await composeActivation(editionOf(block), { node: 'db2' }), operators);
  await t.rejects(composeEviction(editionOf(two), change), { code: 'not_a_successor' }, 'db1 is still there');
});

void t.test(
  'a machine takes a dead node’s place under its name, with its settings, as a learner',
  async (t) => {
    const { ticket, block } = await invite(genesis, {
      name: 'ftp1',
      entry: ftpNodeEntry('10.0.0.4'),
      operators,
    });
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

void t.test('no key and no password stands in a manifest or in the operators’ section', async (t) => {
  const joined = await join(genesis, { name: 'ftp2', entry: ftpNodeEntry('10.0.0.4'), operators });
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

void t.test('an invitation ends with its contact', async (t) => {
  const newcomer = { name: 'ftp2', entry: ftpNodeEntry('10.0.0.4'), operators, contact: 'ftp1' };
  const { block } = await invite(genesis, newcomer);
  t.equal(block.manifest.invitations.length, 1);
  const draft = await composeEviction(editionOf(block), { nodes: ['ftp1'] });
  t.same((await follow(block, draft, operators)).manifest.invitations, []);
});
