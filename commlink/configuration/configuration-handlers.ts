// Answers the other nodes: takes their version messages, serves them blocks, and takes requests to join.
// Caller: the shell, which offers these beside the component's own methods. A joiner gets the version that names it, and
// nothing else.
import type { CallPeer, Handlers } from '../method-table.ts';
import type { configurationMethods } from '../methods/configuration-methods.ts';
import { RpcError } from '../rpc-error.ts';
import type { BlockShelf } from './block-shelf.ts';
import type { ClusterVersion } from './protocol/cluster-version.ts';
import type { JoinRequests } from './join-requests.ts';
import type { JoinRequest } from './protocol/version-message.ts';

/** What the handlers look into, and whom they tell. */
export interface ConfigurationHandlerSources {
  readonly shelf: BlockShelf;
  readonly joins: JoinRequests;
  /** A text came over the link from `via`. Resolves when it was dealt with. */
  heard(text: string, via: string): Promise<void>;
  /** A machine asks to be let in that did not before. */
  asked(request: JoinRequest): void;
  refuse(code: string): void;
}

/** The handlers of configurationMethods. */
export function configurationHandlers(
  sources: ConfigurationHandlerSources,
): Handlers<typeof configurationMethods> {
  const { shelf, joins } = sources;
  return {
    'config.message': async ({ messages }, { peer }) => {
      await Promise.all(messages.map((text) => sources.heard(text, peer.id)));
      return {};
    },
    'config.manifests': async ({ after, version }, { peer }) => {
      assertMayPull(shelf, version, peer);
      return { manifests: await shelf.manifestsBetween(after, version) };
    },
    'config.sections': async ({ version, sections }, { peer }) => {
      assertMayPull(shelf, version, peer);
      return { sections: shelf.sectionsOf(version, sections) };
    },
    'config.join': async (request, { peer }) => {
      try {
        const { version, isNew } = await joins.ask(request, peer);
        if (isNew) sources.asked(request);
        return { version };
      } catch (error) {
        if (error instanceof RpcError) sources.refuse(`join_${error.code}`);
        throw error;
      }
    },
  };
}

/** The link has proven that a caller is a member, or holds a ticket and a key of its own. */
function assertMayPull(shelf: BlockShelf, version: ClusterVersion, peer: CallPeer): void {
  if (peer.role !== 'joiner') return;
  const held = shelf.manifest(version);
  // The next version may have come between the machine's question and its pull: it must ask again, not give up.
  if (!held) throw new RpcError('not_found', 'This node does not have that version any more.');
  const isNamed = held.manifest.members.some(({ id }) => id === peer.id);
  if (!isNamed) throw new RpcError('refused', 'This version does not name the machine that asks for it.');
}
