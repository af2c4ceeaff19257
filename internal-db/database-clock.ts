// Whose clock is right, where several internal-dbs use one database: the server's clock decides. Each notes there how far its own is
// from it. One whose clock is apart leaves while another one's is right, before it signs what nodes refuse, lets sessions end too early,
// or brings times that are still to come into the database; alone it goes on, since a wrong time is better than no service.
// Called by database-place.ts; alerts/alert-facts.ts reads the notes.
import type { NodeRole } from '#commlink/node-config.ts';
import { InternalDbError } from './internal-db-error.ts';
import { clockApartToldMs, databaseClockApartMaxMs, databaseClockNote } from './limits.ts';
import type { Store } from './store/store.ts';

/** How far a machine's clock was ahead of the server's (negative: behind), by the server's time. */
interface ClockNote {
  readonly name: string;
  readonly aheadMs: number;
  readonly notedAtMs: number;
}

type ClockNotes = Readonly<Record<string, ClockNote>>;

/** Who asks, and the machine's clock. */
export interface ClockOwner {
  readonly store: Store;
  readonly id: string;
  readonly name: string;
  readonly wallMs?: () => number;
}

/**
 * Notes this machine's clock, where there are other internal-dbs: that it is right, only while it serves (`isServing`), since others leave
 * then. Throws InternalDbError `clock_apart` when it is too far from the
 * server's, and that of another internal-db, which is there, is not.
 */
export async function compareClocks(
  { store, id, name, wallMs = () => Date.now() }: ClockOwner,
  members: readonly { readonly id: string; readonly role: NodeRole }[],
  isServing: boolean,
): Promise<void> {
  const others = members.filter((member) => member.role === 'internal-db' && member.id !== id);
  if (others.length === 0) return;
  const beforeMs = wallMs();
  const serverMs = await store.serverTimeMs();
  // However long the answer took, the clock is apart by this much at least.
  const aheadMs = Math.max(0, beforeMs - serverMs) || Math.min(0, wallMs() - serverMs);
  const notes = parseNotes(await store.read.settings.get('internal_db_clocks'));
  const own: ClockNote = { name, aheadMs, notedAtMs: serverMs };
  const noted = notes[id];
  const isNews = noted === undefined || isApart(noted) !== isApart(own);
  const isDue = isNews || Math.abs(serverMs - noted.notedAtMs) >= databaseClockNote.intervalMs;
  if (isDue && (isServing || isApart(own)))
    await store.transaction(async ({ settings }) => {
      const newest = parseNotes(await settings.get('internal_db_clocks'));
      await settings.put('internal_db_clocks', JSON.stringify({ ...newest, [id]: own }));
    });
  const right = others.map((other) => notes[other.id]).find((note) => isRightNow(note, serverMs));
  if (isApart(own) && right)
    throw new InternalDbError(
      'clock_apart',
      `The clock of ${name} is ${describeApart(aheadMs)} the database server's, and that of ${right.name} is right, which does the work meanwhile. ` +
        'Set the clock right, and let a time service keep it so: then this one takes part again.',
    );
}

/** The internal-dbs that noted lately that their clocks are apart from the server's. */
export async function findClocksApart(store: Store): Promise<ClockNote[]> {
  const notes = Object.values(parseNotes(await store.read.settings.get('internal_db_clocks'))).filter(
    isApart,
  );
  if (notes.length === 0) return [];
  const serverMs = await store.serverTimeMs();
  return notes.filter(({ notedAtMs }) => Math.abs(serverMs - notedAtMs) <= clockApartToldMs);
}

function describeApart(aheadMs: number): string {
  return `${Math.round(Math.abs(aheadMs) / 1000)} s ${aheadMs < 0 ? 'behind' : 'ahead of'}`;
}

function parseNotes(text: string | undefined): ClockNotes {
  return text === undefined ? {} : (JSON.parse(text) as ClockNotes);
}

function isApart({ aheadMs }: ClockNote): boolean {
  return Math.abs(aheadMs) > databaseClockApartMaxMs;
}

/** Where the server's own clock was set anew, no note is from now, and nobody leaves: none is from a time to come, either. */
function isRightNow(note: ClockNote | undefined, serverMs: number): note is ClockNote {
  if (note === undefined || isApart(note)) return false;
  const ageMs = serverMs - note.notedAtMs;
  return ageMs >= 0 && ageMs <= databaseClockNote.validForMs;
}
