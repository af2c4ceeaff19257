// Listeners that would be in each other's way, and passive port ranges that can't work. Two nodes are taken to share a
// machine when one dials the other at a loopback address; what else a port collides with, the node finds out when it
// stages the version. Caller: validate-configuration.ts.
import type { ClusterConfiguration, NodeEntry } from '../settings/cluster-configuration.ts';
import type { ConfigurationProblem } from './configuration-problem.ts';

const anyAddress = new Set(['0.0.0.0', '::']);
const loopback = /^(?:127\.\d+\.\d+\.\d+|::1|localhost)$/;

/** A port, or a range of them, at which a node listens. */
interface Listener {
  readonly node: string;
  readonly path: string;
  readonly what: string;
  readonly host: string;
  readonly from: number;
  readonly to: number;
}

/** The problems of all ports. Port 0, which the system chooses, is in nobody's way. */
export function findPortProblems(configuration: ClusterConfiguration): ConfigurationProblem[] {
  const listeners = Object.entries(configuration.nodes).flatMap(([name, entry]) => listenersOf(name, entry));
  const reversed = listeners.filter(({ from, to }) => from > to || (from === 0 && to > 0));
  const machines = findMachines(configuration);
  const sorted = listeners
    .filter((listener) => listener.from > 0 && !reversed.includes(listener))
    .toSorted((left, right) => left.from - right.from);
  return [
    ...reversed.map(({ path }) => ({ path, message: 'The range of passive ports ends before it starts.' })),
    ...sorted.flatMap((listener, index) => findClashes(listener, sorted.slice(index + 1), machines)),
  ];
}

/** Those of `later`, which start at the same port or above, that this listener is in the way of. */
function findClashes(
  listener: Listener,
  later: readonly Listener[],
  machines: ReadonlyMap<string, string>,
): ConfigurationProblem[] {
  const end = later.findIndex(({ from }) => from > listener.to);
  return later
    .slice(0, end === -1 ? later.length : end)
    .filter((other) => isSamePlace(listener, other, machines))
    .map(({ path, what, from }) => ({
      path,
      message: `Port ${from}, for ${what}, is taken by ${listener.what} of ${listener.node} on the same machine.`,
    }));
}

function isSamePlace(left: Listener, right: Listener, machines: ReadonlyMap<string, string>): boolean {
  const isSameHost = left.host === right.host;
  if (machines.get(left.node) !== machines.get(right.node))
    return isSameHost && !anyAddress.has(left.host) && !loopback.test(left.host);
  return isSameHost || anyAddress.has(left.host) || anyAddress.has(right.host);
}

function listenersOf(node: string, entry: NodeEntry): Listener[] {
  const { links, administration, metrics } = entry.settings;
  const at = (name: string, what: string, place: { host: string; port: number } | null): Listener[] =>
    place
      ? [
          {
            node,
            path: `/nodes/${node}/settings/${name}`,
            what,
            host: place.host,
            from: place.port,
            to: place.port,
          },
        ]
      : [];
  return [
    ...at('links/listen', 'the cluster listener', links.listen),
    ...at('administration', 'the administration listener', administration),
    ...at('metrics', 'metrics', metrics),
    ...clientListeners(entry).flatMap(([name, what, place]) => at(name, what, place)),
    ...passiveListeners(node, entry),
  ];
}

function clientListeners(entry: NodeEntry): (readonly [string, string, { host: string; port: number }])[] {
  switch (entry.role) {
    case 'internal-db':
      return [['console', 'the staff console', entry.settings.console]];
    case 'web-front':
      return [['portal', 'the portal', entry.settings.portal]];
    case 'ftp-node': {
      const { listenHost: host, https, ftp, sftp } = entry.settings;
      const protocols = [
        { path: 'https/port', what: 'HTTPS downloads', ...https },
        { path: 'https/plainPort', what: 'plain HTTP', ...https, port: https.plainPort },
        { path: 'ftp/port', what: 'FTP', ...ftp },
        { path: 'ftp/implicitPort', what: 'FTP with implicit TLS', ...ftp, port: ftp.implicitPort },
        { path: 'sftp/port', what: 'SFTP', ...sftp },
      ];
      return protocols.flatMap(({ enabled, path, what, port }) =>
        enabled && port !== null ? [[path, what, { host, port }] as const] : [],
      );
    }
  }
}

function passiveListeners(node: string, { role, settings }: NodeEntry): Listener[] {
  if (role !== 'ftp-node' || !settings.ftp.enabled) return [];
  const path = `/nodes/${node}/settings/ftp/passivePorts`;
  return [{ node, path, what: 'passive FTP', host: settings.listenHost, ...settings.ftp.passivePorts }];
}

/** Which machine each node is on: the name of one of the nodes there. */
function findMachines({ nodes }: ClusterConfiguration): ReadonlyMap<string, string> {
  const machines = new Map(Object.keys(nodes).map((name) => [name, name]));
  for (const [name, { settings }] of Object.entries(nodes))
    for (const { peer, host } of settings.links.dial) {
      const [mine, theirs] = [machines.get(name), machines.get(peer)];
      if (!loopback.test(host) || mine === undefined || theirs === undefined) continue;
      for (const [node, machine] of machines) if (machine === theirs) machines.set(node, mine);
    }
  return machines;
}
