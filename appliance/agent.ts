// The agent's parts, built once by a command and handed to everything that works. Callers: main.ts's commands; tests build their own.
import path from 'node:path';
import { CentreClock } from './cycle/centre-clock.ts';
import type { Installer } from './install/installer.ts';
import { openDelegatedGroup } from './programs/group-tree.ts';
import { layOutAgentFolder } from './state/agent-folder.ts';
import { Disk } from './state/disk.ts';
import { readIdentity, type Identity } from './state/identity.ts';
import { Journal } from './state/journal.ts';

/** Where the agent works: its state directory, the root of configuration files, and the root of the machine's facts. */
export interface AgentPlaces {
  readonly state: string;
  readonly root: string;
  readonly machineRoot: string;
}

/** The agent of one enrolled appliance. */
export interface Agent extends Installer {
  readonly identity: Identity;
  readonly version: string;
}

/** What tests replace. */
export interface AgentOptions {
  readonly disk?: Disk;
  readonly clock?: CentreClock;
}

/** The version that beats tell. */
export const agentVersion = '0.1.0';

/** Opens the state directory of an enrolled appliance. Throws AgentError `not_enrolled`, `state_damaged`. */
export async function openAgent(
  places: AgentPlaces,
  signal: AbortSignal,
  options: AgentOptions = {},
): Promise<Agent> {
  const { disk = new Disk(), clock = new CentreClock() } = options;
  const folder = layOutAgentFolder(path.resolve(places.state));
  const identity = await readIdentity(folder.identity);
  // What a power cut at the end of the enrolment left: the identity has these keys.
  await disk.remove(folder.enrolment);
  // The packages are for all users of the machine, as their files' own modes have it; the rest is the agent's.
  await disk.makeFolder(folder.packages, 0o755);
  for (const own of [folder.staging, path.join(folder.plugins, 'initial'), path.join(folder.plugins, 'post')])
    await disk.makeFolder(own);
  const journal = await Journal.open(folder.journal, disk, clock.stamp());
  await journal.keepReserve();
  const { root, machineRoot } = places;
  const group = openDelegatedGroup();
  return { folder, identity, disk, journal, clock, group, signal, root, machineRoot, version: agentVersion };
}
