// Brings a state to where its programs can be started: makes, migrates or opens it, and looks that the ports are free.
// Called by installation.ts. A later start writes nothing of the cluster's configuration: that lives in the nodes.
import { rm } from 'node:fs/promises';
import { StartupError } from '#commlink/process-lifecycle.ts';
import { defaultEntries, firstPlaces } from './default-settings.ts';
import { beginCluster, type FirstCluster } from './first-cluster.ts';
import { planFirstLogins, readFirstLogins, type FirstLogins } from './first-logins.ts';
import { listeningPorts, readLocalSettings, writeAuthority } from './installed-settings.ts';
import { finishMigration, migrateState } from './migrate-state.ts';
import { finishPortMove, movePorts } from './move-ports.ts';
import { stopOrphans } from './orphans.ts';
import { checkPortsFree, layOutPorts, parsePortBase } from './ports.ts';
import { refreshProgramConfigs, type NodePlace } from './program-folder.ts';
import { markState, openStateDirectory, type ProgramName, type StateLayout } from './state-directory.ts';
import { takeBackWebFront } from './take-back.ts';

/** What the person at the terminal chose. */
export interface StateChoices {
  /** CONSIGN_PORT_BASE as it was given. */
  readonly portBase: string | undefined;
  readonly withDemo: boolean;
  /** The address to listen on, instead of the loopback address; for a first start. */
  readonly host: string | undefined;
  /** Whether a first start makes no other node than the database's: the others will join from other machines. */
  readonly onlyDatabase: boolean;
  readonly say: (line: string) => void;
  /** Keeps other launchers off; called before anything is changed. */
  readonly takeLock: () => void;
}

/** A state that can be started. */
export interface PreparedState {
  /** The programs of this machine, and which nodes they are. */
  readonly places: ReadonlyMap<ProgramName, NodePlace>;
  /** The cluster whose other members are still to be let in; null once that is done. */
  readonly first: FirstCluster | null;
  /** The logins that are still to be made and shown. */
  readonly logins: FirstLogins | null;
}

/** Prepares the state. Throws StartupError with what is wrong and what to do. */
export async function prepareState(layout: StateLayout, choices: StateChoices): Promise<PreparedState> {
  const portBase = parsePortBase(choices.portBase);
  const found = openStateDirectory(layout);
  choices.takeLock();
  await stopOrphans(layout);
  takeBackWebFront(layout);
  await rm(layout.endpointsFile, { force: true });
  if (found.isOld) await migrateState(layout, choices.say);
  await finishMigration(layout);
  const isFirst = found.isNew || (await readFirstLogins(layout)) !== null;
  return isFirst ? prepareFirst(layout, choices, portBase) : prepareLater(layout, choices);
}

async function prepareFirst(
  layout: StateLayout,
  { withDemo, host, onlyDatabase }: StateChoices,
  portBase: number,
): Promise<PreparedState> {
  const isRoot = process.geteuid?.() === 0;
  const choices = { ports: layOutPorts(portBase), isRoot, ...(host !== undefined && { host }) };
  const entries = defaultEntries(choices);
  const places = new Map([...firstPlaces].filter(([role]) => !onlyDatabase || role === 'internal-db'));
  const settings = [...places.keys()].map((role) => [role, entries[role].settings] as const);
  await checkPortsFree(listeningPorts(Object.fromEntries(settings)));
  await planFirstLogins(layout, { withDemo: withDemo && !onlyDatabase });
  await markState(layout);
  const first = await beginCluster(layout, entries);
  return { places, first, logins: await readFirstLogins(layout) };
}

async function prepareLater(layout: StateLayout, { portBase, say }: StateChoices): Promise<PreparedState> {
  const places = await refreshProgramConfigs(layout);
  if (places.size === 0) throw nothingToRun(layout);
  await finishPortMove(layout, places);
  if (portBase !== undefined && portBase !== '')
    await movePorts(layout, { places, base: parsePortBase(portBase), say });
  await checkPortsFree(listeningPorts(await readLocalSettings(layout, places)));
  await writeAuthority(layout, places);
  return { places, first: null, logins: null };
}

function nothingToRun({ directory }: StateLayout): StartupError {
  return new StartupError(
    'NOTHING_TO_RUN',
    `No program is set up in ${directory} yet. Finish joining with consign node join TICKET, or name another directory with --state.`,
  );
}
