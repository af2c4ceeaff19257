// Answers operators: how the configuration stands, blocks to edit, the history, and what they hand in.
// Caller: the shell, which offers these on the operators' socket and listener. Nothing here is secret to an operator:
// sections are sealed, and each recipient opens its own.
import type { Handlers } from '../method-table.ts';
import type { ClusterStatus, operatorMethods } from '../methods/operator-methods.ts';
import { RpcError } from '../rpc-error.ts';
import { describeVersion, type Block } from './blocks/block.ts';
import type { BlockShelf } from './block-shelf.ts';
import { isSameVersion, type ClusterVersion } from './protocol/cluster-version.ts';
import type { ConfigurationStore } from './configuration-store.ts';
import { assembleSections } from './blocks/section-list.ts';
import { decodeManifest } from './blocks/signed-manifest.ts';
import type { Submissions } from './submissions.ts';

/** What the handlers look into. */
export interface OperatorHandlerSources {
  readonly shelf: BlockShelf;
  readonly store: ConfigurationStore;
  readonly submissions: Submissions;
  status(): ClusterStatus;
}

/** The handlers of operatorMethods. */
export function operatorHandlers(sources: OperatorHandlerSources): Handlers<typeof operatorMethods> {
  const { store, submissions } = sources;
  return {
    'config.status': async () => sources.status(),
    'config.block': async ({ version, recipient }) => {
      const { manifest, sections } = await findBlock(sources, version);
      return { manifest, sections: sections.filter((section) => section.recipient === recipient) };
    },
    'config.submit': (submission) => submissions.submit(submission),
    'config.sign': ({ version, signature }) => submissions.sign(version, signature),
    'config.history': async () => {
      const versions = [];
      for (const version of await store.historyVersions()) {
        const block = await store.readHistory(version);
        if (block)
          versions.push(describeVersion({ ...decodeManifest(block.manifest), signed: block.manifest }));
      }
      return { versions };
    },
  };
}

async function findBlock(
  { shelf, store, submissions }: OperatorHandlerSources,
  version: ClusterVersion | null,
): Promise<Block> {
  const held = version === null ? shelf.installed : shelf.block(version);
  if (held) return { manifest: held.signed, sections: [...held.sections] };
  const proposal = submissions.proposals.find((each) => isSameVersion(each.version, version));
  if (proposal) {
    const atHand = [...proposal.sections, ...shelf.sections()];
    return { manifest: proposal.signed, sections: assembleSections(proposal.manifest, atHand).sections };
  }
  const kept = version && (await store.readHistory(version));
  if (kept) return kept;
  throw new RpcError('not_found', 'This node does not have that version (any more).');
}
