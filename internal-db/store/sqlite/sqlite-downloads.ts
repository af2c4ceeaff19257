// SQLite engine: downloads. See ../downloads.ts for what each operation promises.
import type { DownloadRecord, DownloadRow, DownloadWrites } from '../downloads.ts';
import type { SqliteConnection } from './sqlite-connection.ts';

const downloadSql = `SELECT t.id, t.delivery_id AS deliveryId, t.principal, t.path, t.protocol, t.address,
  t.offset_bytes AS offsetBytes, t.sent_bytes AS sentBytes, t.size_bytes AS sizeBytes,
  t.started_at_ms AS startedAtMs, t.ended_at_ms AS endedAtMs, t.outcome, a.name AS account
  FROM downloads t JOIN deliveries d ON d.id = t.delivery_id JOIN accounts a ON a.id = d.account_id`;
const newestFirst = 'ORDER BY t.started_at_ms DESC, t.id DESC LIMIT :limit';

/** Downloads in SQLite. */
export class SqliteDownloads implements DownloadWrites {
  readonly #connection: SqliteConnection;

  constructor(connection: SqliteConnection) {
    this.#connection = connection;
  }

  async byId(id: string): Promise<DownloadRecord | undefined> {
    return this.#connection.get(`${downloadSql} WHERE t.id = :id`, { id });
  }

  async list(filter: { accountId: string | null; limit: number }): Promise<DownloadRecord[]> {
    const { accountId, limit } = filter;
    if (accountId === null) return this.#connection.all(`${downloadSql} ${newestFirst}`, { limit });
    return this.#connection.all(`${downloadSql} WHERE d.account_id = :accountId ${newestFirst}`, {
      accountId,
      limit,
    });
  }

  async ofDelivery(deliveryId: string, limit: number): Promise<DownloadRecord[]> {
    return this.#connection.all(`${downloadSql} WHERE t.delivery_id = :deliveryId ${newestFirst}`, {
      deliveryId,
      limit,
    });
  }

  async put(download: DownloadRow): Promise<void> {
    this.#connection.run(
      `INSERT INTO downloads (id, delivery_id, principal, path, protocol, address, offset_bytes, sent_bytes,
         size_bytes, started_at_ms, ended_at_ms, outcome)
       VALUES (:id, :deliveryId, :principal, :path, :protocol, :address, :offsetBytes, :sentBytes,
         :sizeBytes, :startedAtMs, :endedAtMs, :outcome)
       ON CONFLICT (id) DO UPDATE SET sent_bytes = excluded.sent_bytes, ended_at_ms = excluded.ended_at_ms,
         outcome = excluded.outcome
         WHERE downloads.ended_at_ms IS NULL AND downloads.delivery_id = excluded.delivery_id`,
      { ...download },
    );
  }
}
