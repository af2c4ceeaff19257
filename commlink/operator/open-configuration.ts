// The operator's own section: the configuration of the whole cluster, as the installed block carries it sealed to each
// operator. Callers: read-installed.ts, and whoever looks into an older version. Judges no signature.
import { ConfigurationError } from '../configuration/configuration-error.ts';
import type { Manifest, SealedSection } from '../configuration/blocks/manifest.ts';
import { openSection } from '../configuration/blocks/section.ts';
import { compileSchema } from '../schema.ts';
import { ClusterConfiguration } from '../settings/cluster-configuration.ts';
import { completeConfiguration } from '../settings/complete-settings.ts';
import type { OperatorKeys } from './operator-keys.ts';

const configurationCheck = compileSchema('cluster configuration', ClusterConfiguration);

/** What to open, and with whose key. */
export interface OpenConfigurationRequest {
  readonly manifest: Manifest;
  readonly sections: readonly SealedSection[];
  readonly keys: OperatorKeys;
}

/**
 * Opens and checks the configuration. Throws ConfigurationError `not_a_member` for an operator that the version does not
 * name, `missing_section`, `damaged_section` or `foreign_section`.
 */
export async function openConfiguration(request: OpenConfigurationRequest): Promise<ClusterConfiguration> {
  const { manifest, sections, keys } = request;
  const isMine = ({ recipient, id }: { recipient: string; id: string }): boolean =>
    recipient === keys.id && id === 'configuration';
  const reference = manifest.sections.find(isMine);
  if (!reference)
    throw new ConfigurationError(
      'not_a_member',
      `${keys.name} is not an operator of ${manifest.cluster} in version ${manifest.seq}, or has another key there.`,
    );
  const section = sections.find(isMine);
  if (!section)
    throw new ConfigurationError(
      'missing_section',
      'The block does not have the configuration for this operator.',
    );
  const { cluster } = manifest;
  const sealed = await openSection({ cluster, privateKey: keys.sealing.privateKey, section, reference });
  const content = completeConfiguration(sealed);
  if (configurationCheck.matches(content)) return content;
  throw new ConfigurationError(
    'damaged_section',
    "The operators' section holds no configuration of a cluster.",
  );
}
