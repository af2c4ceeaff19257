// A cluster of an internal-db and a web-front that run as their own programs, and its operator, who changes it through the
// protocol. Callers: tests of what the rooms do when their configuration changes.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger } from '#commlink/log.ts';
import { composeIdentity } from '#commlink/operator/compose-identity.ts';
import { composeSettingsChange } from '#commlink/operator/compose-settings-change.ts';
import { publishChange } from '#commlink/operator/publish.ts';
import type { OperatorClient } from '#commlink/operator/read-installed.ts';
import type {
  ClusterConfiguration,
  ClusterPolicy,
  NodeIdentity,
} from '#commlink/settings/cluster-configuration.ts';
import type { InternalDbSettings } from '#commlink/settings/internal-db-settings.ts';
import type { WebFrontSettings } from '#commlink/settings/web-front-settings.ts';
import type { InternalDbConfig } from '#internal-db/config.ts';
import type { WebFrontConfig } from '#web-front/config.ts';
import { configureCluster, entryOf, type ConfiguredCluster } from './configured-cluster.ts';
import { findFreePortBase } from './free-ports.ts';
import { issueCertificate, type IssuedCertificate } from './issued-certificate.ts';

const log = createLogger('test', 'silent');

/** The files of the two, and where they listen. Ports: base +0 links, +1 console, +2 portal; from +10 on free. */
export interface ConfiguredRooms {
  readonly directory: string;
  readonly portBase: number;
  readonly issued: IssuedCertificate;
  readonly cluster: ConfiguredCluster;
  readonly internalDb: InternalDbConfig;
  readonly webFront: WebFrontConfig;
  remove(): Promise<void>;
}

/** What a test may choose of the first version. */
export interface RoomsRequest {
  readonly identity?: Partial<NodeIdentity>;
  readonly policy?: Partial<ClusterPolicy>;
  /** Where they listen, if not at their own ports. */
  readonly linkPort?: number;
  readonly consolePort?: number;
  readonly portalPort?: number;
  /** internal-db's settings, where they differ from the usual. */
  readonly internalDb?: Partial<InternalDbSettings>;
}

/** Makes them; nothing runs yet. */
export async function configureRooms(request: RoomsRequest = {}): Promise<ConfiguredRooms> {
  const directory = await mkdtemp(join(tmpdir(), 'consign-rooms-'));
  const portBase = await findFreePortBase();
  const issued = await issueCertificate('localhost');
  const identity: NodeIdentity = { ...issued, authority: null, hostKeys: [], ...request.identity };
  const { linkPort = portBase, consolePort = portBase + 1, portalPort = portBase + 2 } = request;
  const db1 = entryOf('internal-db', { listen: linkPort, room: consolePort });
  Object.assign(db1.settings, request.internalDb);
  const cluster = await configureCluster({
    directory,
    members: {
      db1: { entry: db1, identity },
      web1: {
        entry: entryOf('web-front', { listen: null, dial: { db1: linkPort }, room: portalPort }),
        identity,
      },
    },
    policy: { messageIntervalMs: 100, ...request.policy },
  });
  return {
    directory,
    portBase,
    issued,
    cluster,
    internalDb: {
      node: cluster.bootstrap('db1'),
      databaseFile: join(directory, 'db1', 'consign.db'),
      adminSocket: join(directory, 'db1', 'admin.sock'),
    },
    webFront: { node: cluster.bootstrap('web1'), dropTo: null },
    remove: () => rm(directory, { recursive: true, force: true }),
  };
}

/** What to change: members of the two nodes' settings, identities, the policy. */
export interface RoomsChange {
  readonly db1?: Partial<InternalDbSettings>;
  readonly web1?: Partial<WebFrontSettings>;
  readonly policy?: Partial<ClusterPolicy>;
}

/** Publishes a change of settings and waits until both have it. Throws PublishError. */
export async function publishSettings(
  cluster: ConfiguredCluster,
  client: OperatorClient,
  change: RoomsChange,
): Promise<void> {
  await publishChange(
    client,
    (edition) => composeSettingsChange(edition, changed(edition.installed.configuration, change)),
    { operator: cluster.operator, reason: 'a test' },
  );
}

/** Publishes new identities, by node, and waits until both have them. Throws PublishError. */
export async function publishIdentities(
  cluster: ConfiguredCluster,
  client: OperatorClient,
  identities: Readonly<Record<string, NodeIdentity>>,
): Promise<void> {
  await publishChange(
    client,
    (edition) => composeIdentity(edition, { identities: new Map(Object.entries(identities)) }),
    { operator: cluster.operator, reason: 'a test' },
  );
}

/** Connects as the operator, over the node's own socket. */
export function connectOperator(cluster: ConfiguredCluster, name: string): Promise<OperatorClient> {
  return cluster.connect(name, log);
}

function changed(configuration: ClusterConfiguration, change: RoomsChange): ClusterConfiguration {
  const { db1, web1 } = configuration.nodes;
  if (db1?.role !== 'internal-db' || web1?.role !== 'web-front') throw new Error('Other nodes are there.');
  return {
    policy: { ...configuration.policy, ...change.policy },
    nodes: {
      db1: { ...db1, settings: { ...db1.settings, ...change.db1 } },
      web1: { ...web1, settings: { ...web1.settings, ...change.web1 } },
    },
  };
}
