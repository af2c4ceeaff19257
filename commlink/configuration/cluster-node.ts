// A node's place in the cluster's configuration: opens what it has installed, then keeps it on the cluster's version.
// Callers: each component's main.ts; the launcher, for the first node of a cluster and for nodes that are stopped.
// Trusts the operators' signatures on a version, and nothing that a node says about one.
import type { NodeRole } from '../node-config.ts';
import type { OpenedNode } from './node-configuration.ts';
import type { OpenClusterNodeOptions } from './node-parts.ts';
import { openNodeParts } from './open-node-parts.ts';
import { startNode } from './running-node.ts';

export type { Admission } from './admission.ts';
export type {
  ClusterNode,
  ConfigurationEvent,
  NodeConfiguration,
  OpenedNode,
  PrepareChange,
} from './node-configuration.ts';
export type { OpenClusterNodeOptions } from './node-parts.ts';
export { installStopped, writeGenesis } from './first-version.ts';

/**
 * Reads the node's keys and its installed version, verifies it, and opens its sections; changes nothing. Throws
 * StartupError: `NOT_JOINED`, `CONFIGURATION_DAMAGED`, `NODE_KEY_MISMATCH`, `WRONG_ROLE`, `KEY_…`.
 */
export async function openClusterNode<R extends NodeRole>(
  options: OpenClusterNodeOptions<R>,
): Promise<OpenedNode<R>> {
  const parts = await openNodeParts(options);
  return {
    configuration: parts.opened.configuration,
    keys: parts.keys,
    admission: parts.admission,
    members: () => parts.shelf.installed.manifest.members,
    metrics: parts.metrics,
    start: (startOptions) => startNode(parts, startOptions),
  };
}
