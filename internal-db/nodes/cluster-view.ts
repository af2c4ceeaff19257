// Who is who in the cluster, as its installed configuration has it now: what node-documents.ts checks signers and receivers
// by. Before this node takes part nobody is known but its own keys.
import type { ClusterNode } from '#commlink/configuration/cluster-node.ts';
import type { NodeKeys } from '#commlink/node-keys.ts';
import type { ClusterView } from './node-documents.ts';

/** What is needed of the node here. */
export type NodeInCluster = Pick<ClusterNode<'internal-db'>, 'commlink' | 'members'>;

/** The view of `node`, which is null before it takes part. */
export function createClusterView(keys: NodeKeys, node: () => NodeInCluster | null): ClusterView {
  return {
    keys,
    member: (idOrName) => node()?.commlink.member(idOrName),
    activeMembers: (role) => {
      const members = node()?.members() ?? [];
      return members.filter((member) => member.state === 'active' && member.role === role);
    },
  };
}
