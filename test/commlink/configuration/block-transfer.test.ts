// Versions fetched from other nodes: what an honest one gives, and each way in which a source can lie. The network is faked.
import t from 'tap';
import { decodeBlock, type WholeBlock } from '#commlink/configuration/blocks/block.ts';
import { BlockShelf, completeBlock } from '#commlink/configuration/block-shelf.ts';
import { BlockTransfer, type PullCall } from '#commlink/configuration/block-transfer.ts';
import { ConfigurationStore } from '#commlink/configuration/configuration-store.ts';
import { isSameVersion } from '#commlink/configuration/protocol/cluster-version.ts';
import { composeSettingsChange } from '#commlink/operator/compose-settings-change.ts';
import { createOperatorKeys } from '#commlink/operator/operator-keys.ts';
import { RpcError } from '#commlink/rpc-error.ts';
import { temporaryFolder } from '../../rig/temporary-folder.ts';
import { recordingLog } from '../two-nodes.ts';
import { editionOf, follow, forge, makeCluster, signAll, type HeldBlock } from './composed-cluster.ts';

const whole = ({ signed, sections }: HeldBlock): WholeBlock =>
  decodeBlock({ manifest: signed, sections: [...sections] });

/** A cluster that went through three versions, and a shelf that has only the first. */
async function threeVersions(t: Parameters<typeof temporaryFolder>[0]) {
  const { genesis, operators } = await makeCluster();
  const patience = (block: HeldBlock, patienceMs: number) =>
    composeSettingsChange(editionOf(block), {
      ...block.configuration,
      policy: { ...block.configuration.policy, patienceMs },
    });
  const second = await follow(genesis, await patience(genesis, 1), operators);
  const third = await follow(second, await patience(second, 2), operators);
  const shelf = new BlockShelf(new ConfigurationStore(temporaryFolder(t)), whole(genesis));
  return { genesis, second, third, operators, shelf };
}

type Blocks = Awaited<ReturnType<typeof threeVersions>>;

/** A node that serves the blocks as they are. */
function honest({ genesis, second, third }: Blocks): PullCall {
  const server = new BlockShelf(new ConfigurationStore('/nowhere'), whole(genesis));
  for (const block of [second, third]) server.put(whole(block));
  return (async (_peer: string, method: string, { params }: { params: never }) => {
    const { after, version, sections } = params as Parameters<typeof asked>[0];
    return method === 'config.manifests'
      ? { manifests: await server.manifestsBetween(after, version) }
      : { sections: server.sectionsOf(version, sections) };
  }) as unknown as PullCall;
}

/** The parameters of both methods. */
function asked(params: {
  after: Parameters<BlockShelf['manifestsBetween']>[0];
  version: Parameters<BlockShelf['sectionsOf']>[0];
  sections: Parameters<BlockShelf['sectionsOf']>[1];
}) {
  return params;
}

function transferFrom(shelf: BlockShelf, calls: Record<string, PullCall>) {
  const refused: string[] = [];
  const asks: string[] = [];
  const transfer = new BlockTransfer({
    shelf,
    call: (peer, method, call) => {
      asks.push(peer);
      const answer = calls[peer];
      if (!answer) throw new RpcError('unavailable', 'There is no such node.');
      return answer(peer, method, call);
    },
    sources: () => Object.keys(calls),
    refuse: (code, _detail, by) => refused.push(`${by}: ${code}`),
    log: recordingLog().log,
  });
  return { transfer, refused, asks };
}

/** A node that changes what an honest one says. */
function altering(blocks: Blocks, alter: (answer: Record<string, any[]>) => Record<string, any[]>): PullCall {
  const serve = honest(blocks);
  return (async (peer: string, method: 'config.manifests', call: never) =>
    alter(structuredClone(await serve(peer, method, call)))) as PullCall;
}

t.test(
  'a version comes with the manifests that lead to it, and only the sections that changed',
  async (t) => {
    const blocks = await threeVersions(t);
    const { shelf, third, second } = blocks;
    let pulled = 0;
    const counting = altering(blocks, (answer) => {
      pulled += answer.sections?.length ?? 0;
      return answer;
    });
    const { transfer, refused } = transferFrom(shelf, { honest: counting });
    const lineage = await transfer.fetch(third.version, 'honest');
    t.strictSame(
      lineage?.map(({ version }) => version.seq),
      [2, 3],
    );
    t.equal(shelf.block(third.version)?.sections.length, third.sections.length);
    t.equal(shelf.block(second.version), undefined, 'of what lies between, the manifest is enough');
    t.ok(pulled < third.sections.length);
    t.strictSame(refused, []);
  },
);

t.test('what a source damages, leaves out or forges is refused, and another source asked', async (t) => {
  const stranger = createOperatorKeys('stranger');
  const blocks = await threeVersions(t);
  const { third } = blocks;
  const forged = signAll({ manifest: third.manifest, sections: [] }, [stranger]);
  const cases: Record<string, [code: string, PullCall]> = {
    'a section is damaged': [
      'damaged_section',
      altering(blocks, ({ sections, ...rest }) => ({
        ...rest,
        ...(sections && { sections: sections.map((one) => ({ ...one, sealed: `A${one.sealed.slice(1)}` })) }),
      })),
    ],
    'the block is cut short': [
      'missing_section',
      altering(blocks, (answer) => (answer.sections ? { sections: [] } : answer)),
    ],
    'a stranger signed it': [
      'bad_signature',
      altering(blocks, ({ manifests, ...rest }) => ({
        ...rest,
        ...(manifests && { manifests: [manifests[0], forged] }),
      })),
    ],
    'a signature is taken away': [
      'too_few_signatures',
      altering(blocks, ({ manifests, ...rest }) => ({
        ...rest,
        ...(manifests && { manifests: manifests.map((one) => ({ ...one, signatures: [] })) }),
      })),
    ],
    'a link of the chain is left out': [
      'not_a_successor',
      altering(blocks, ({ manifests, ...rest }) => ({
        ...rest,
        ...(manifests && { manifests: manifests.slice(1) }),
      })),
    ],
    'nothing comes': [
      'malformed',
      altering(blocks, ({ manifests, ...rest }) => ({ ...rest, ...(manifests && { manifests: [] }) })),
    ],
  };
  for (const [what, [code, hostile]] of Object.entries(cases)) {
    const shelf = new BlockShelf(new ConfigurationStore('/nowhere'), whole(blocks.genesis));
    const alone = transferFrom(shelf, { hostile });
    t.equal(await alone.transfer.fetch(third.version, 'hostile'), undefined, what);
    t.strictSame(alone.refused, [`hostile: ${code}`], `${what}: it is refused as ${code}`);
    t.equal(shelf.manifest(third.version), undefined, `${what}: nothing of it is kept`);
    const asksBefore = alone.asks.length;
    await alone.transfer.fetch(third.version, 'hostile');
    t.equal(alone.asks.length, asksBefore, `${what}: it is not asked again`);

    const both = transferFrom(shelf, { hostile, honest: honest(blocks) });
    const lineage = await both.transfer.fetch(third.version, 'hostile');
    t.ok(isSameVersion(lineage?.at(-1)?.version ?? null, third.version), `${what}: another source has it`);
  }
});

t.test('a source that goes away in the middle does not lose what it gave', async (t) => {
  const blocks = await threeVersions(t);
  const { shelf, third } = blocks;
  const serve = honest(blocks);
  const given: number[] = [];
  const leaving = (async (
    peer: string,
    method: 'config.sections',
    call: { params: { sections: unknown[] } },
  ) => {
    if (String(method) === 'config.manifests') return serve(peer, method, call as never);
    if (given.length > 0) throw new RpcError('disconnected', 'The link broke.');
    const { sections } = await serve(peer, method, call as never);
    given.push(1);
    return { sections: sections.slice(0, 1) };
  }) as PullCall;
  let rest = 0;
  const counting = altering(blocks, (answer) => {
    rest += answer.sections?.length ?? 0;
    return answer;
  });
  const { transfer, refused } = transferFrom(shelf, { leaving, other: counting });
  t.ok(await transfer.fetch(third.version, 'leaving'));
  t.strictSame(refused, [], 'a broken link is nobody’s fault');
  const changed = third.manifest.sections.filter(({ seq }) => seq === 3).length;
  t.equal(rest, changed - 1);
  t.equal(completeBlock(third.signed, shelf.sections()).sections.length, third.sections.length);
});

t.test('a source that serves what it made up, without end, is soon asked for nothing', async (t) => {
  const blocks = await threeVersions(t);
  const forged = forge({ ...blocks.second.manifest, parent: null }, [createOperatorKeys('stranger')]);
  const liar = (async () => ({ manifests: [forged] })) as unknown as PullCall;
  const { transfer, refused } = transferFrom(blocks.shelf, { liar });
  for (let seq = 2; seq < 30; seq += 1) await transfer.fetch({ seq, digest: 'A'.repeat(43) }, 'liar');
  t.equal(refused.length, 8);
  transfer.forgetRefusals();
  await transfer.fetch({ seq: 30, digest: 'A'.repeat(43) }, 'liar');
  t.equal(refused.length, 9, 'and again after the next install');
});
