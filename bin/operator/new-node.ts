// What a node that is to come is configured as: the settings of a member of its role, else those of a fresh installation,
// with its own addresses; whom it dials, and who is to dial it. Pure. Called by the node commands.
import type { NewNode } from '#commlink/operator/admit-node.ts';
import type { ClusterConfiguration, NodeEntry } from '#commlink/settings/cluster-configuration.ts';
import type { LinkSettings } from '#commlink/settings/link-settings.ts';
import { defaultEntries } from '#deploy/default-settings.ts';
import { layOutPorts, portBaseDefault, type Ports } from '#deploy/ports.ts';
import { CliError } from '../cli-error.ts';

type Role = NodeEntry['role'];
type Dial = LinkSettings['dial'][number];

/** What the person said of the new node; null where nothing was said. */
export interface NodeWishes {
  readonly name: string;
  readonly role: Role;
  /** Where clients reach it. */
  readonly publicHost: string | null;
  /** The address that it listens on. */
  readonly listenHost: string | null;
  readonly portBase: number | null;
}

/**
 * Which role dials which: the FTP nodes dial the web-fronts, and these dial internal-db. An internal-db without a cluster
 * listener, behind a firewall that lets nothing in, dials the web-fronts.
 */
function roleDialledBy({ role, settings }: NodeEntry): Role | null {
  if (role === 'internal-db') return settings.links.listen === null ? 'web-front' : null;
  return role === 'web-front' ? 'internal-db' : 'web-front';
}
const connectionsPerLink = 2;
const wildcardHosts: readonly string[] = ['0.0.0.0', '::'];

/** The new node's entry. Throws CliError `usage` when there is nobody to dial. */
export function composeEntry(configuration: ClusterConfiguration, wishes: NodeWishes): NodeEntry {
  const { role } = wishes;
  const model = Object.values(configuration.nodes).find((entry) => entry.role === role);
  const ports = layOutPorts(wishes.portBase ?? portBaseDefault);
  const entry = structuredClone(model ?? defaultEntries({ ports, isRoot: true })[role]);
  const addressed = withAddresses(entry, wishes, wishes.portBase === null && model ? null : ports);
  const { links } = addressed.settings;
  const dial = peersToDial(configuration, wishes, addressed);
  return { ...addressed, settings: { ...addressed.settings, links: { ...links, dial } } } as NodeEntry;
}

/** The members that are to dial the new node: those whose role does, when it listens. */
export function findDiallers(
  configuration: ClusterConfiguration,
  wishes: NodeWishes,
  entry: NodeEntry,
): NewNode['dialledBy'] {
  const { listen } = entry.settings.links;
  if (listen === null) return [];
  const host = wildcardHosts.includes(listen.host) ? (wishes.publicHost ?? listen.host) : listen.host;
  return Object.entries(configuration.nodes)
    .filter(([name, member]) => roleDialledBy(member) === entry.role && name !== wishes.name)
    .map(([node]) => ({ node, host, port: listen.port, connections: connectionsPerLink }));
}

/** The member that the new machine dials to join: the named one, else one that it dials anyway. Throws CliError. */
export function chooseContact(
  configuration: ClusterConfiguration,
  named: { readonly name: string | null; readonly address: { host: string; port: number } | null },
  entry: NodeEntry,
): NewNode['contact'] {
  const listening = Object.entries(configuration.nodes).filter(([, { settings }]) => settings.links.listen);
  const anyway = entry.settings.links.dial.find(({ peer }) => Object.hasOwn(configuration.nodes, peer));
  const name = named.name ?? anyway?.peer ?? listening[0]?.[0];
  if (name === undefined || !Object.hasOwn(configuration.nodes, name)) {
    throw new CliError(
      'notFound',
      `There is no node "${name ?? ''}" to join at. \`consign node list\` has them.`,
    );
  }
  const known = (named.address ?? anyway?.peer === name) ? anyway : addressOf(configuration, name);
  const place = named.address ?? known;
  if (place) return { name, host: place.host, port: place.port };
  throw new CliError(
    'usage',
    `${name} has no cluster listener. Name another node with --contact: internal-db and web-front nodes have one.`,
  );
}

function peersToDial(configuration: ClusterConfiguration, { name }: NodeWishes, own: NodeEntry): Dial[] {
  return Object.entries(configuration.nodes)
    .filter(([peer, { role }]) => role === roleDialledBy(own) && peer !== name)
    .flatMap(([peer]) => {
      const place = addressOf(configuration, peer);
      return place === null ? [] : [{ ...place, peer, connections: connectionsPerLink }];
    });
}

/** Where others dial a node: as one of them does, else as it listens. */
function addressOf({ nodes }: ClusterConfiguration, name: string): { host: string; port: number } | null {
  const known = Object.values(nodes)
    .flatMap(({ settings }) => settings.links.dial)
    .find(({ peer }) => peer === name);
  const place = known ?? nodes[name]?.settings.links.listen ?? null;
  return place === null ? null : { host: place.host, port: place.port };
}

function withAddresses(entry: NodeEntry, wishes: NodeWishes, ports: Ports | null): NodeEntry {
  const common = commonAddresses(entry, wishes, ports);
  const at = (place: { host: string; port: number }, port: number | undefined) => ({
    host: wishes.listenHost ?? place.host,
    port: port ?? place.port,
  });
  switch (entry.role) {
    case 'internal-db': {
      const { settings } = entry;
      return {
        ...entry,
        settings: {
          ...settings,
          ...common,
          console: { ...settings.console, ...at(settings.console, ports?.console) },
        },
      };
    }
    case 'web-front': {
      const { settings } = entry;
      const portal = at(settings.portal, ports?.portal);
      const publicUrl = withPublic(settings.portal.publicUrl, wishes.publicHost, ports?.portal);
      return { ...entry, settings: { ...settings, ...common, portal: { ...portal, publicUrl } } };
    }
    case 'ftp-node':
      return ftpNodeWithAddresses({ ...entry, settings: { ...entry.settings, ...common } }, wishes, ports);
  }
}

function ftpNodeWithAddresses(
  entry: Extract<NodeEntry, { role: 'ftp-node' }>,
  { publicHost, listenHost }: NodeWishes,
  ports: Ports | null,
): NodeEntry {
  const { https, ftp, sftp, ...rest } = entry.settings;
  return {
    ...entry,
    settings: {
      ...rest,
      listenHost: listenHost ?? rest.listenHost,
      https: {
        ...https,
        port: ports?.delivery ?? https.port,
        publicBase: withPublic(https.publicBase, publicHost, ports?.delivery),
      },
      ftp: {
        ...ftp,
        port: ports?.ftp ?? ftp.port,
        publicHost: publicHost ?? ftp.publicHost,
        passivePorts: ports ? { ...ports.passive } : ftp.passivePorts,
      },
      sftp: { ...sftp, port: ports?.sftp ?? sftp.port, publicHost: publicHost ?? sftp.publicHost },
    },
  };
}

function commonAddresses({ role, settings }: NodeEntry, { listenHost }: NodeWishes, ports: Ports | null) {
  const { links, administration } = settings;
  const linkPorts = {
    'internal-db': ports?.internalDbLink,
    'web-front': ports?.webFrontLink,
    'ftp-node': undefined,
  };
  const administrationPorts = {
    'internal-db': ports?.internalDbAdministration,
    'web-front': ports?.webFrontAdministration,
    'ftp-node': ports?.ftpNodeAdministration,
  };
  const at = (place: { host: string; port: number } | null, port: number | undefined) =>
    place === null ? null : { host: listenHost ?? place.host, port: port ?? place.port };
  return {
    links: { ...links, listen: at(links.listen, linkPorts[role]) },
    administration: at(administration, administrationPorts[role]),
  };
}

function withPublic(url: string, host: string | null, port: number | undefined): string {
  const changed = new URL(url);
  if (host !== null) changed.hostname = host.includes(':') ? `[${host}]` : host;
  if (port !== undefined) changed.port = String(port);
  return changed.origin;
}
