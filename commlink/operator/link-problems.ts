// What can be wrong with the links that the settings ask for: peers that are not there or do not listen, and members that
// no link reaches, so that no version message would either. Caller: validate-configuration.ts.
import type { ClusterConfiguration } from '../settings/cluster-configuration.ts';
import { findUnreached, type Ends } from './reachability.ts';
import type { ConfigurationProblem } from './validate-configuration.ts';

/** The problems of all links. */
export function findLinkProblems(configuration: ClusterConfiguration): ConfigurationProblem[] {
  const wrong = Object.keys(configuration.nodes).flatMap((name) => findDialProblems(configuration, name));
  return wrong.length > 0 ? wrong : findCutOff(configuration);
}

function findDialProblems({ nodes }: ClusterConfiguration, name: string): ConfigurationProblem[] {
  const dial = nodes[name]?.settings.links.dial ?? [];
  return dial.flatMap(({ peer }, index) => {
    const path = `/nodes/${name}/settings/links/dial/${index}`;
    const other = Object.hasOwn(nodes, peer) ? nodes[peer] : undefined;
    if (peer === name) return [{ path, message: `${name} can't dial itself.` }];
    if (!other) return [{ path, message: `${name} is to dial ${peer}, and there is no such node.` }];
    if (!other.settings.links.listen)
      return [{ path, message: `${name} is to dial ${peer}, which has no cluster listener.` }];
    if (dial.findIndex((entry) => entry.peer === peer) !== index)
      return [
        { path, message: `${name} is to dial ${peer} twice; give the first entry more connections instead.` },
      ];
    return [];
  });
}

function findCutOff({ nodes }: ClusterConfiguration): ConfigurationProblem[] {
  const names = Object.keys(nodes);
  const links = names.flatMap((from) =>
    (nodes[from]?.settings.links.dial ?? []).map(({ peer }): Ends => [from, peer]),
  );
  return findUnreached(names, links).map((name) => ({
    path: `/nodes/${name}/settings/links`,
    message: `No link leads from ${names[0]} to ${name}.`,
  }));
}
