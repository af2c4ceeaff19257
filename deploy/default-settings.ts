// The settings of the nodes of a one-machine installation, as the first version of its configuration has them: the
// web-front dials internal-db, the FTP node dials the web-front, everything listens on the loopback address.
// Later changes are made with `consign config`; nothing here is read again. Called by the first start and the migration.
import type { NodeEntry, SettingsOf } from '#commlink/settings/cluster-configuration.ts';
import { listenHost, publicHost, type Ports } from './ports.ts';
import { programNames, type ProgramName } from './state-directory.ts';

/** The cluster's name on one machine. */
export const clusterName = 'local';

/** What the nodes of one machine are called. */
export const nodeNames = { 'internal-db': 'db1', 'web-front': 'web1', 'ftp-node': 'ftp1' } as const;

/** The programs of one machine, and which nodes they are. */
export const firstPlaces: ReadonlyMap<ProgramName, { cluster: string; name: string }> = new Map(
  programNames.map((role) => [role, { cluster: clusterName, name: nodeNames[role] }]),
);

const connectionsPerLink = 2;
const linkAgeMaxMs = 600_000;
const deliveryLifetimeMs = 4 * 3_600_000;
const sessionLifetimeMs = 12 * 3_600_000;
const reconcileIntervalMs = 60_000;
const logLevel = 'info';

/** What the settings depend on. */
export interface SettingsChoices {
  readonly ports: Ports;
  /** Started as root, the installation refuses to serve customers outside a jail. */
  readonly isRoot: boolean;
}

/** The entries of all nodes, by role. */
export type EntriesByRole = { readonly [R in ProgramName]: Extract<NodeEntry, { role: R }> };

/** Lays the entries out. */
export function defaultEntries({ ports, isRoot }: SettingsChoices): EntriesByRole {
  const jail = isRoot ? 'required' : 'where-possible';
  return {
    'internal-db': { role: 'internal-db', settings: configureInternalDb(ports) },
    'web-front': { role: 'web-front', settings: configureWebFront(ports) },
    'ftp-node': { role: 'ftp-node', settings: configureFtpNode(ports, jail) },
  };
}

function listenAt(port: number): { host: string; port: number } {
  return { host: listenHost, port };
}

function dial(peer: string, port: number) {
  return { peer, host: listenHost, port, connections: connectionsPerLink };
}

function configureInternalDb(ports: Ports): SettingsOf<'internal-db'> {
  return {
    links: { listen: listenAt(ports.internalDbLink), dial: [], linkAgeMaxMs },
    administration: listenAt(ports.internalDbAdministration),
    console: listenAt(ports.console),
    deliveryLifetimeMs,
    sessionLifetimeMs,
    logLevel,
  };
}

function configureWebFront(ports: Ports): SettingsOf<'web-front'> {
  return {
    links: {
      listen: listenAt(ports.webFrontLink),
      dial: [dial(nodeNames['internal-db'], ports.internalDbLink)],
      linkAgeMaxMs,
    },
    administration: listenAt(ports.webFrontAdministration),
    portal: { ...listenAt(ports.portal), publicUrl: `https://${publicHost}:${ports.portal}` },
    limits: {},
    features: { api: true },
    logLevel,
  };
}

function configureFtpNode(ports: Ports, jail: SettingsOf<'ftp-node'>['jail']): SettingsOf<'ftp-node'> {
  return {
    links: { listen: null, dial: [dial(nodeNames['web-front'], ports.webFrontLink)], linkAgeMaxMs },
    administration: listenAt(ports.ftpNodeAdministration),
    listenHost,
    https: { enabled: true, port: ports.delivery, publicBase: `https://${publicHost}:${ports.delivery}` },
    ftp: { enabled: true, port: ports.ftp, publicHost, passivePorts: ports.passive, requireTls: false },
    sftp: { enabled: true, port: ports.sftp, publicHost },
    jail,
    sessionServerCount: 1,
    reconcileIntervalMs,
    limits: {},
    logLevel,
  };
}
