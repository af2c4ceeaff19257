// SQL: files that nodes have lost. See ../artifact-losses.ts for what each operation promises.
import type { ArtifactLoss, ArtifactLossWrites } from '../artifact-losses.ts';
import type { SqlConnection } from './sql-connection.ts';

/** Losses in SQL. */
export class SqlArtifactLosses implements ArtifactLossWrites {
  readonly #connection: SqlConnection;

  constructor(connection: SqlConnection) {
    this.#connection = connection;
  }

  async lossesSince(atMs: number): Promise<{ nodeName: string; count: number }[]> {
    return this.#connection.all(
      `SELECT node_name AS "nodeName", count(*) AS count FROM artifact_losses WHERE lost_at_ms > :atMs
       GROUP BY node_name ORDER BY node_name`,
      { atMs },
    );
  }

  async lossesOf(nodeId: string, sinceMs: number): Promise<string[]> {
    const rows = await this.#connection.all<{ sha256: string }>(
      'SELECT sha256 FROM artifact_losses WHERE node_id = :nodeId AND lost_at_ms > :sinceMs',
      { nodeId, sinceMs },
    );
    return rows.map(({ sha256 }) => sha256);
  }

  async noteLoss(loss: ArtifactLoss): Promise<void> {
    await this.#connection.run(
      `INSERT INTO artifact_losses (node_id, sha256, node_name, lost_at_ms)
       VALUES (:nodeId, :sha256, :nodeName, :lostAtMs)
       ON CONFLICT (node_id, sha256) DO UPDATE SET node_name = excluded.node_name,
         lost_at_ms = excluded.lost_at_ms`,
      { ...loss },
    );
  }

  async forgetLosses(beforeMs: number): Promise<void> {
    await this.#connection.run('DELETE FROM artifact_losses WHERE lost_at_ms < :beforeMs', { beforeMs });
  }
}
