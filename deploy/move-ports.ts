// Moves a whole one-machine installation to another row of ports, when it is started with another CONSIGN_PORT_BASE.
// Ports are part of the cluster's configuration, so this makes a version of it; but it must work while nothing can be
// started, because a port is taken. Called by prepare-state.ts, with nothing running.
import { installStopped } from '#commlink/configuration/cluster-node.ts';
import { isSameVersion } from '#commlink/configuration/protocol/cluster-version.ts';
import { readStopped } from '#commlink/configuration/read-stopped.ts';
import { composeSettingsChange } from '#commlink/operator/compose-settings-change.ts';
import { signDraft, type Edition } from '#commlink/operator/draft.ts';
import { openConfiguration } from '#commlink/operator/open-configuration.ts';
import type { OperatorKeys } from '#commlink/operator/operator-keys.ts';
import { StartupError } from '#commlink/process-lifecycle.ts';
import type { ClusterConfiguration, NodeEntry } from '#commlink/settings/cluster-configuration.ts';
import { readLocalSettings, type LocalSettings } from './installed-settings.ts';
import { readOwnOperatorKeys } from './operator-connection.ts';
import { layOutPorts, portsInRow } from './ports.ts';
import { bootstrapOf, type NodePlace } from './program-folder.ts';
import { programNames, type ProgramName, type StateLayout } from './state-directory.ts';

/** Where to. */
export interface PortMove {
  readonly places: ReadonlyMap<ProgramName, NodePlace>;
  readonly base: number;
  readonly say: (line: string) => void;
}

/** What ports are called in the settings: on their own, as the ends of a range, and in addresses. */
const portKeys: ReadonlySet<string> = new Set(['port', 'from', 'to']);
const urlKeys: ReadonlySet<string> = new Set(['publicUrl', 'publicBase', 'portalUrl']);

/** The node that installs first, here as in the protocol. */
const anchorRole = 'internal-db';

/** Moves the ports, unless they are there. Throws StartupError `PORTS_CONFIGURED` when that can't be done offline. */
export async function movePorts(layout: StateLayout, { places, base, say }: PortMove): Promise<void> {
  const current = findBase(await readLocalSettings(layout, places));
  if (current === null || current === base) return;
  const operator = await readOwnOperatorKeys(layout);
  const edition = operator && (await openForAll(layout, places, operator));
  if (operator === null || edition === null) throw portsConfigured(current, base);
  const { nodes, policy } = edition.installed.configuration;
  const move = { row: { from: current, to: current + portsInRow - 1 }, by: base - current };
  const moved = Object.entries(nodes).map(([name, entry]): [string, NodeEntry] => [
    name,
    shift('', entry, move) as NodeEntry,
  ]);
  const configuration: ClusterConfiguration = { policy, nodes: Object.fromEntries(moved) };
  const block = signDraft(await composeSettingsChange(edition, configuration), operator);
  for (const [role, place] of inOrder(places)) await installStopped(bootstrapOf(layout, role, place), block);
  say(`The ports were moved: they start at ${base} now, and stay there.`);
}

/**
 * A move that was cut short has reached the anchor and not all others, which then could not reach it: they are given what
 * it has. Does nothing otherwise. To be called at each start, with nothing running.
 */
export async function finishPortMove(layout: StateLayout, places: PortMove['places']): Promise<void> {
  const place = places.get(anchorRole);
  if (place === undefined) return;
  const { installed } = await readStopped(bootstrapOf(layout, anchorRole, place));
  const { manifest, version, signed, sections } = installed;
  for (const [role, other] of places) {
    const bootstrap = bootstrapOf(layout, role, other);
    const behind = (await readStopped(bootstrap)).installed.version;
    if (isSameVersion(behind, version) || !isSameVersion(behind, manifest.parent)) continue;
    await installStopped(bootstrap, { manifest: signed, sections: [...sections] });
  }
}

/** What to compose the change on; null unless all members are here, at one version, and one signature is enough. */
async function openForAll(
  layout: StateLayout,
  places: PortMove['places'],
  keys: OperatorKeys,
): Promise<Edition | null> {
  const stopped = await Promise.all(
    inOrder(places).map(([role, place]) => readStopped(bootstrapOf(layout, role, place))),
  );
  const [first] = stopped;
  if (first === undefined) return null;
  const { manifest, version, sections } = first.installed;
  const isComplete =
    manifest.members.length === stopped.length &&
    stopped.every(({ installed }) => isSameVersion(installed.version, version)) &&
    manifest.operators.threshold === 1;
  if (!isComplete) return null;
  const configuration = await openConfiguration({ manifest, sections, keys });
  return {
    installed: { manifest, version, configuration },
    highestSeq: Math.max(...stopped.map(({ highestSeq }) => highestSeq)),
    reason: 'Started with another CONSIGN_PORT_BASE',
    publishedBy: keys.name,
    nowMs: Date.now(),
  };
}

function inOrder(places: PortMove['places']): [ProgramName, NodePlace][] {
  return programNames.flatMap((role) => {
    const place = places.get(role);
    return place ? [[role, place] satisfies [ProgramName, NodePlace]] : [];
  });
}

/** The first port of the row that most of the ports are in; null when they are in none. */
function findBase(local: LocalSettings): number | null {
  const offsets = layOutPorts(0);
  const bases = [
    local['web-front'] && local['web-front'].portal.port - offsets.portal,
    local['internal-db'] && local['internal-db'].console.port - offsets.console,
    local['ftp-node'] && local['ftp-node'].https.port - offsets.delivery,
  ].filter((base) => base !== undefined);
  const votes = (base: number): number => bases.filter((other) => other === base).length;
  const best = bases.toSorted((left, right) => votes(right) - votes(left))[0];
  return best !== undefined && best > 0 ? best : null;
}

/** Ports in the row, and how far they go. */
interface Shift {
  readonly row: { readonly from: number; readonly to: number };
  readonly by: number;
}

/** Settings with every port of the row moved, in addresses too; `key` is the name of `value` in them. */
function shift(key: string, value: unknown, move: Shift): unknown {
  if (typeof value === 'number') return portKeys.has(key) ? shiftPort(value, move) : value;
  if (typeof value === 'string') return urlKeys.has(key) ? shiftUrl(value, move) : value;
  if (Array.isArray(value)) return value.map((item) => shift(key, item, move));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, shift(name, item, move)]));
}

function shiftPort(port: number, { row, by }: Shift): number {
  return port >= row.from && port <= row.to ? port + by : port;
}

function shiftUrl(text: string, move: Shift): string {
  const url = new URL(text);
  if (url.port === '') return text;
  url.port = String(shiftPort(Number(url.port), move));
  return url.href.replace(/\/$/, '');
}

function portsConfigured(current: number, base: number): StartupError {
  return new StartupError(
    'PORTS_CONFIGURED',
    `The ports are part of the cluster's configuration, where they start at ${current}; they can be moved to ${base} at a start only while all nodes are on this machine and its operator key needs no passphrase. Start without CONSIGN_PORT_BASE, then change them with: consign config set`,
  );
}
