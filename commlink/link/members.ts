// The members of the cluster, checked and indexed: who this node is, and that each id is the thumbprint of its key.
// Caller: commlink.ts, once at start.
import type { Member, NodeConfig } from '../node-config.ts';
import { nodeIdOf, type NodeKeys } from '../node-keys.ts';
import { StartupError } from '../process-lifecycle.ts';

/** Members by node id and by name, and this node's own entry. */
export interface MemberIndex {
  readonly self: Member;
  readonly byId: ReadonlyMap<string, Member>;
  readonly byName: ReadonlyMap<string, Member>;
}

/** Throws StartupError `MEMBERS_INVALID`, or `NODE_KEY_MISMATCH` when the key file is another node's. */
export function indexMembers(config: NodeConfig, keys: NodeKeys): MemberIndex {
  const byId = new Map(config.members.map((member) => [member.id, member]));
  const byName = new Map(config.members.map((member) => [member.name, member]));
  if (byId.size !== config.members.length || byName.size !== config.members.length)
    throw invalid('two members have the same name or id');
  for (const { name, id, signingKey } of config.members)
    if (nodeIdOf(signingKey) !== id) throw invalid(`the id of ${name} is not the thumbprint of its key`);
  const stranger = config.dial.find(({ peer }) => !byName.has(peer) || peer === config.name);
  if (stranger) throw invalid(`${stranger.peer} is to be dialled, but is not another member`);
  const self = byName.get(config.name);
  if (!self) throw invalid(`this node, ${config.name}, is not a member`);
  if (self.id !== keys.id)
    throw new StartupError(
      'NODE_KEY_MISMATCH',
      `The keys in ${config.keyFile} are not those of node ${config.name}. Put that node's own key file there.`,
    );
  return { self, byId, byName };
}

function invalid(what: string): StartupError {
  return new StartupError('MEMBERS_INVALID', `The configured members are wrong: ${what}. Correct the file.`);
}
