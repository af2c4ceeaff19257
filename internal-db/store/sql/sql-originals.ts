// SQL: kept artifacts, their holders, uploads. See ../originals.ts for what each operation promises.
import type { OriginalRecord, OriginalWrites, ReleaseFile, UploadRecord } from '../originals.ts';
import type { SqlConnection } from './sql-connection.ts';

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

  async notHeldBy(nodeId: string, limit: number): Promise<Pick<OriginalRecord, 'sha256' | 'sizeBytes'>[]> {
    return await this.#connection.all(
      `SELECT o.sha256, o.size_bytes AS "sizeBytes" FROM originals o
       WHERE NOT EXISTS (SELECT 1 FROM holdings h WHERE h.node_id = :nodeId AND h.sha256 = o.sha256)
       ORDER BY o.kept_at_ms, o.sha256 LIMIT :limit`,
      { nodeId, limit },
    );
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
       ON CONFLICT (sha256) DO NOTHING`,
      { ...original },
    );
  }

  async noteHeld(nodeId: string, sha256: string, atMs: number): Promise<void> {
    await this.#connection.run(
      `INSERT INTO holdings (node_id, sha256, held_at_ms)
       SELECT CAST(:nodeId AS TEXT), sha256, CAST(:atMs AS BIGINT) FROM originals WHERE sha256 = :sha256
       ON CONFLICT (node_id, sha256) DO NOTHING`,
      { nodeId, sha256, atMs },
    );
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
}

function recordOf(row: UploadRow): UploadRecord {
  const { releaseFile } = row;
  return { ...row, releaseFile: releaseFile === null ? null : (JSON.parse(releaseFile) as ReleaseFile) };
}
