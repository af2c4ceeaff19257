// Networks in the settings that are none: the schema only knows how one looks. Caller: validate-configuration.ts.
import { parseNetwork } from '../ip-network.ts';
import type { ClusterConfiguration } from '../settings/cluster-configuration.ts';
import type { ConfigurationProblem } from './configuration-problem.ts';

type NodeEntry = ClusterConfiguration['nodes'][string];

/** One problem for each list of networks that has a wrong one. */
export function findNetworkProblems({ nodes }: ClusterConfiguration): ConfigurationProblem[] {
  return Object.entries(nodes).flatMap(([name, entry]) =>
    Object.entries(networksOf(entry)).flatMap(([place, networks]) => {
      const wrong = networks.find((text) => parseNetwork(text) === null);
      if (wrong === undefined) return [];
      const message = `"${wrong}" is no network. Write it like 203.0.113.7, 203.0.113.0/24 or 2001:db8::/32.`;
      return [{ path: `/nodes/${name}/settings/${place}`, message }];
    }),
  );
}

function networksOf({ role, settings }: NodeEntry): Record<string, readonly string[]> {
  switch (role) {
    case 'internal-db':
      return {
        'bans/neverNetworks': settings.bans.neverNetworks,
        nodePlaces: Object.values(settings.nodePlaces).flatMap(({ serves }) => serves ?? []),
        identityProviders: settings.identityProviders.flatMap(({ allowedNetworks }) => allowedNetworks),
      };
    case 'ftp-node':
      return {
        'proxyProtocol/trustedNetworks': settings.proxyProtocol.trustedNetworks,
        'ftp/publicAddresses': settings.ftp.publicAddresses.map(({ network }) => network),
      };
    case 'web-front':
      return { 'proxyProtocol/trustedNetworks': settings.proxyProtocol.trustedNetworks };
  }
}
