// A node's own part of a version: what it gets, and what it refuses to be.
import t from 'tap';
import type { SealedSection } from '#commlink/configuration/blocks/manifest.ts';
import { openNodeSections } from '#commlink/configuration/blocks/open-node-sections.ts';
import { referenceTo, sealSection } from '#commlink/configuration/blocks/section.ts';
import { createNodeKeys } from '#commlink/node-keys.ts';
import { composeInvitation } from '#commlink/operator/compose-invitation.ts';
import { composeRotationStep } from '#commlink/operator/compose-rotation-step.ts';
import { createTicketSecret } from '#commlink/operator/join-ticket.ts';
import { editionOf, follow, idOf, identityOf, keysOf, makeCluster, nowMs } from '../composed-cluster.ts';

const { operators, keys, genesis } = await makeCluster();
const web1 = keysOf(keys, 'web1');

/** The genesis with web1's section `id` replaced by another content, properly sealed and named. */
async function withContent(
  id: string,
  plaintext: object,
): Promise<Pick<typeof genesis, 'manifest' | 'sections'>> {
  const recipient = { id: web1.id, sealingKey: web1.sealing.raw };
  const made = await sealSection({ cluster: genesis.manifest.cluster, recipient, id, seq: 1, plaintext });
  const isIt = (each: { recipient: string; id: string }): boolean =>
    each.recipient === web1.id && each.id === id;
  const sections = genesis.sections.map((each) => (isIt(each) ? made : each));
  return { manifest: { ...genesis.manifest, sections: sections.map(referenceTo) }, sections };
}

void t.test('a node gets its settings, its identity and the bags of its links', async (t) => {
  const opened = await openNodeSections({ ...genesis, keys: web1, role: 'web-front' });
  t.same(opened.settings, genesis.configuration.nodes.web1?.settings);
  t.same(opened.identity, identityOf('web1'));
  t.equal(opened.member.name, 'web1');
  t.same(opened.invitations, []);
  t.same(
    opened.bags.map(({ from, to, sendGeneration }) => [from, to, sendGeneration]),
    [
      [web1.id, idOf(genesis, 'db1'), 1],
      [idOf(genesis, 'ftp1'), web1.id, 1],
    ],
  );
  for (const { generations } of opened.bags) t.equal(generations[0]?.keys.length, 127);
});

void t.test('both ends of a link get the same keys, and the third node none of them', async (t) => {
  const [web, db, ftp] = await Promise.all([
    openNodeSections({ ...genesis, keys: web1, role: 'web-front' }),
    openNodeSections({ ...genesis, keys: keysOf(keys, 'db1'), role: 'internal-db' }),
    openNodeSections({ ...genesis, keys: keysOf(keys, 'ftp1'), role: 'ftp-node' }),
  ]);
  t.same(db.bags, [web.bags[0]]);
  t.same(ftp.bags, [web.bags[1]]);
  t.notSame(web.bags[0]?.generations, web.bags[1]?.generations);
  const raw = web.bags.flatMap(({ generations }) => generations.flatMap((each) => each.keys));
  t.equal(new Set(raw.map((key) => key.toString('hex'))).size, 254);
});

void t.test('its own sections are enough, and one of them less is not', async (t) => {
  const own = genesis.sections.filter(({ recipient }) => recipient === web1.id);
  const { manifest } = genesis;
  t.ok(await openNodeSections({ manifest, sections: own, keys: web1, role: 'web-front' }));
  for (const index of own.keys()) {
    const sections = own.toSpliced(index, 1);
    await t.rejects(openNodeSections({ manifest, sections, keys: web1, role: 'web-front' }), {
      code: 'missing_section',
    });
  }
});

void t.test('refuses to be another node', async (t) => {
  const refused = (request: object): Promise<unknown> =>
    t.rejects(openNodeSections({ ...genesis, keys: web1, role: 'web-front', ...request }), {
      code: 'not_a_member',
    });
  await refused({ role: 'ftp-node' });
  await refused({ keys: createNodeKeys() });
  await refused({ keys: { ...web1, sealing: createNodeKeys().sealing } });
});

void t.test('a section of another node, put in the place of its own, does not open', async (t) => {
  const theirs = genesis.sections.find(
    ({ recipient, id }) => recipient === idOf(genesis, 'ftp1') && id === 'settings',
  ) as SealedSection;
  const planted = { ...theirs, recipient: web1.id };
  const sections = genesis.sections.map((each) =>
    each.recipient === web1.id && each.id === 'settings' ? planted : each,
  );
  const manifest = { ...genesis.manifest, sections: sections.map(referenceTo) };
  await t.rejects(openNodeSections({ manifest, sections, keys: web1, role: 'web-front' }), {
    code: 'foreign_section',
  });
});

const hostileContents: readonly [what: string, id: string, content: object, code: string][] = [
  [
    'settings of another role',
    'settings',
    genesis.configuration.nodes.ftp1?.settings ?? {},
    'settings_invalid',
  ],
  [
    'settings with a member more',
    'settings',
    { ...genesis.configuration.nodes.web1?.settings, a: 1 },
    'settings_invalid',
  ],
  ['no settings', 'settings', [], 'settings_invalid'],
  ['an identity without a key', 'identity', { ...identityOf('web1'), privateKey: '' }, 'damaged_section'],
  [
    'a bag with an even number of keys',
    `bag.${web1.id}.${idOf(genesis, 'db1')}.1`,
    { keys: Array.from({ length: 126 }, () => 'A'.repeat(43)) },
    'damaged_section',
  ],
  [
    'a bag of short keys',
    `bag.${web1.id}.${idOf(genesis, 'db1')}.1`,
    { keys: ['A', 'B', 'C'] },
    'damaged_section',
  ],
  ['an empty bag', `bag.${web1.id}.${idOf(genesis, 'db1')}.1`, { keys: [] }, 'damaged_section'],
];
for (const [what, id, content, code] of hostileContents)
  void t.test(`refuses ${what}, signed or not`, async (t) => {
    const block = await withContent(id, content);
    await t.rejects(openNodeSections({ ...block, keys: web1, role: 'web-front' }), { code });
  });

void t.test('refuses to dial where it has no link', async (t) => {
  const settings = genesis.configuration.nodes.web1?.settings;
  const dial = [{ peer: 'ftp1', host: '10.0.0.3', port: 7001, connections: 1 }];
  const block = await withContent('settings', { ...settings, links: { ...settings?.links, dial } });
  await t.rejects(openNodeSections({ ...block, keys: web1, role: 'web-front' }), {
    code: 'settings_invalid',
  });
});

void t.test('while a rotation goes on a bag holds both generations', async (t) => {
  const draft = await composeRotationStep(editionOf(genesis), { step: 'accept' });
  const second = await follow(genesis, draft, operators);
  const before = await openNodeSections({ ...genesis, keys: web1, role: 'web-front' });
  const { bags } = await openNodeSections({ ...second, keys: web1, role: 'web-front' });
  t.same(
    bags.map(({ sendGeneration, generations }) => [
      sendGeneration,
      generations.map((each) => each.generation),
    ]),
    [
      [1, [1, 2]],
      [1, [1, 2]],
    ],
  );
  t.same(bags[0]?.generations[0], before.bags[0]?.generations[0], 'the old keys are carried over');
  t.notSame(bags[0]?.generations[1]?.keys, bags[0]?.generations[0]?.keys);
});

void t.test('an invitation’s secret reaches its contact alone', async (t) => {
  const { ticket, secret } = createTicketSecret();
  const invitation = {
    ticket,
    name: 'web2',
    role: 'web-front' as const,
    contact: idOf(genesis, 'db1'),
    expiresAtMs: nowMs + 1000,
  };
  const draft = await composeInvitation(editionOf(genesis), { invitation, secret });
  const second = await follow(genesis, draft, operators);
  const contact = await openNodeSections({ ...second, keys: keysOf(keys, 'db1'), role: 'internal-db' });
  t.same(contact.invitations, [{ ...invitation, secret }]);
  t.same((await openNodeSections({ ...second, keys: web1, role: 'web-front' })).invitations, []);
  t.notMatch(JSON.stringify([second.signed, second.sections]), secret);
});
