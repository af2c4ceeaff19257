// Sections open in their own place alone, and no byte of a block can be changed.
import fc from 'fast-check';
import t from 'tap';
import type { SealedSection } from '#commlink/configuration/blocks/manifest.ts';
import { blockCheck } from '#commlink/configuration/blocks/block.ts';
import { assembleSections, assertBlock } from '#commlink/configuration/blocks/section-list.ts';
import { openSection, referenceTo, sealSection } from '#commlink/configuration/blocks/section.ts';
import { assertGenesis } from '#commlink/configuration/blocks/successor.ts';
import { sectionPlaintextBytesMax } from '#commlink/limits.ts';
import { createNodeKeys } from '#commlink/node-keys.ts';
import { makeCluster } from '../composed-cluster.ts';

const keys = createNodeKeys();
const other = createNodeKeys();
const recipient = { id: keys.id, sealingKey: keys.sealing.raw };
const request = {
  cluster: 'test',
  recipient,
  id: 'settings',
  seq: 4,
  plaintext: { text: 'the secret of web1' },
};
const section = await sealSection(request);
const open = (
  changed: SealedSection,
  options: { cluster?: string; key?: typeof keys } = {},
): Promise<unknown> =>
  openSection({
    cluster: options.cluster ?? 'test',
    privateKey: (options.key ?? keys).sealing.privateKey,
    section: changed,
    reference: referenceTo(changed),
  });

void t.test('opens for its recipient, in its place, to what was sealed', async (t) => {
  t.same(await open(section), request.plaintext);
  t.notOk(Buffer.from(section.sealed, 'base64url').includes('secret'));
});

const swapped: readonly [what: string, section: SealedSection, options?: Parameters<typeof open>[1]][] = [
  ['with another node’s key', section, { key: other }],
  ['in another cluster', section, { cluster: 'other' }],
  ['as another section', { ...section, id: 'identity' }],
  ['as a section of another version', { ...section, seq: 5 }],
  ['as the section of another node', { ...section, recipient: other.id }],
  [
    'as the section of another node, with that node’s key',
    { ...section, recipient: other.id },
    { key: other },
  ],
];
for (const [what, changed, options] of swapped)
  void t.test(`does not open ${what}, even if the manifest says so`, async (t) => {
    await t.rejects(open(changed, options), { name: 'ConfigurationError', code: 'foreign_section' });
  });

void t.test(
  'a section that is not the one that the manifest names is refused before it is opened',
  async (t) => {
    const opened = (changed: SealedSection): Promise<unknown> =>
      openSection({
        cluster: 'test',
        privateKey: keys.sealing.privateKey,
        section: changed,
        reference: referenceTo(section),
      });
    const resealed = await sealSection({ ...request, plaintext: { text: 'forged' } });
    await t.rejects(opened(resealed), { code: 'damaged_section' }, 'anybody can seal to a public key');
    for (const change of [{ id: 'identity' }, { seq: 3 }, { recipient: other.id }])
      await t.rejects(opened({ ...section, ...change }), { code: 'foreign_section' });
    await t.rejects(opened({ ...section, sealed: section.sealed.slice(0, -4) }), { code: 'damaged_section' });
  },
);

void t.test('seals up to its limit and no more', async (t) => {
  const most = { text: 'x'.repeat(sectionPlaintextBytesMax - '{"text":""}'.length) };
  const largest = await sealSection({ ...request, plaintext: most });
  t.same(await open(largest), most);
  t.ok(largest.sealed.length <= 1_000_000, 'as much as the schema takes');
  await t.rejects(sealSection({ ...request, plaintext: { text: `${most.text}x` } }), { code: 'too_large' });
});

const { genesis } = await makeCluster();
const [first] = genesis.sections as [SealedSection];

void t.test('a block is whole, or it is refused', async (t) => {
  assertBlock(genesis.manifest, genesis.sections);
  t.same(assembleSections(genesis.manifest, [...genesis.sections].reverse()), {
    sections: genesis.sections,
    missing: [],
  });
  for (const [index, { id }] of genesis.sections.entries()) {
    const truncated = genesis.sections.toSpliced(index, 1);
    t.throws(() => assertBlock(genesis.manifest, truncated), { code: 'missing_section' }, `without ${id}`);
    t.same(assembleSections(genesis.manifest, truncated).missing, [genesis.manifest.sections[index]]);
  }
});

void t.test('a block has no section twice, nor one that is not its own', async (t) => {
  const refused = (sections: readonly SealedSection[], code: string): void => {
    t.throws(() => assertBlock(genesis.manifest, sections), { code });
  };
  refused([...genesis.sections, first], 'foreign_section');
  refused([...genesis.sections, section], 'foreign_section');
  refused(genesis.sections.with(0, { ...first, seq: 2 }), 'foreign_section');
  refused(genesis.sections.with(0, { ...first, sealed: section.sealed }), 'damaged_section');
  const unasked = assembleSections(genesis.manifest, [section, { ...first, sealed: section.sealed }]);
  t.same(unasked, { sections: [], missing: genesis.manifest.sections });
});

void t.test('no single changed byte of a block is taken', async () => {
  const text = JSON.stringify({ manifest: genesis.signed, sections: genesis.sections });
  fc.assert(
    fc.property(fc.nat(text.length - 1), fc.integer({ min: 32, max: 126 }), (place, code) => {
      const changed = text.slice(0, place) + String.fromCharCode(code) + text.slice(place + 1);
      return changed === text || isRefused(changed);
    }),
    { numRuns: 1500 },
  );
});

void t.test('no single changed bit of a section opens', async (t) => {
  const bytes = Buffer.from(section.sealed, 'base64url');
  for (let place = 0; place < bytes.length; place += 1) {
    const changed = Buffer.from(bytes);
    changed[place] = (changed[place] ?? 0) ^ 4;
    await t.rejects(open({ ...section, sealed: changed.toString('base64url') }), { code: 'foreign_section' });
  }
});

/** Whether a node that reads this text as the first block of its cluster refuses it. */
function isRefused(text: string): boolean {
  try {
    const { manifest: signed, sections } = blockCheck.parse(JSON.parse(text));
    const { manifest } = assertGenesis(signed);
    assertBlock(manifest, sections);
    return false;
  } catch (error) {
    return ['SyntaxError', 'SchemaError', 'ConfigurationError'].includes((error as Error).name);
  }
}
