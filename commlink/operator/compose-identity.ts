// New certificates and host keys, sealed to the node alone; the operator never sees the old ones.
// Callers: the launcher, which renews certificates, and the `consign` command.
import { ConfigurationError } from '../configuration/configuration-error.ts';
import type { NodeIdentity } from '../settings/cluster-configuration.ts';
import { composeVersion } from './compose-version.ts';
import type { Draft, Edition } from './draft.ts';

/** Identities by the node's name: several at once are one version. */
export interface IdentityChange {
  readonly identities: ReadonlyMap<string, NodeIdentity>;
}

/** Composes it. Throws ConfigurationError `not_a_member` or `too_large`. */
export async function composeIdentity(edition: Edition, { identities }: IdentityChange): Promise<Draft> {
  const { members, seq } = edition.installed.manifest;
  const byId = [...identities].map(([name, identity]) => {
    const id = members.find((member) => member.name === name)?.id;
    if (id === undefined) throw new ConfigurationError('not_a_member', `Version ${seq} has no node ${name}.`);
    return [id, identity] as const;
  });
  return composeVersion(edition, { identities: new Map(byId) });
}
