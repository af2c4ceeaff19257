// The members of the cluster, checked and indexed: who this node is, and that each id is the thumbprint of its key.
// Caller: commlink.ts, for each plan before it counts.
import type { LinkPlan, Member } from '../node-config.ts';
import { nodeIdOf, type NodeKeys } from '../node-keys.ts';
import { StartupError } from '../process-lifecycle.ts';

/** Members by node id and by name, and this node's own entry. */
export interface MemberIndex {
  readonly self: Member;
  readonly byId: ReadonlyMap<string, Member>;
  readonly byName: ReadonlyMap<string, Member>;
  /** The node ids of those whose ports are rewritten on the way here. */
  readonly behindNat: ReadonlySet<string>;
}

/** Throws StartupError `MEMBERS_INVALID`, or `NODE_KEY_MISMATCH` when the node of that name has other keys. */
export function indexMembers(plan: LinkPlan, keys: NodeKeys): MemberIndex {
  const byId = new Map(plan.members.map((member) => [member.id, member]));
  const byName = new Map(plan.members.map((member) => [member.name, member]));
  if (byId.size !== plan.members.length || byName.size !== plan.members.length)
    throw invalid('two members have the same name or id');
  for (const { name, id, signingKey } of plan.members)
    if (nodeIdOf(signingKey) !== id) throw invalid(`the id of ${name} is not the thumbprint of its key`);
  const stranger = plan.dial.find(({ peer }) => !byName.has(peer) || peer === plan.name);
  if (stranger) throw invalid(`${stranger.peer} is to be dialled, but is not another member`);
  const self = byName.get(plan.name);
  if (!self) throw invalid(`this node, ${plan.name}, is not a member`);
  if (self.id !== keys.id)
    throw new StartupError(
      'NODE_KEY_MISMATCH',
      `The keys of this machine are not those of node ${plan.name}. Put that node's own key file there.`,
    );
  const behindNat = new Set(plan.behindNat.flatMap((name) => byName.get(name)?.id ?? []));
  return { self, byId, byName, behindNat };
}

function invalid(what: string): StartupError {
  return new StartupError('MEMBERS_INVALID', `The configured members are wrong: ${what}. Correct them.`);
}
