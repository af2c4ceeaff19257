// SQL: kept artifacts, their holders, uploads. See ../originals.ts for what each operation promises.
import type {
  KeptFile,
  OriginalRecord,
  OriginalWrites,
  PlacedFiles,
  ReleaseFile,
  UploadRecord,
} from '../originals.ts';
import type { SqlConnection, SqlParameters } from './sql-connection.ts';

const uploadSql = `SELECT id, started_by AS "startedBy", name, size_bytes AS "sizeBytes", fingerprint,
  release_file AS "releaseFile", sha256, created_at_ms AS "createdAtMs",
  finished_at_ms AS "finishedAtMs" FROM uploads`;

type UploadRow = Omit<UploadRecord, 'releaseFile'> & { readonly releaseFile: string | null };

/** Kept artifacts in SQL; what an upload becomes is kept as JSON. */
export class SqlOriginals implements OriginalWrites {
  readonly #connection: SqlConnection;

  constructor(connection: SqlConnection) {
    this.#connection = connection;
  }

  async bySha256(sha256: string): Promise<OriginalRecord | undefined> {
    return await this.#connection.get(
      `SELECT sha256, size_bytes AS "sizeBytes", kept_at_ms AS "keptAtMs" FROM originals WHERE sha256 = :sha256`,
      { sha256 },
    );
  }

  async awaitedAt(nodeId: string, limit: number): Promise<KeptFile[]> {
    return await this.#connection.all(
      `SELECT o.sha256, o.size_bytes AS "sizeBytes" FROM originals o
       WHERE o.sha256 IN (SELECT f.sha256 FROM deliveries d JOIN artifacts f ON f.id = d.artifact_id
           WHERE d.node_id = :nodeId AND d.arrived_bytes IS NOT NULL AND d.state = 'requested')
         AND NOT EXISTS (SELECT 1 FROM holdings h WHERE h.node_id = :nodeId AND h.sha256 = o.sha256)
       ORDER BY o.size_bytes, o.sha256 LIMIT :limit`,
      { nodeId, limit },
    );
  }

  async isOfLiveDelivery(nodeId: string, sha256: string): Promise<boolean> {
    const row = await this.#connection.get(
      `SELECT 1 AS found FROM deliveries d JOIN artifacts f ON f.id = d.artifact_id
       WHERE f.sha256 = :sha256 AND d.state IN ('requested', 'staged') AND (d.node_id = :nodeId OR EXISTS
         (SELECT 1 FROM delivery_places p WHERE p.delivery_id = d.id AND p.node_id = :nodeId)) LIMIT 1`,
      { nodeId, sha256 },
    );
    return row !== undefined;
  }

  async isPlaced(sha256: string, placed: PlacedFiles): Promise<boolean> {
    const row = await this.#connection.get(
      `SELECT 1 AS found FROM originals o WHERE o.sha256 = :sha256 AND ${this.#isPlaced()}`,
      { sha256, ...parametersOf(placed) },
    );
    return row !== undefined;
  }

  async placedButNotPinned(nodeId: string, placed: PlacedFiles, limit: number): Promise<KeptFile[]> {
    return await this.#connection.all(
      `SELECT o.sha256, o.size_bytes AS "sizeBytes" FROM originals o
       WHERE ${this.#isPlaced()} AND NOT EXISTS
         (SELECT 1 FROM holdings h WHERE h.node_id = :nodeId AND h.sha256 = o.sha256 AND h.pinned = 1)
       ORDER BY o.kept_at_ms, o.sha256 LIMIT :limit`,
      { nodeId, limit, ...parametersOf(placed) },
    );
  }

  async pinnedButNotPlaced(nodeId: string, placed: PlacedFiles, limit: number): Promise<KeptFile[]> {
    return await this.#connection.all(
      `SELECT o.sha256, o.size_bytes AS "sizeBytes" FROM originals o JOIN holdings h ON h.sha256 = o.sha256
       WHERE h.node_id = :nodeId AND h.pinned = 1 AND NOT ${this.#isPlaced()}
       ORDER BY o.kept_at_ms, o.sha256 LIMIT :limit`,
      { nodeId, limit, ...parametersOf(placed) },
    );
  }

  async popularIn(
    productId: string,
    popular: { sinceMs: number; deliveriesMin: number; limit: number },
  ): Promise<string[]> {
    const rows = await this.#connection.all<{ sha256: string }>(
      `SELECT f.sha256 FROM deliveries d JOIN artifacts f ON f.id = d.artifact_id
         JOIN releases r ON r.id = f.release_id JOIN originals o ON o.sha256 = f.sha256
       WHERE d.requested_at_ms >= :sinceMs AND r.product_id = :productId AND r.state <> 'withdrawn'
       GROUP BY f.sha256 HAVING count(*) >= :deliveriesMin ORDER BY count(*) DESC LIMIT :limit`,
      { productId, ...popular },
    );
    return rows.map(({ sha256 }) => sha256);
  }

  async holdersOf(sha256: string): Promise<string[]> {
    const rows = await this.#connection.all<{ nodeId: string }>(
      `SELECT node_id AS "nodeId" FROM holdings WHERE sha256 = :sha256 ORDER BY node_id`,
      { sha256 },
    );
    return rows.map(({ nodeId }) => nodeId);
  }

  async holdersInRelease(releaseId: string): Promise<{ sha256: string; nodeId: string | null }[]> {
    return await this.#connection.all(
      `SELECT DISTINCT o.sha256, h.node_id AS "nodeId" FROM artifacts f JOIN originals o ON o.sha256 = f.sha256
       LEFT JOIN holdings h ON h.sha256 = o.sha256 WHERE f.release_id = :releaseId`,
      { releaseId },
    );
  }

  async upload(id: string): Promise<UploadRecord | undefined> {
    const row = await this.#connection.get<UploadRow>(`${uploadSql} WHERE id = :id`, { id });
    return row && recordOf(row);
  }

  async uploadsOf(startedBy: string): Promise<UploadRecord[]> {
    const rows = await this.#connection.all<UploadRow>(
      `${uploadSql} WHERE started_by = :startedBy ORDER BY created_at_ms, id`,
      { startedBy },
    );
    return rows.map(recordOf);
  }

  async openUploads(): Promise<UploadRecord[]> {
    const rows = await this.#connection.all<UploadRow>(`${uploadSql} WHERE finished_at_ms IS NULL`);
    return rows.map(recordOf);
  }

  async uploadsBefore(atMs: number, limit: number): Promise<UploadRecord[]> {
    const rows = await this.#connection.all<UploadRow>(
      `${uploadSql} WHERE created_at_ms < :atMs ORDER BY created_at_ms LIMIT :limit`,
      { atMs, limit },
    );
    return rows.map(recordOf);
  }

  async put(original: OriginalRecord): Promise<void> {
    await this.#connection.run(
      `INSERT INTO originals (sha256, size_bytes, kept_at_ms) VALUES (:sha256, :sizeBytes, :keptAtMs)
       ON CONFLICT (sha256) DO UPDATE SET kept_at_ms = excluded.kept_at_ms`,
      { ...original },
    );
  }

  async noteNeeded(releaseId: string, atMs: number): Promise<void> {
    await this.#connection.run(
      `UPDATE originals SET kept_at_ms = :atMs
       WHERE sha256 IN (SELECT f.sha256 FROM artifacts f WHERE f.release_id = :releaseId)`,
      { releaseId, atMs },
    );
  }

  async noteHeld(
    nodeId: string,
    { sha256, isPinned, atMs }: { sha256: string; isPinned: boolean; atMs: number },
  ): Promise<void> {
    await this.#connection.run(
      `INSERT INTO holdings (node_id, sha256, held_at_ms, pinned)
       SELECT CAST(:nodeId AS TEXT), sha256, CAST(:atMs AS BIGINT), CAST(:pinned AS BIGINT)
       FROM originals WHERE sha256 = :sha256
       ON CONFLICT (node_id, sha256) DO UPDATE SET pinned = excluded.pinned`,
      { nodeId, sha256, atMs, pinned: isPinned ? 1 : 0 },
    );
  }

  async noteLost(nodeId: string, sha256: string): Promise<boolean> {
    const sql = 'DELETE FROM holdings WHERE node_id = :nodeId AND sha256 = :sha256';
    return (await this.#connection.run(sql, { nodeId, sha256 })) === 1;
  }

  async insertUpload({ releaseFile, ...upload }: UploadRecord): Promise<void> {
    await this.#connection.run(
      `INSERT INTO uploads (id, started_by, name, size_bytes, fingerprint, release_file, sha256,
         created_at_ms, finished_at_ms)
       VALUES (:id, :startedBy, :name, :sizeBytes, :fingerprint, :releaseFile, :sha256,
         :createdAtMs, :finishedAtMs)`,
      { ...upload, releaseFile: releaseFile && JSON.stringify(releaseFile) },
    );
  }

  async setUploadSize(id: string, sizeBytes: number): Promise<void> {
    await this.#connection.run('UPDATE uploads SET size_bytes = :sizeBytes WHERE id = :id', {
      id,
      sizeBytes,
    });
  }

  async setUploadDigest(id: string, sha256: string): Promise<void> {
    await this.#connection.run('UPDATE uploads SET sha256 = :sha256 WHERE id = :id', { id, sha256 });
  }

  async finishUpload(id: string, atMs: number): Promise<void> {
    await this.#connection.run('UPDATE uploads SET finished_at_ms = :atMs WHERE id = :id', { id, atMs });
  }

  async removeUpload(id: string): Promise<void> {
    await this.#connection.run('DELETE FROM uploads WHERE id = :id', { id });
  }

  /** Of the original `o`, with the parameters of `parametersOf`. */
  #isPlaced(): string {
    const { dialect } = this.#connection;
    return `(o.sha256 IN (${dialect.textsOf('sha256s')}) OR EXISTS
      (SELECT 1 FROM artifacts f JOIN releases r ON r.id = f.release_id
       WHERE f.sha256 = o.sha256 AND r.state <> 'withdrawn' AND r.product_id IN (${dialect.textsOf('productIds')})))`;
  }
}

function recordOf(row: UploadRow): UploadRecord {
  const { releaseFile } = row;
  return { ...row, releaseFile: releaseFile === null ? null : (JSON.parse(releaseFile) as ReleaseFile) };
}

function parametersOf({ productIds, sha256s }: PlacedFiles): SqlParameters {
  return { productIds: JSON.stringify(productIds), sha256s: JSON.stringify(sha256s) };
}
