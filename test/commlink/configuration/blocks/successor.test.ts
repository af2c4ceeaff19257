// Whether a node takes a version that an operator's tool made: who signed it, what it follows, what it changes.
import t, { type Test } from 'tap';
import type { Manifest, SignedManifest } from '#commlink/configuration/blocks/manifest.ts';
import { sectionPlaces } from '#commlink/configuration/blocks/section-list.ts';
import { assertSuccessor } from '#commlink/configuration/blocks/successor.ts';
import { createNodeKeys } from '#commlink/node-keys.ts';
import { composeRotationStep } from '#commlink/operator/compose-rotation-step.ts';
import { composeSettingsChange } from '#commlink/operator/compose-settings-change.ts';
import { createOperatorKeys, operatorOf } from '#commlink/operator/operator-keys.ts';
import { editionOf, follow, forge, idOf, makeCluster, publicKeysOf, signAll } from '../composed-cluster.ts';

const { operators, genesis } = await makeCluster();
const [operator] = operators as [(typeof operators)[number]];
const patient = { ...genesis.configuration, policy: { ...genesis.configuration.policy, patienceMs: 1 } };
const next = await composeSettingsChange(editionOf(genesis), patient);
const stranger = createOperatorKeys('operator1');
const newcomer = createNodeKeys();
const learner = {
  name: 'web2',
  role: 'web-front' as const,
  id: newcomer.id,
  ...publicKeysOf(newcomer),
  state: 'learner' as const,
};

function refuses(t: Test, signed: SignedManifest, code: string): void {
  t.throws(() => assertSuccessor(genesis, signed), { name: 'ConfigurationError', code });
}

void t.test('takes what an operator signed and what follows the installed version', async (t) => {
  t.same(assertSuccessor(genesis, signAll(next, [operator])), next.manifest);
});

const digestOfNothing = 'A'.repeat(43);
const member = (name: string): Manifest['members'][number] =>
  next.manifest.members.find((each) => each.name === name) as Manifest['members'][number];
const membersWith = (name: string, change: object): Manifest['members'] =>
  next.manifest.members.map((each) => (each.name === name ? { ...each, ...change } : each));
const [link] = next.manifest.links as [Manifest['links'][number]];
const sectionsWith = (id: string, change: object): Manifest['sections'] =>
  next.manifest.sections.map((each) =>
    each.id === id && each.recipient === idOf(genesis, 'web1') ? { ...each, ...change } : each,
  );
const otherSealing = createNodeKeys().sealing.raw;
const dbId = idOf(genesis, 'db1');
const webId = idOf(genesis, 'web1');

/** Signed by the operator, each of them: what its tool must not be able to do. */
const hostileBodies: readonly [what: string, body: unknown, code: string][] = [
  ['another cluster', { ...next.manifest, cluster: 'other' }, 'wrong_cluster'],
  [
    'the same number again',
    { ...next.manifest, seq: 1, parent: null, sections: genesis.manifest.sections },
    'stale',
  ],
  [
    'a parent of another digest',
    { ...next.manifest, parent: { seq: 1, digest: digestOfNothing } },
    'not_a_successor',
  ],
  ['no parent', { ...next.manifest, parent: null }, 'not_a_successor'],
  [
    'a parent that is newer than itself',
    { ...next.manifest, parent: { seq: 9, digest: digestOfNothing } },
    'malformed',
  ],
  ['an unknown format', { ...next.manifest, format: 2 }, 'malformed'],
  ['a member more', { ...next.manifest, admin: true }, 'malformed'],
  ['a number that is none', { ...next.manifest, seq: 1.5 }, 'malformed'],
  ['no body', null, 'malformed'],
  [
    'two members of one name',
    { ...next.manifest, members: membersWith('ftp1', { name: 'web1' }) },
    'malformed',
  ],
  [
    'two members of one id',
    { ...next.manifest, members: [...next.manifest.members, { ...member('web1'), name: 'web2' }] },
    'malformed',
  ],
  [
    'an id that is no thumbprint',
    { ...next.manifest, members: membersWith('web1', { id: digestOfNothing }) },
    'malformed',
  ],
  [
    'a signing key that is not of the id',
    { ...next.manifest, members: membersWith('web1', { signingKey: newcomer.signing.raw }) },
    'malformed',
  ],
  [
    'a sealing key that was changed',
    { ...next.manifest, members: membersWith('web1', { sealingKey: otherSealing }) },
    'not_a_successor',
  ],
  [
    'a sealing key of another member',
    { ...next.manifest, members: membersWith('web1', { sealingKey: member('db1').sealingKey }) },
    'malformed',
  ],
  [
    'another role',
    { ...next.manifest, members: membersWith('web1', { role: 'ftp-node' }) },
    'not_a_successor',
  ],
  ['another name', { ...next.manifest, members: membersWith('web1', { name: 'web9' }) }, 'not_a_successor'],
  [
    'an active member that becomes a learner',
    {
      ...next.manifest,
      members: membersWith('ftp1', { state: 'learner' }),
      barrier: next.manifest.barrier.filter((id) => id !== idOf(genesis, 'ftp1')),
    },
    'not_a_successor',
  ],
  [
    'a new member without sections',
    { ...next.manifest, members: [...next.manifest.members, learner] },
    'malformed',
  ],
  ['an anchor that is nobody', { ...next.manifest, anchor: newcomer.id }, 'malformed'],
  ['an anchor that is no internal-db', { ...next.manifest, anchor: webId }, 'malformed'],
  [
    'a barrier without the anchor',
    { ...next.manifest, barrier: next.manifest.barrier.filter((id) => id !== dbId) },
    'malformed',
  ],
  [
    'a barrier without a member that stays',
    { ...next.manifest, barrier: next.manifest.barrier.filter((id) => id !== webId) },
    'not_a_successor',
  ],
  [
    'a barrier with a stranger',
    { ...next.manifest, barrier: [...next.manifest.barrier, newcomer.id] },
    'malformed',
  ],
  [
    'a barrier with somebody twice',
    { ...next.manifest, barrier: [...next.manifest.barrier, dbId] },
    'malformed',
  ],
  ['an empty barrier', { ...next.manifest, barrier: [] }, 'malformed'],
  [
    'more signatures asked for than there are operators',
    { ...next.manifest, operators: { ...next.manifest.operators, threshold: 2 } },
    'malformed',
  ],
  [
    'an operator twice',
    { ...next.manifest, operators: { threshold: 1, keys: [operatorOf(operator), operatorOf(operator)] } },
    'malformed',
  ],
  [
    'an operator who is a member',
    {
      ...next.manifest,
      operators: {
        threshold: 1,
        keys: [
          {
            ...operatorOf(operator),
            id: webId,
            signingKey: member('web1').signingKey,
            sealingKey: member('web1').sealingKey,
          },
        ],
      },
    },
    'malformed',
  ],
  [
    'an operator without the configuration',
    {
      ...next.manifest,
      operators: {
        threshold: 1,
        keys: [operatorOf(operator), operatorOf(stranger)].map((each, index) => ({
          ...each,
          name: `o${index}`,
        })),
      },
    },
    'malformed',
  ],
  [
    'a link to nobody',
    { ...next.manifest, links: [{ ...link, to: newcomer.id }, ...next.manifest.links.slice(1)] },
    'malformed',
  ],
  [
    'a link of a node to itself',
    { ...next.manifest, links: [{ ...link, to: link.from }, ...next.manifest.links.slice(1)] },
    'malformed',
  ],
  ['a link twice', { ...next.manifest, links: [...next.manifest.links, link] }, 'malformed'],
  [
    'a generation to send that is not accepted',
    { ...next.manifest, links: [{ ...link, send: 2 }, ...next.manifest.links.slice(1)] },
    'malformed',
  ],
  [
    'a generation from the future',
    { ...next.manifest, links: [{ ...link, accept: [1, 7] }, ...next.manifest.links.slice(1)] },
    'malformed',
  ],
  [
    'generations out of order',
    { ...next.manifest, links: [{ ...link, accept: [2, 1] }, ...next.manifest.links.slice(1)] },
    'malformed',
  ],
  [
    'a bag that is not there',
    { ...next.manifest, links: [{ ...link, accept: [1, 2] }, ...next.manifest.links.slice(1)] },
    'malformed',
  ],
  ['a section less', { ...next.manifest, sections: next.manifest.sections.slice(1) }, 'malformed'],
  [
    'a section twice',
    { ...next.manifest, sections: [...next.manifest.sections, next.manifest.sections[0]] },
    'malformed',
  ],
  [
    'a section for a stranger',
    {
      ...next.manifest,
      sections: [
        ...next.manifest.sections,
        { recipient: newcomer.id, id: 'settings', seq: 2, digest: digestOfNothing },
      ],
    },
    'malformed',
  ],
  [
    'a section that was carried over changed',
    { ...next.manifest, sections: sectionsWith('settings', { digest: digestOfNothing }) },
    'not_a_successor',
  ],
  [
    'a section of a later version',
    { ...next.manifest, sections: sectionsWith('settings', { seq: 3 }) },
    'malformed',
  ],
  [
    'an invitation whose contact is no member',
    {
      ...next.manifest,
      invitations: [
        { ticket: 'A'.repeat(22), name: 'web2', role: 'web-front', contact: newcomer.id, expiresAtMs: 1 },
      ],
    },
    'malformed',
  ],
];
for (const [what, body, code] of hostileBodies)
  void t.test(`refuses ${what}`, async (t) => refuses(t, forge(body, [operator]), code));

void t.test('refuses a newcomer that is active at once', async (t) => {
  const places = ['settings', 'identity'].map((id) => ({
    recipient: learner.id,
    id,
    seq: 2,
    digest: digestOfNothing,
  }));
  const body = (state: string): unknown => ({
    ...next.manifest,
    members: [...next.manifest.members, { ...learner, state }],
    sections: [...next.manifest.sections, ...places],
  });
  refuses(t, forge(body('active'), [operator]), 'not_a_successor');
  t.ok(assertSuccessor(genesis, forge(body('learner'), [operator])), 'as a learner it may come');
});

void t.test('refuses what was installed before: replayed, or from before that', async (t) => {
  const second = await follow(genesis, next, [operator]);
  const third = await follow(second, await composeRotationStep(editionOf(second), { step: 'accept' }), [
    operator,
  ]);
  for (const old of [genesis, second, third])
    t.throws(() => assertSuccessor(third, old.signed), { code: 'stale' });
  const sibling = await composeSettingsChange(editionOf(genesis, { highestSeq: 8 }), patient);
  t.throws(() => assertSuccessor(third, signAll(sibling, [operator])), { code: 'not_a_successor' });
});

void t.test('refuses a rotation that would cut a link between two installs', async (t) => {
  const accepting = await follow(genesis, await composeRotationStep(editionOf(genesis), { step: 'accept' }), [
    operator,
  ]);
  const sending = await follow(accepting, await composeRotationStep(editionOf(accepting), { step: 'send' }), [
    operator,
  ]);
  const hurried = (
    parent: typeof genesis,
    change: Partial<Manifest['links'][number]>,
    seq: number,
  ): SignedManifest => {
    const links = parent.manifest.links.map((each) => ({ ...each, ...change }));
    const dropped = parent.manifest.sections.filter(
      ({ id }) =>
        !id.startsWith('bag.') || links.some(({ accept }) => accept.includes(Number(id.split('.')[3]))),
    );
    return forge({ ...parent.manifest, seq, parent: parent.version, links, sections: dropped }, [operator]);
  };
  t.throws(() => assertSuccessor(accepting, hurried(accepting, { accept: [2], send: 2 }, 3)), {
    code: 'link_cut',
  });
  t.throws(() => assertSuccessor(sending, hurried(sending, { accept: [1], send: 1 }, 4)), {
    code: 'link_cut',
  });
  t.ok(assertSuccessor(accepting, hurried(accepting, { send: 2 }, 3)), 'in its own time it goes');
  t.ok(assertSuccessor(sending, hurried(sending, { accept: [2], send: 2 }, 4)));
});

void t.test('refuses a generation that is made and sent at once', async (t) => {
  const links = genesis.manifest.links.map((each) => ({ ...each, accept: [1, 2], send: 2 }));
  refuses(t, forge(withBags(genesis.manifest, links, 2), [operator]), 'link_cut');
  const patiently = links.map((each) => ({ ...each, send: 1 }));
  t.ok(assertSuccessor(genesis, forge(withBags(genesis.manifest, patiently, 2), [operator])));
});

void t.test('refuses a generation that was retired, and generations out of order', async (t) => {
  const accepting = await follow(genesis, await composeRotationStep(editionOf(genesis), { step: 'accept' }), [
    operator,
  ]);
  const child = (parent: typeof genesis, accept: number[]): SignedManifest => {
    const links = parent.manifest.links.map((each) => ({ ...each, accept }));
    return forge({ ...withBags(parent.manifest, links, parent.version.seq + 1), parent: parent.version }, [
      operator,
    ]);
  };
  t.throws(() => assertSuccessor(accepting, child(accepting, [2, 1])), { code: 'malformed' });
  const sending = await follow(accepting, await composeRotationStep(editionOf(accepting), { step: 'send' }), [
    operator,
  ]);
  const rotated = await follow(sending, await composeRotationStep(editionOf(sending), { step: 'retire' }), [
    operator,
  ]);
  t.throws(() => assertSuccessor(rotated, child(rotated, [1, 2])), { code: 'not_a_successor' });
  t.ok(assertSuccessor(rotated, child(rotated, [2, 5])));
});

/** A body with these links and, for each generation, the sections that belong to it; new ones with an empty digest. */
function withBags(manifest: Manifest, links: Manifest['links'], seq: number): Manifest {
  const known = new Map(manifest.sections.map((each) => [`${each.recipient}|${each.id}`, each]));
  const sections = sectionPlaces({ ...manifest, links }).map(
    (place) => known.get(`${place.recipient}|${place.id}`) ?? { ...place, seq, digest: digestOfNothing },
  );
  return { ...manifest, seq, parent: genesis.version, links, sections };
}
