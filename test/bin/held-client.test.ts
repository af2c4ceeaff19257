// A node that lies to an operator's command: it can't have a change composed on, sealed for, or rolled back to what it
// made up.
import t from 'tap';
import { assertWasInstalled, holdToItsWord } from '#bin/operator/held-client.ts';
import type { Manifest } from '#commlink/configuration/blocks/manifest.ts';
import { decodeManifest } from '#commlink/configuration/blocks/signed-manifest.ts';
import { createNodeKeys } from '#commlink/node-keys.ts';
import { composeSettingsChange } from '#commlink/operator/compose-settings-change.ts';
import { createOperatorKeys } from '#commlink/operator/operator-keys.ts';
import { readInstalled, type OperatorClient } from '#commlink/operator/read-installed.ts';
import {
  editionOf,
  follow,
  forge,
  idOf,
  makeCluster,
  signAll,
  type HeldBlock,
} from '../commlink/configuration/composed-cluster.ts';

const { operators, genesis } = await makeCluster();
const [operator] = operators as [(typeof operators)[number]];
const patient = (block: HeldBlock, patienceMs: number) => ({
  ...block.configuration,
  policy: { ...block.configuration.policy, patienceMs },
});
const second = await follow(
  genesis,
  await composeSettingsChange(editionOf(genesis), patient(genesis, 2)),
  operators,
);
const third = await follow(
  second,
  await composeSettingsChange(editionOf(second), patient(second, 3)),
  operators,
);
const strange = await composeSettingsChange(editionOf(second), patient(second, 4));

/** A node that shows `installed`, and that knows these blocks. */
function nodeWith(
  installed: Pick<HeldBlock, 'signed' | 'sections'>,
  held: readonly HeldBlock[],
): OperatorClient {
  const call = async (method: string, params: { version: { seq: number } | null }): Promise<unknown> => {
    if (method === 'config.status') return { node: idOf(genesis, 'web1') };
    const block =
      params.version === null ? installed : held.find(({ version }) => version.seq === params.version?.seq);
    if (!block) throw new Error('There is no such version.');
    return { manifest: block.signed, sections: block.sections };
  };
  return { call } as unknown as OperatorClient;
}

/** What the node says of the second version, with its own key in the place of another node's. */
function forgedWith(changes: Partial<Manifest>): Pick<HeldBlock, 'signed' | 'sections'> {
  const { sealing } = createNodeKeys();
  const members = third.manifest.members.map((member) =>
    member.name === 'db1' ? { ...member, sealingKey: sealing.raw } : member,
  );
  const signed = forge({ ...third.manifest, members, ...changes }, [createOperatorKeys('operator1')]);
  return { signed, sections: third.sections };
}

t.test('shows a later version that the operators signed', async (t) => {
  const held = holdToItsWord(nodeWith(third, [genesis, second]), genesis.signed);
  t.same((await readInstalled(held, operator)).version, third.version);
  t.same((await readInstalled(held, operator)).version, third.version, 'the same again');
});

const lies: readonly [what: string, node: OperatorClient, shownBefore: HeldBlock][] = [
  ['members with other keys', nodeWith(forgedWith({}), [genesis, second]), second],
  ['another content under a number that was seen', nodeWith(forgedWith({}), [second]), third],
  ['an older version', nodeWith(second, [genesis]), third],
  ['another cluster', nodeWith(forgedWith({ cluster: 'other' }), []), second],
];
for (const [what, node, shownBefore] of lies)
  t.test(`refuses ${what}, shown after the first look`, async (t) => {
    const held = holdToItsWord(node, shownBefore.signed);
    await t.rejects(readInstalled(held, operator), { code: 'failed' });
  });

t.test('goes back to versions that were installed, and to no other', async (t) => {
  const honest = holdToItsWord(nodeWith(third, [genesis, second]), third.signed);
  for (const { version } of [genesis, second, third]) await assertWasInstalled(honest, version);
  const invented = {
    signed: signAll(strange, [createOperatorKeys('operator1')]),
    sections: strange.sections,
  };
  const { version } = decodeManifest(invented.signed);
  const liar = nodeWith(third, [genesis, second, { ...second, ...invented, version }]);
  await t.rejects(assertWasInstalled(holdToItsWord(liar, third.signed), version), { code: 'failed' });
  const swapping = nodeWith(third, [genesis, { ...third, version: second.version }]);
  await t.rejects(assertWasInstalled(holdToItsWord(swapping, third.signed), genesis.version), {
    code: 'failed',
  });
});
