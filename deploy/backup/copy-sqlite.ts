// Copies an SQLite database that another process writes: all pages of one committed moment, without holding the writer up,
// as both use the write-ahead log. Called by collect-state.ts.
import { DatabaseSync, backup } from 'node:sqlite';

/** In one step: between steps another process's writes would make it begin again. */
const allPages = 2 ** 31 - 1;

/** Copies it. Throws the engine's errors. */
export async function copySqlite(from: string, to: string): Promise<void> {
  const source = new DatabaseSync(from, { readOnly: true });
  try {
    await backup(source, to, { rate: allPages });
  } finally {
    source.close();
  }
}
