// Identity providers that could not work, or that would vouch for more people than somebody means. Caller:
// validate-configuration.ts.
import type { ClusterConfiguration, SettingsOf } from '../settings/cluster-configuration.ts';
import type { IdentityProvider } from '../settings/identity-provider-settings.ts';
import type { ConfigurationProblem } from './configuration-problem.ts';

/** The problems of every internal-db. */
export function findIdentityProviderProblems({ nodes }: ClusterConfiguration): ConfigurationProblem[] {
  return Object.entries(nodes).flatMap(([name, entry]) =>
    entry.role === 'internal-db' ? findProblems(entry.settings, `/nodes/${name}/settings`) : [],
  );
}

function findProblems(settings: SettingsOf<'internal-db'>, path: string): ConfigurationProblem[] {
  const { identityProviders: providers } = settings;
  return providers.flatMap((provider, index) => {
    const isRepeated = providers.findIndex(({ name }) => name === provider.name) < index;
    const sentences = [
      ...(isRepeated ? [`There are two providers called ${provider.name}.`] : []),
      ...explainAddress(settings, provider),
      ...explainProvider(provider),
    ];
    return sentences.map((message) => ({ path: `${path}/identityProviders/${index}`, message }));
  });
}

function explainAddress(settings: SettingsOf<'internal-db'>, provider: IdentityProvider): string[] {
  const [key, address] =
    provider.for === 'staff'
      ? ['console/publicUrl', settings.console.publicUrl]
      : ['portalUrl', settings.portalUrl];
  return address === null ? [`The provider needs an address to send people back to: set ${key}.`] : [];
}

function explainProvider(provider: IdentityProvider): string[] {
  const general = provider.scopes.includes('openid')
    ? []
    : ['The scopes must have "openid": without it, nobody is named.'];
  if (provider.for === 'staff') {
    const canCreate = provider.nameClaim !== null && provider.roles !== null;
    if (!provider.createUsers || canCreate) return general;
    return [
      ...general,
      'To make members of staff, nameClaim and roles must say how they are called and what they may do.',
    ];
  }
  const vouchesForAll = provider.accounts === null && provider.domains.length === 0;
  const createsAnywhere = provider.createUsers && provider.accounts?.length !== 1;
  return [
    ...general,
    ...(vouchesForAll
      ? ['Name the accounts or the e-mail domains: whoever runs the provider could sign in as anybody.']
      : []),
    ...(createsAnywhere ? ['To make users, accounts must name the one account that they belong to.'] : []),
  ];
}
