// Who signed a version, and how its text is spelt: what a node looks at before it reads it. And the first version of all.
import t, { type Test } from 'tap';
import type { Manifest, SignedManifest } from '#commlink/configuration/blocks/manifest.ts';
import { signManifest, withSignature } from '#commlink/configuration/blocks/signed-manifest.ts';
import { assertGenesis, assertSuccessor } from '#commlink/configuration/blocks/successor.ts';
import { createNodeKeys } from '#commlink/node-keys.ts';
import { composeSettingsChange } from '#commlink/operator/compose-settings-change.ts';
import { createOperatorKeys } from '#commlink/operator/operator-keys.ts';
import { editionOf, forge, makeCluster, signAll } from '../composed-cluster.ts';

const { operators, genesis } = await makeCluster();
const [operator] = operators as [(typeof operators)[number]];
const patient = { ...genesis.configuration, policy: { ...genesis.configuration.policy, patienceMs: 1 } };
const next = await composeSettingsChange(editionOf(genesis), patient);
const stranger = createOperatorKeys('operator1');
const newcomer = createNodeKeys();

function refuses(t: Test, signed: SignedManifest, code: string): void {
  t.throws(() => assertSuccessor(genesis, signed), { name: 'ConfigurationError', code });
}

void t.test('the first version is one that its own operators signed', async (t) => {
  t.same(assertGenesis(genesis.signed).version, genesis.version);
  t.throws(() => assertGenesis(forge(genesis.manifest, [stranger])), { code: 'bad_signature' });
  t.throws(() => assertGenesis(signAll(next, [operator])), { code: 'not_a_successor' });
});

const first = genesis.manifest;
const changedFirst = (change: Partial<Manifest['members'][number]>): Manifest['members'] =>
  first.members.map((each) => (each.name === 'ftp1' ? { ...each, ...change } : each));
const ftpSealingKey = first.members.find(({ name }) => name === 'ftp1')?.sealingKey ?? '';
const laterBags = JSON.parse(
  JSON.stringify(first.sections).replaceAll(/(bag\.[^"]*)\.1"/g, '$1.9"'),
) as unknown;
const hostileFirsts: readonly [what: string, body: unknown][] = [
  ['with a member that it does not ask', { ...first, barrier: first.barrier.slice(0, 2) }],
  [
    'with a learner',
    { ...first, members: changedFirst({ state: 'learner' }), barrier: first.barrier.slice(0, 2) },
  ],
  [
    'with a key spelt otherwise',
    { ...first, members: changedFirst({ sealingKey: lastTwin(ftpSealingKey) }) },
  ],
  [
    'with key generations of a later one',
    { ...first, links: first.links.map((each) => ({ ...each, accept: [9], send: 9 })), sections: laterBags },
  ],
];
for (const [what, body] of hostileFirsts)
  void t.test(`refuses a first version ${what}`, async (t) => {
    t.throws(() => assertGenesis(forge(body, [operator])), { code: 'malformed' });
  });

const signedNext = signAll(next, [operator]);
const [signature] = signedNext.signatures as [SignedManifest['signatures'][number]];
const respelt = respell(signedNext);
const hostileSignatures: readonly [what: string, signed: SignedManifest, code: string][] = [
  ['nobody signed', { ...signedNext, signatures: [] }, 'too_few_signatures'],
  ['a stranger signed, under the operator’s name', forge(next.manifest, [stranger]), 'bad_signature'],
  [
    'a stranger signed, under the operator’s id',
    { ...signedNext, signatures: [{ ...signManifest(signedNext.payload, stranger), operator: operator.id }] },
    'bad_signature',
  ],
  ['a member signed', forge(next.manifest, [{ name: 'db1', ...newcomer }]), 'bad_signature'],
  [
    'the signature is of another version',
    { ...signedNext, signatures: genesis.signed.signatures },
    'bad_signature',
  ],
  [
    'the signature is spelt otherwise',
    { ...signedNext, signatures: [{ ...signature, signature: lastTwin(signature.signature) }] },
    'bad_signature',
  ],
  ['a stranger signed beside the operator', signAll(next, [operator, stranger]), 'bad_signature'],
  ['the text is spelt otherwise', respelt, 'malformed'],
  ['the text is over the limit', { ...signedNext, payload: 'A'.repeat(6_000_001) }, 'malformed'],
  ['there are members more', { ...signedNext, note: 'x' } as SignedManifest, 'malformed'],
];
for (const [what, signed, code] of hostileSignatures)
  void t.test(`refuses a version when ${what}`, async (t) => refuses(t, signed, code));

void t.test('two of three operators must sign, two different ones', async (t) => {
  const three = await makeCluster({ operators: 3, threshold: 2 });
  const [one, two, other] = three.operators as [typeof operator, typeof operator, typeof operator];
  const draft = await composeSettingsChange(editionOf(three.genesis), patient);
  const refusesOf = (signed: SignedManifest, code: string): void => {
    t.throws(() => assertSuccessor(three.genesis, signed), { code });
  };
  const once = signAll(draft, [one]);
  refusesOf(once, 'too_few_signatures');
  refusesOf({ ...once, signatures: [...once.signatures, ...once.signatures] }, 'too_few_signatures');
  refusesOf(signAll(draft, [one, stranger]), 'bad_signature');
  refusesOf(withSignature(once, signManifest(once.payload, one)), 'too_few_signatures');
  for (const pair of [
    [one, two],
    [two, other],
    [other, one],
  ])
    t.ok(assertSuccessor(three.genesis, signAll(draft, pair)));
  t.ok(assertSuccessor(three.genesis, withSignature(once, signManifest(once.payload, two))), 'one by one');
  t.ok(assertSuccessor(three.genesis, signAll(draft, [one, two, other])));
});

/** The same text with a bit changed that its base64url does not use, where there is one. */
function lastTwin(text: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  return text.slice(0, -1) + (alphabet[alphabet.indexOf(text.at(-1) ?? '') ^ 1] ?? '');
}

/** The same body in another text, signed. White space makes room for a last character with spare bits. */
function respell({ payload }: SignedManifest): SignedManifest {
  const bytes = Buffer.from(payload, 'base64url');
  const padded = Buffer.concat([bytes, Buffer.from(' '.repeat((4 - (bytes.length % 3)) % 3))]);
  const text = lastTwin(padded.toString('base64url'));
  return { payload: text, signatures: [signManifest(text, operator)] };
}
