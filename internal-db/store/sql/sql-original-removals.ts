// SQL: originals that are removed. See ../original-removals.ts for what each operation promises.
import type { NotedRemoval, OriginalRemovalWrites } from '../original-removals.ts';
import type { KeptFile } from '../originals.ts';
import type { SqlConnection } from './sql-connection.ts';

/** Removals in SQL. */
export class SqlOriginalRemovals implements OriginalRemovalWrites {
  readonly #connection: SqlConnection;

  constructor(connection: SqlConnection) {
    this.#connection = connection;
  }

  async unneeded(by: { beforeMs: number; nodeIds: readonly string[]; limit: number }): Promise<KeptFile[]> {
    const { beforeMs, nodeIds, limit } = by;
    const { dialect } = this.#connection;
    return await this.#connection.all(
      `SELECT o.sha256, o.size_bytes AS "sizeBytes" FROM originals o
       WHERE o.kept_at_ms < :beforeMs
         AND NOT EXISTS (SELECT 1 FROM artifacts f JOIN releases r ON r.id = f.release_id
           WHERE f.sha256 = o.sha256 AND r.state <> 'withdrawn')
         AND NOT EXISTS (SELECT 1 FROM deliveries d JOIN artifacts f ON f.id = d.artifact_id
           WHERE f.sha256 = o.sha256 AND d.state IN ('requested', 'staged'))
         AND NOT EXISTS (SELECT 1 FROM uploads u WHERE u.sha256 = o.sha256 AND u.finished_at_ms IS NULL)
         AND NOT EXISTS (SELECT 1 FROM holdings h WHERE h.sha256 = o.sha256 AND h.pinned = 1
           AND h.node_id IN (${dialect.textsOf('nodeIds')}))
       ORDER BY o.kept_at_ms, o.sha256 LIMIT :limit`,
      { beforeMs, nodeIds: JSON.stringify(nodeIds), limit },
    );
  }

  async knownOf(sha256s: readonly string[]): Promise<string[]> {
    const rows = await this.#connection.all<{ sha256: string }>(
      `SELECT sha256 FROM originals WHERE sha256 IN (${this.#connection.dialect.textsOf('sha256s')})`,
      { sha256s: JSON.stringify(sha256s) },
    );
    return rows.map(({ sha256 }) => sha256);
  }

  async hasRemoved(releaseId: string): Promise<boolean> {
    const row = await this.#connection.get(
      `SELECT 1 AS found FROM artifacts f
       WHERE f.release_id = :releaseId AND f.original_removed_at_ms IS NOT NULL
         AND NOT EXISTS (SELECT 1 FROM originals o WHERE o.sha256 = f.sha256) LIMIT 1`,
      { releaseId },
    );
    return row !== undefined;
  }

  async removalsBy(remover: string, places: readonly string[], limit: number): Promise<NotedRemoval[]> {
    return await this.#connection.all(
      `SELECT sha256, place, remover, noted_at_ms AS "notedAtMs" FROM original_removals
       WHERE remover = :remover AND place IN (${this.#connection.dialect.textsOf('places')})
       ORDER BY noted_at_ms, sha256 LIMIT :limit`,
      { remover, places: JSON.stringify(places), limit },
    );
  }

  async isBeingRemoved(sha256: string, place: string): Promise<boolean> {
    const row = await this.#connection.get(
      'SELECT 1 AS found FROM original_removals WHERE sha256 = :sha256 AND place = :place',
      { sha256, place },
    );
    return row !== undefined;
  }

  async takeOut(sha256: string, atMs: number): Promise<void> {
    await this.#connection.run('DELETE FROM holdings WHERE sha256 = :sha256', { sha256 });
    await this.#connection.run('DELETE FROM originals WHERE sha256 = :sha256', { sha256 });
    await this.#connection.run('DELETE FROM uploads WHERE sha256 = :sha256', { sha256 });
    await this.#connection.run('UPDATE artifacts SET original_removed_at_ms = :atMs WHERE sha256 = :sha256', {
      sha256,
      atMs,
    });
  }

  async noteRemoval(removal: NotedRemoval): Promise<void> {
    await this.#connection.run(
      `INSERT INTO original_removals (sha256, place, remover, noted_at_ms)
       VALUES (:sha256, :place, :remover, :notedAtMs) ON CONFLICT (sha256, place) DO NOTHING`,
      { ...removal },
    );
  }

  async renewRemoval({ sha256, place, remover }: NotedRemoval, atMs: number): Promise<boolean> {
    const sql = `UPDATE original_removals SET noted_at_ms = :atMs
      WHERE sha256 = :sha256 AND place = :place AND remover = :remover`;
    return (await this.#connection.run(sql, { sha256, place, remover, atMs })) === 1;
  }

  async forgetRemoval({ sha256, place, remover }: NotedRemoval): Promise<void> {
    await this.#connection.run(
      'DELETE FROM original_removals WHERE sha256 = :sha256 AND place = :place AND remover = :remover',
      { sha256, place, remover },
    );
  }

  async adoptRemovals(adopted: {
    place: string;
    remover: string;
    beforeMs: number;
    atMs: number;
  }): Promise<void> {
    await this.#connection.run(
      `UPDATE original_removals SET remover = :remover, noted_at_ms = :atMs
       WHERE place = :place AND remover <> :remover AND noted_at_ms < :beforeMs`,
      { ...adopted },
    );
  }
}
