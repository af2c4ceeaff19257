// A cluster of seven: two internal-dbs, two web-fronts that dial both, and three ftp-nodes that dial both web-fronts, so
// that ftp-nodes and internal-dbs share no link. On loopback; on request a proxy stands in every link.
// Callers: the test of seven processes, and the benchmark of the configuration.
import type { NodeEntry } from '#commlink/settings/cluster-configuration.ts';
import { configureCluster, entryOf, type ConfiguredCluster } from './configured-cluster.ts';
import type { ConfiguredClusterRequest } from './configured-cluster.ts';
import { FaultProxy } from './fault-proxy.ts';
import { findFreePortBase } from './free-ports.ts';

const listeners = ['db1', 'db2', 'web1', 'web2'] as const;
const databases = ['db1', 'db2'];
const webFronts = ['web1', 'web2'];
const ftpNodes = ['ftp1', 'ftp2', 'ftp3'];
/** From the base of the row of ports: where the rooms' own ports begin, and how many each has. */
const [roomOffset, portsOfRoom] = [10, 6];

/** How to make it. */
export interface SevenNodesRequest extends Pick<ConfiguredClusterRequest, 'directory' | 'policy'> {
  readonly operatorCount?: number;
  readonly isProxied: boolean;
}

/** The cluster, not started, and the proxies, which run. */
export interface SevenNodes {
  readonly cluster: ConfiguredCluster;
  /** Of all links; none without proxies. */
  readonly proxies: readonly FaultProxy[];
  /** Those of one node's links. */
  readonly proxiesOf: (name: string) => readonly FaultProxy[];
  /** Closes the proxies. */
  close(): Promise<void>;
}

/** Makes it. */
export async function configureSevenNodes(request: SevenNodesRequest): Promise<SevenNodes> {
  const { isProxied, ...rest } = request;
  const base = await findFreePortBase();
  const proxies: { readonly ends: readonly string[]; readonly proxy: FaultProxy }[] = [];
  const portOf = (name: string): number => base + listeners.indexOf(name as (typeof listeners)[number]);
  const dialsOf = async (from: string, peers: readonly string[]): Promise<Record<string, number>> => {
    const ports: [string, number][] = [];
    for (const peer of peers) {
      const proxy = isProxied ? await FaultProxy.open(portOf(peer)) : undefined;
      if (proxy) proxies.push({ ends: [from, peer], proxy });
      ports.push([peer, proxy?.port ?? portOf(peer)]);
    }
    return Object.fromEntries(ports);
  };
  const members: Record<string, { entry: NodeEntry }> = {};
  const add = async (name: string, role: NodeEntry['role'], peers: readonly string[]): Promise<void> => {
    const room = base + roomOffset + portsOfRoom * Object.keys(members).length;
    const listen = role === 'ftp-node' ? null : portOf(name);
    members[name] = { entry: entryOf(role, { listen, room, dial: await dialsOf(name, peers) }) };
  };
  for (const name of databases) await add(name, 'internal-db', []);
  for (const name of webFronts) await add(name, 'web-front', databases);
  for (const name of ftpNodes) await add(name, 'ftp-node', webFronts);
  return {
    cluster: await configureCluster({ ...rest, members }),
    proxies: proxies.map(({ proxy }) => proxy),
    proxiesOf: (name) => proxies.filter(({ ends }) => ends.includes(name)).map(({ proxy }) => proxy),
    close: async () => {
      await Promise.all(proxies.map(({ proxy }) => proxy.close()));
    },
  };
}
