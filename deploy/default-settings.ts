// The settings of the nodes of a one-machine installation, as the first version of its configuration has them: the
// web-front dials internal-db, the FTP node dials the web-front, everything listens on one address.
// Later changes are made with `consign config`; nothing here is read again. Called by the first start and the migration.
import { formatHostPort } from '#commlink/host-port.ts';
import type { NodeEntry, SettingsOf } from '#commlink/settings/cluster-configuration.ts';
import { completeSettings } from '#commlink/settings/complete-settings.ts';
import { listenHost, loopbackName, type Ports } from './ports.ts';
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
  /** The address that all listen on and are reached by; left out, the loopback address, as `localhost`. */
  readonly host?: string;
}

/** The entries of all nodes, by role. */
export type EntriesByRole = { readonly [R in ProgramName]: Extract<NodeEntry, { role: R }> };

/** One machine's addresses. */
interface Site {
  readonly ports: Ports;
  readonly host: string;
  readonly publicHost: string;
}

/** Lays the entries out. */
export function defaultEntries({ ports, isRoot, host = listenHost }: SettingsChoices): EntriesByRole {
  const site = { ports, host, publicHost: host === listenHost ? loopbackName : host };
  const jail = isRoot ? 'required' : 'where-possible';
  return {
    'internal-db': { role: 'internal-db', settings: configureInternalDb(site) },
    'web-front': { role: 'web-front', settings: configureWebFront(site) },
    'ftp-node': { role: 'ftp-node', settings: configureFtpNode(site, jail) },
  };
}

function urlOf({ publicHost }: Site, port: number): string {
  return `https://${formatHostPort({ host: publicHost, port })}`;
}

function dial(peer: string, { host }: Site, port: number) {
  return { peer, host, port, connections: connectionsPerLink };
}

function configureInternalDb(site: Site): SettingsOf<'internal-db'> {
  const { ports, host } = site;
  return completeSettings('internal-db', {
    links: { listen: { host, port: ports.internalDbLink }, dial: [], linkAgeMaxMs },
    administration: { host, port: ports.internalDbAdministration },
    console: { host, port: ports.console, publicUrl: urlOf(site, ports.console) },
    portalUrl: urlOf(site, ports.portal),
    mail: { kind: 'folder', from: 'consign@localhost' },
    deliveryLifetimeMs,
    sessionLifetimeMs,
    logLevel,
  });
}

function configureWebFront(site: Site): SettingsOf<'web-front'> {
  const { ports, host } = site;
  return completeSettings('web-front', {
    links: {
      listen: { host, port: ports.webFrontLink },
      dial: [dial(nodeNames['internal-db'], site, ports.internalDbLink)],
      linkAgeMaxMs,
    },
    administration: { host, port: ports.webFrontAdministration },
    portal: { host, port: ports.portal, publicUrl: urlOf(site, ports.portal) },
    limits: {},
    features: { api: true },
    logLevel,
  });
}

function configureFtpNode(site: Site, jail: SettingsOf<'ftp-node'>['jail']): SettingsOf<'ftp-node'> {
  const { ports, host, publicHost } = site;
  const { passive: passivePorts } = ports;
  return completeSettings('ftp-node', {
    links: { listen: null, dial: [dial(nodeNames['web-front'], site, ports.webFrontLink)], linkAgeMaxMs },
    administration: { host, port: ports.ftpNodeAdministration },
    listenHost: host,
    https: { enabled: true, port: ports.delivery, publicBase: urlOf(site, ports.delivery) },
    ftp: { enabled: true, port: ports.ftp, publicHost, passivePorts, requireTls: true },
    sftp: { enabled: true, port: ports.sftp, publicHost },
    jail,
    sessionServerCount: 0,
    reconcileIntervalMs,
    limits: {},
    logLevel,
  });
}
