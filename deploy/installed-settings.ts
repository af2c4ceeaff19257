// What the nodes of this state are configured to be, read from what each has installed: where they listen, where
// customers reach them, which certificate they show. Callers: the launcher's start, and its watch over changes.
import { existsSync } from 'node:fs';
import { openClusterNode, type NodeConfiguration } from '#commlink/configuration/cluster-node.ts';
import { formatHostPort } from '#commlink/host-port.ts';
import { createLogger } from '#commlink/log.ts';
import { StartupError } from '#commlink/process-lifecycle.ts';
import { writePrivateFile } from '#commlink/private-file.ts';
import type { SettingsOf } from '#commlink/settings/cluster-configuration.ts';
import type { HostPort } from '#commlink/settings/link-settings.ts';
import { configurationReadTriesMax } from './limits.ts';
import { listenHost, loopbackName, type ListeningPort } from './ports.ts';
import { bootstrapOf, type NodePlace } from './program-folder.ts';
import type { ProgramName, PublicEndpoints, StateLayout } from './state-directory.ts';

/** The settings of the nodes that run on this machine. */
export type LocalSettings = { readonly [R in ProgramName]?: SettingsOf<R> };

/**
 * Reads a node's own part of the installed version. A running program may install another one just then, and erase what
 * was about to be read: then it is read again. Throws StartupError as openClusterNode does.
 */
export async function readNodeConfiguration<R extends ProgramName>(
  layout: StateLayout,
  role: R,
  place: NodePlace,
): Promise<NodeConfiguration<R>> {
  const bootstrap = bootstrapOf(layout, role, place);
  const log = createLogger('launcher', 'silent');
  for (let tries = 1; ; tries += 1) {
    try {
      return (await openClusterNode({ bootstrap, role, log })).configuration;
    } catch (error) {
      const isGone = error instanceof StartupError && error.code === 'KEY_FILE_UNREADABLE';
      if (!isGone || tries >= configurationReadTriesMax) throw error;
    }
  }
}

/** Reads the settings of all of them. */
export async function readLocalSettings(
  layout: StateLayout,
  places: ReadonlyMap<ProgramName, NodePlace>,
): Promise<LocalSettings> {
  const read = async <R extends ProgramName>(role: R): Promise<{ [K in R]?: SettingsOf<R> }> => {
    const place = places.get(role);
    if (place === undefined) return {};
    const { settings } = await readNodeConfiguration(layout, role, place);
    return { [role]: settings } as { [K in R]: SettingsOf<R> };
  };
  const [db, front, node] = await Promise.all([read('internal-db'), read('web-front'), read('ftp-node')]);
  return { ...db, ...front, ...node };
}

/** Every port that the programs listen on, but for passive ports, which are tried when they are needed. */
export function listeningPorts(local: LocalSettings): ListeningPort[] {
  const found: (ListeningPort | null)[] = [];
  const add = (purpose: string, place: { host: string; port: number } | null): void => {
    found.push(place && { purpose, ...place });
  };
  const { 'internal-db': db, 'web-front': front, 'ftp-node': node } = local;
  if (front) add('portal', front.portal);
  if (db) add('console', db.console);
  if (node) {
    const { listenHost: host, https, ftp, sftp } = node;
    for (const [purpose, { enabled, port }] of Object.entries({ delivery: https, ftp, sftp }))
      if (enabled) add(purpose, { host, port });
    if (https.enabled && https.plainPort !== null) add('plain HTTP', { host, port: https.plainPort });
  }
  for (const [role, settings] of Object.entries(local)) {
    const name = role.replace('-', ' ');
    add(`${name} link`, settings.links.listen);
    add(`${name} administration`, settings.administration);
  }
  return found.filter((place) => place !== null && place.port !== 0) as ListeningPort[];
}

/** Where people and programs reach this machine. */
export function describeEndpoints(layout: StateLayout, local: LocalSettings): PublicEndpoints {
  const { 'internal-db': db, 'web-front': front, 'ftp-node': node } = local;
  return {
    ...(front && { portal: front.portal.publicUrl }),
    ...(db && { console: `https://${formatHostPort(publicPlaceOf(db.console))}` }),
    ...(node?.https.enabled && { delivery: node.https.publicBase }),
    ...(node?.ftp.enabled && { ftp: { host: node.ftp.publicHost, port: node.ftp.port } }),
    ...(node?.sftp.enabled && { sftp: { host: node.sftp.publicHost, port: node.sftp.port } }),
    caFile: layout.caFile,
  };
}

/** A console on the loopback address is reached by the name that browsers trust there. */
function publicPlaceOf({ host, port }: HostPort): HostPort {
  return { host: host === listenHost ? loopbackName : host, port };
}

/**
 * Writes the authority's certificate for the clients of a machine that has joined: its own is not there, but came with
 * its identity. An authority that is here is left as it is.
 */
export async function writeAuthority(
  layout: StateLayout,
  places: ReadonlyMap<ProgramName, NodePlace>,
): Promise<void> {
  if (existsSync(layout.caKeyFile)) return;
  for (const [role, place] of places) {
    const { authority } = (await readNodeConfiguration(layout, role, place)).identity;
    if (authority !== null) await writePrivateFile(layout.caFile, authority);
  }
}
