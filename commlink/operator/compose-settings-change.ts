// New policy and settings. Who belongs to the cluster, its bags and its certificates stay as they are.
// Callers: `consign config publish`; the launcher, when it has to change a port; rollback.
import { isDeepStrictEqual } from 'node:util';
import { ConfigurationError } from '../configuration/configuration-error.ts';
import type { ClusterConfiguration } from '../settings/cluster-configuration.ts';
import { composeVersion } from './compose-version.ts';
import type { Draft, Edition } from './draft.ts';

/** Composes it. Throws ConfigurationError `nothing_to_do`, `settings_invalid` or `too_large`. */
export async function composeSettingsChange(
  edition: Edition,
  configuration: ClusterConfiguration,
): Promise<Draft> {
  if (isDeepStrictEqual(configuration, edition.installed.configuration))
    throw new ConfigurationError(
      'nothing_to_do',
      'This is the configuration that is installed: nothing would change.',
    );
  return composeVersion(edition, { configuration });
}
