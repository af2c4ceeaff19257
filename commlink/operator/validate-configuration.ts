// Whether a cluster's configuration can work, before anything is published: each node's settings by themselves, and the
// nodes with each other. A node checks again what only its machine can tell, and refuses the version if it must.
// Callers: composing, and the `consign` command, which shows the problems.
import { ConfigurationError } from '../configuration/configuration-error.ts';
import type { ManifestMember } from '../configuration/blocks/manifest.ts';
import type { ClusterConfiguration } from '../settings/cluster-configuration.ts';
import type { ConfigurationProblem } from './configuration-problem.ts';
import { findBrandingProblems } from './branding-problems.ts';
import { findIdentityProviderProblems } from './identity-provider-problems.ts';
import { findLinkProblems } from './link-problems.ts';
import { findNetworkProblems } from './network-problems.ts';
import { findPortProblems } from './port-problems.ts';
import { findSharedSettingsProblems } from './shared-settings-problems.ts';
import { readShape } from './shape-problems.ts';

const problemsNamedMax = 3;

/** A member as far as its settings go. */
export type NamedMember = Pick<ManifestMember, 'name' | 'role'>;

/**
 * Everything that is wrong; empty when nothing is. Only what has the right form is looked at more closely. `before` is
 * the configuration that is installed, if any.
 */
export function validateConfiguration(
  next: unknown,
  members: readonly NamedMember[],
  before?: ClusterConfiguration,
): ConfigurationProblem[] {
  const configuration = readShape(next);
  if (!('nodes' in configuration)) return [...configuration];
  const strangers = findStrangers(configuration, members);
  if (strangers.length > 0) return strangers;
  return [
    ...findLinkProblems(configuration, before),
    ...findPortProblems(configuration),
    ...findNetworkProblems(configuration),
    ...findBrandingProblems(configuration),
    ...findIdentityProviderProblems(configuration),
    ...findSharedSettingsProblems(configuration, before),
  ];
}

/** Throws ConfigurationError `settings_invalid` with the first problems, if there are any. */
export function assertValid(
  next: unknown,
  members: readonly NamedMember[],
  before?: ClusterConfiguration,
): void {
  const problems = validateConfiguration(next, members, before);
  if (problems.length === 0) return;
  const named = problems.slice(0, problemsNamedMax).map(({ path, message }) => `${path || '/'}: ${message}`);
  const more = problems.length > named.length ? ` There are ${problems.length - named.length} more.` : '';
  throw new ConfigurationError('settings_invalid', `${named.join(' ')}${more}`);
}

/** Nodes are exactly the members, each in its role. */
function findStrangers(
  { nodes }: ClusterConfiguration,
  members: readonly NamedMember[],
): ConfigurationProblem[] {
  const roles = new Map(members.map(({ name, role }) => [name, role]));
  const wrong = Object.entries(nodes).flatMap(([name, { role }]) => {
    const actual = roles.get(name);
    if (actual === role) return [];
    const message =
      actual === undefined ? `There is no member ${name}.` : `The role of ${name} is ${actual}, not ${role}.`;
    return [{ path: `/nodes/${name}`, message }];
  });
  const missing = members.filter(({ name }) => !Object.hasOwn(nodes, name));
  return [
    ...wrong,
    ...missing.map(({ name }) => ({ path: '/nodes', message: `The member ${name} has no settings.` })),
  ];
}
