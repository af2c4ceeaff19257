// Where to reach what runs on this machine, and as which processes: as the launcher says in endpoints.json or, where a service manager
// runs each program by itself, as they have it installed. Callers: `consign status` and `consign doctor`.
import type { HostPort } from '#commlink/settings/link-settings.ts';
import { describeEndpoints, readLocalSettings } from './installed-settings.ts';
import { readProgramPlaces } from './program-folder.ts';
import { findPrograms } from './running-programs.ts';
import { readEndpoints, type Endpoints, type StateLayout } from './state-directory.ts';
import { isStateLocked } from './state-lock.ts';

/** Null when not everything of this machine is up. Throws StartupError for a state that can't be read. */
export async function findEndpoints(layout: StateLayout): Promise<Endpoints | null> {
  // A launcher that starts or stops says nothing yet, or any more.
  if (isStateLocked(layout)) return readEndpoints(layout);
  const places = await readProgramPlaces(layout);
  const pids = Object.fromEntries(findPrograms(layout).map(({ name, pid }) => [name, pid]));
  if (places.size === 0 || [...places.keys()].some((name) => pids[name] === undefined)) return null;
  return { ...describeEndpoints(layout, await readLocalSettings(layout, places)), pids };
}

/** Where this machine's web-front listens, as a balancer may stand at the portal's address; null without a web-front. */
export async function findPortalDoor(layout: StateLayout): Promise<HostPort | null> {
  const { 'web-front': front } = await readLocalSettings(layout, await readProgramPlaces(layout));
  return front === undefined ? null : { host: front.portal.host, port: front.portal.port };
}
