// Who is who in the cluster, from the configuration: what node-documents.ts checks signers and receivers by.
import type { Member, NodeConfig } from '#commlink/node-config.ts';
import type { NodeKeys } from '#commlink/node-keys.ts';
import type { ClusterView } from './node-documents.ts';

/** The view of this node's configuration. */
export function createClusterView(config: NodeConfig, keys: NodeKeys): ClusterView {
  const members = new Map<string, Member>();
  for (const member of config.members) members.set(member.id, member).set(member.name, member);
  return {
    keys,
    member: (idOrName) => members.get(idOrName),
    members: (role) => config.members.filter((member) => role === undefined || member.role === role),
  };
}
