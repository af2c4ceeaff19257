// Whether this internal-db may go on using the database that several share. In it stands who is an internal-db by the newest version of
// the configuration that any of them has installed: one that was evicted while it was away has only its old configuration, and links
// to nobody who could tell it. A newer program may have brought the schema to what this one does not know. And its machine's clock may
// be wrong (database-clock.ts).
// Called by start-services.ts, before anything is done there and then every second.
import type { ClusterStatus } from '#commlink/methods/operator-methods.ts';
import type { Logger } from '#commlink/log.ts';
import type { NodeRole } from '#commlink/node-config.ts';
import { StartupError } from '#commlink/process-lifecycle.ts';
import { compareClocks } from './database-clock.ts';
import { InternalDbError } from './internal-db-error.ts';
import { databasePlaceIntervalMs } from './limits.ts';
import { startSchedule, type Schedule } from './schedule.ts';
import type { Store } from './store/store.ts';

/** The version that this internal-db has installed, as far as it matters here. */
export interface InstalledVersion {
  readonly seq: number;
  readonly members: readonly { readonly id: string; readonly role: NodeRole }[];
}

/** Who asks. */
export interface OwnPlace {
  readonly store: Store;
  readonly id: string;
  readonly name: string;
}

/** What stands in the database. */
interface NotedVersion {
  readonly seq: number;
  /** Ids of all internal-dbs of that version, learners included. */
  readonly internalDbs: readonly string[];
}

/** After these this process must end; another try helps with the others. */
const finalCodes: ReadonlySet<string> = new Set(['closed', 'clock_apart']);

/**
 * Notes the version where it is the newest. `isServing`: whether customers reach this internal-db now. Throws StartupError `NODE_EVICTED` when the newest has this internal-db no more, and
 * InternalDbError `clock_apart` as `compareClocks` does.
 */
export async function claimPlace(
  { store, id, name }: OwnPlace,
  installed: InstalledVersion,
  isServing = false,
): Promise<void> {
  const own = noteOf(installed);
  const noted = await store.read.settings.get('internal_dbs');
  const newest = newestOf(noted, own);
  if (!newest.internalDbs.includes(id)) throw evicted(name, newest.seq);
  await compareClocks({ store, id, name }, installed.members, isServing);
  const note = JSON.stringify(own);
  if (newest !== own || noted === note) return;
  await store.transaction(async ({ settings }) => {
    const isNewest = newestOf(await settings.get('internal_dbs'), own) === own;
    if (isNewest) await settings.put('internal_dbs', note);
  });
}

/** Looks again and again; `leave` is called with why this process must end, and do nothing before. */
export function watchPlace(
  place: OwnPlace,
  watch: {
    readonly status: () => ClusterStatus;
    /** Whether customers reach it: it has a link to a web-front. */
    readonly isServing: () => boolean;
    readonly leave: (reason: StartupError | InternalDbError) => void;
    readonly log: Logger;
  },
): Schedule {
  const { status, isServing, leave, log } = watch;
  const look = async (): Promise<void> => {
    const { installed, members } = status();
    try {
      await place.store.checkSchema();
      await claimPlace(place, { seq: installed.seq, members }, isServing());
    } catch (error) {
      if (error instanceof StartupError) return leave(error);
      if (error instanceof InternalDbError && finalCodes.has(error.code)) return leave(error);
      throw error;
    }
  };
  return startSchedule({
    name: 'place in the database',
    intervalMs: databasePlaceIntervalMs,
    log,
    work: look,
  });
}

function noteOf({ seq, members }: InstalledVersion): NotedVersion {
  const internalDbs = members.filter(({ role }) => role === 'internal-db').map(({ id }) => id);
  return { seq, internalDbs };
}

/** Of two that are equally new, this internal-db's own. */
function newestOf(text: string | undefined, own: NotedVersion): NotedVersion {
  const noted = text === undefined ? own : (JSON.parse(text) as NotedVersion);
  return noted.seq > own.seq ? noted : own;
}

function evicted(name: string, seq: number): StartupError {
  return new StartupError(
    'NODE_EVICTED',
    `${name} was evicted from the cluster: version ${seq} of the configuration, which another internal-db has noted in the database, has it no more. ` +
      'Nothing was changed. Erase what is on this machine; to have it back, let it in as a new node: consign node invite internal-db',
  );
}
