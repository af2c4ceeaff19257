// The ledger's outbox: what happened here and is not yet durable at internal-db, in order. Callers: the stager and the
// download register add (inside their own transactions); the report sender reads, and removes what was accepted.
import type { NodeReport } from '#commlink/methods/documents.ts';
import type { Ledger } from './ledger.ts';

/** Something that happened, without the envelope that the sender puts around it. */
export type ReportedEvent = NodeReport['event'];

/** An event that waits to be reported. */
export interface PendingReport {
  readonly sequence: number;
  readonly atMs: number;
  readonly event: ReportedEvent;
}

/** See each method. */
export interface ReportOutbox {
  add(event: ReportedEvent, atMs: number): void;
  /** Reports that an artifact is held, unless that waits already: a relay that keeps receipts back can't make more of it. */
  addHeld(event: ReportedEvent & { type: 'artifact.held' }, atMs: number): void;
  /**
   * Reports how far a download is: replaces an earlier such report that was never sent, so that the sequence keeps no
   * gaps; dropped while more than `backlogMax` reports wait.
   */
  addProgress(event: ReportedEvent & { type: 'download' }, atMs: number, backlogMax: number): void;
  /** The oldest reports, in order. They count as sent from then on. */
  take(limit: number): PendingReport[];
  /** Removes everything up to and including this sequence number. */
  accept(sequence: number): void;
  count(): number;
  /**
   * internal-db takes reports without gaps only. When the number that it has accepted does not fit the numbers here,
   * because this ledger was begun anew or internal-db was restored from a backup, all that waits is numbered anew, from
   * the next one on. Returns whether it was so.
   */
  continueAfter(acceptedSequence: number): boolean;
}

/** Reads and writes the outbox of `ledger`. */
export function openReportOutbox(ledger: Ledger): ReportOutbox {
  const { database } = ledger;
  const insert = database.prepare('insert into report (at_ms, event, progress_of) values (?, ?, ?)');
  const replaceProgress = database.prepare(
    'update report set at_ms = ?, event = ? where progress_of = ? and sequence > ?',
  );
  // The indexed column names what a report is about: a download, or a digest.
  const waitingAbout = database.prepare('select 1 from report where progress_of = ? limit 1');
  const select = database.prepare('select * from report order by sequence limit ?');
  const remove = database.prepare('delete from report where sequence <= ?');
  const count = database.prepare('select count(*) as n from report');
  const lastGiven = database.prepare(`select seq as n from sqlite_sequence where name = 'report'`);
  const setLastGiven = database.prepare(`update sqlite_sequence set seq = ? where name = 'report'`);
  const firstWaiting = database.prepare('select min(sequence) as n from report');
  // Negative first, so that no two rows have one number while they are moved.
  const moveAway = database.prepare('update report set sequence = -(sequence + ?)');
  const moveBack = database.prepare('update report set sequence = -sequence');
  const lastSequence = (): number => Number(lastGiven.get()?.['n'] ?? 0);
  const countRows = (): number => Number(count.get()?.['n'] ?? 0);
  let lastTaken = lastSequence();
  return {
    add: (event, atMs) => void insert.run(atMs, JSON.stringify(event), null),
    addHeld: (event, atMs) => {
      if (waitingAbout.get(event.sha256) !== undefined) return;
      insert.run(atMs, JSON.stringify(event), event.sha256);
    },
    addProgress: (event, atMs, backlogMax) => {
      const text = JSON.stringify(event);
      const replaced = Number(replaceProgress.run(atMs, text, event.download, lastTaken).changes) > 0;
      if (!replaced && countRows() < backlogMax) insert.run(atMs, text, event.download);
    },
    take: (limit) => {
      const pending = select.all(limit).map((row) => ({
        sequence: Number(row['sequence']),
        atMs: Number(row['at_ms']),
        event: JSON.parse(String(row['event'])) as ReportedEvent,
      }));
      lastTaken = Math.max(lastTaken, pending.at(-1)?.sequence ?? 0);
      return pending;
    },
    // Should a power cut take this back, they are sent once more, and internal-db has them already.
    accept: (sequence) => ledger.transaction(() => void remove.run(sequence), 'recoverable'),
    count: countRows,
    continueAfter: (acceptedSequence) => {
      const last = lastSequence();
      const first = Number(firstWaiting.get()?.['n'] ?? last + 1);
      if (acceptedSequence >= first - 1 && acceptedSequence <= last) return false;
      const offset = acceptedSequence + 1 - first;
      ledger.transaction(() => {
        moveAway.run(offset);
        moveBack.run();
        setLastGiven.run(last + offset);
      });
      lastTaken = last + offset;
      return true;
    },
  };
}
