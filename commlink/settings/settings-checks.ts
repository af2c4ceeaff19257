// The compiled schemas of the policy, and of settings by role. Callers: a node, which opens its own; the operator's side
// and the `consign` command, which check all.
import type { NodeRole } from '../node-config.ts';
import { compileSchema, type SchemaCheck } from '../schema.ts';
import { ClusterPolicy, roleSettings, type SettingsOf } from './cluster-configuration.ts';

/** Checks a policy. */
export const policyCheck = compileSchema('policy', ClusterPolicy);

/** Checks settings of a node of role R. */
export const settingsChecks: { readonly [R in NodeRole]: SchemaCheck<SettingsOf<R>> } = {
  'internal-db': compileSchema('settings of an internal-db', roleSettings['internal-db']),
  'web-front': compileSchema('settings of a web-front', roleSettings['web-front']),
  'ftp-node': compileSchema('settings of an ftp-node', roleSettings['ftp-node']),
};
