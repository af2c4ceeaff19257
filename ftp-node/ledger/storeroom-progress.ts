// The ledger's note of how far the storeroom was read again, so that a restart does not begin anew. Called by check-storeroom.ts.
import type { Ledger } from './ledger.ts';

/** A reading of everything. `after`: the digest that was read last, in their order, or empty; null: all were. */
export interface StoreroomProgress {
  readonly beganAtMs: number;
  readonly after: string | null;
}

/** The note. */
export interface StoreroomProgressNote {
  /** Null: it was never begun. */
  read(): StoreroomProgress | null;
  write(progress: StoreroomProgress): void;
}

/** Reads and writes the note of `ledger`. What a power cut takes of it is read once more. */
export function openStoreroomProgress(ledger: Ledger): StoreroomProgressNote {
  const { database } = ledger;
  const select = database.prepare('select began_at_ms, after_sha256 from storeroom_check');
  const upsert = database.prepare(
    `insert into storeroom_check values (1, :beganAtMs, :after)
     on conflict (id) do update set began_at_ms = excluded.began_at_ms, after_sha256 = excluded.after_sha256`,
  );
  return {
    read: () => {
      const row = select.get();
      if (row === undefined) return null;
      const after = row['after_sha256'];
      return { beganAtMs: Number(row['began_at_ms']), after: typeof after === 'string' ? after : null };
    },
    write: ({ beganAtMs, after }) =>
      ledger.transaction(() => void upsert.run({ beganAtMs, after }), 'recoverable'),
  };
}
