// Policy and settings of an earlier version, under a new number. Nodes that have come since keep their settings, those
// that are gone stay away: who belongs to the cluster, its bags and its certificates never go back.
// Caller: `consign config rollback`.
import type { ClusterConfiguration } from '../settings/cluster-configuration.ts';
import { composeSettingsChange } from './compose-settings-change.ts';
import type { Draft, Edition } from './draft.ts';

/** Composes it, from the configuration that the earlier version had. Throws what composeSettingsChange throws. */
export async function composeRollback(edition: Edition, earlier: ClusterConfiguration): Promise<Draft> {
  const nodes = Object.fromEntries(
    Object.entries(edition.installed.configuration.nodes).map(([name, entry]) => {
      const before = Object.hasOwn(earlier.nodes, name) ? earlier.nodes[name] : undefined;
      return [name, before?.role === entry.role ? before : entry] as const;
    }),
  );
  return composeSettingsChange(edition, { policy: earlier.policy, nodes });
}
