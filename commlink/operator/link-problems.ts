// What can be wrong with the links that the settings ask for: peers that are not there, do not listen, or are to listen
// elsewhere than they are dialled, and members that no link reaches, so that no version message would either.
// Caller: validate-configuration.ts.
import type { ClusterConfiguration } from '../settings/cluster-configuration.ts';
import type { HostPort } from '../settings/link-settings.ts';
import { findUnreached, type Ends } from './reachability.ts';
import type { ConfigurationProblem } from './configuration-problem.ts';

/** The problems of all links. `before` is what is installed, if anything is. */
export function findLinkProblems(
  configuration: ClusterConfiguration,
  before?: ClusterConfiguration,
): ConfigurationProblem[] {
  const wrong = Object.keys(configuration.nodes).flatMap((name) => findDialProblems(configuration, name));
  if (wrong.length > 0) return wrong;
  return [...findCutOff(configuration), ...(before ? findParted(configuration, before) : [])];
}

/**
 * Entries that dial where their peer listens now, and no longer will. Links that are up would stay up, so that nobody
 * notices before a restart, when the two can't find each other and nothing more can be published. Where the addresses
 * differ already, something in between translates them, and a host that is new may be another name: both are believed.
 */
function findParted({ nodes }: ClusterConfiguration, before: ClusterConfiguration): ConfigurationProblem[] {
  return Object.entries(nodes).flatMap(([name, { settings }]) =>
    settings.links.dial.flatMap((entry, index) => {
      const old = before.nodes[name]?.settings.links.dial.find(({ peer }) => peer === entry.peer);
      const listened = before.nodes[entry.peer]?.settings.links.listen;
      const listens = nodes[entry.peer]?.settings.links.listen;
      if (!old || !listened || !listens || old.host !== entry.host) return [];
      if (!leadsTo(old, listened) || leadsTo(entry, listens)) return [];
      const [dials, is] = [entry, listens].map(({ host, port }) => `${host}:${port}`);
      const path = `/nodes/${name}/settings/links/dial/${index}`;
      const advice = `Change ${name}/links/dial/${index} and ${entry.peer}/links/listen together.`;
      return [
        {
          path,
          message: `${name} would dial ${entry.peer} at ${dials}, and it would listen at ${is}. ${advice}`,
        },
      ];
    }),
  );
}

function leadsTo(dialled: HostPort, listen: HostPort): boolean {
  const isAnyAddress = ['0.0.0.0', '::'].includes(listen.host);
  return dialled.port === listen.port && (isAnyAddress || dialled.host === listen.host);
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
