// SQL: downloads. See ../downloads.ts for what each operation promises.
import type {
  DownloadPageFilter,
  DownloadRecord,
  DownloadRow,
  DownloadWrites,
  PastDownloadRecord,
} from '../downloads.ts';
import type { SqlParameters, SqlConnection } from './sql-connection.ts';

const downloadColumns = `t.id, t.delivery_id AS "deliveryId", t.principal, t.path, t.protocol, t.address,
  t.offset_bytes AS "offsetBytes", t.sent_bytes AS "sentBytes", t.size_bytes AS "sizeBytes",
  t.started_at_ms AS "startedAtMs", t.ended_at_ms AS "endedAtMs", t.outcome, a.name AS account`;
const joinedTables = 'FROM downloads t JOIN accounts a ON a.id = t.account_id';
const downloadSql = `SELECT ${downloadColumns} ${joinedTables}`;
const newestFirst = 'ORDER BY t.started_at_ms DESC, t.id DESC LIMIT :limit';

/** `user:<name>` of whoever logged in, or the appliance; null for a login that was made for one delivery. */
const userOfPrincipal = `CASE substr(:principal, 1, instr(:principal, ':') - 1)
  WHEN 'user' THEN :principal
  WHEN 'appliance' THEN :principal
  WHEN 'token' THEN (SELECT 'user:' || u.name FROM personal_tokens k JOIN users u ON u.id = k.user_id
    WHERE k.id = substr(:principal, 7))
  WHEN 'key' THEN (SELECT 'user:' || u.name FROM ssh_keys k JOIN users u ON u.id = k.user_id
    WHERE k.id = substr(:principal, 5)) END`;

/** Downloads in SQL. */
export class SqlDownloads implements DownloadWrites {
  readonly #connection: SqlConnection;

  constructor(connection: SqlConnection) {
    this.#connection = connection;
  }

  async byId(id: string): Promise<DownloadRecord | undefined> {
    return this.#connection.get(`${downloadSql} WHERE t.id = :id`, { id });
  }

  async list(filter: { accountId: string | null; limit: number }): Promise<DownloadRecord[]> {
    const { accountId, limit } = filter;
    if (accountId === null) return this.#connection.all(`${downloadSql} ${newestFirst}`, { limit });
    return this.#connection.all(`${downloadSql} WHERE t.account_id = :accountId ${newestFirst}`, {
      accountId,
      limit,
    });
  }

  async page(filter: DownloadPageFilter): Promise<PastDownloadRecord[]> {
    const { accountId, product, downloadedBy, outcome, fromMs, untilMs, after, limit } = filter;
    const narrowing: readonly (readonly [condition: string, values: SqlParameters | null])[] = [
      // A product's paths begin with its name and a slash; a zero is what comes after a slash.
      [
        't.path >= :pathMin AND t.path < :pathMax',
        product === null ? null : { pathMin: `${product}/`, pathMax: `${product}0` },
      ],
      ['t.downloaded_by = :downloadedBy', downloadedBy === null ? null : { downloadedBy }],
      ['t.outcome = :outcome', outcome === null ? null : { outcome }],
      ['t.started_at_ms >= :fromMs', fromMs === null ? null : { fromMs }],
      ['t.started_at_ms < :untilMs', untilMs === null ? null : { untilMs }],
      [
        '(t.started_at_ms, t.id) < (:afterMs, :afterId)',
        after && { afterMs: after.startedAtMs, afterId: after.id },
      ],
    ];
    const used = narrowing.filter(([, values]) => values !== null);
    const conditions = ['t.account_id = :accountId', ...used.map(([condition]) => condition)];
    return this.#connection.all(
      `SELECT ${downloadColumns}, t.downloaded_by AS "downloadedBy" ${joinedTables}
       WHERE ${conditions.join(' AND ')} ${newestFirst}`,
      Object.assign({ accountId, limit }, ...used.map(([, values]) => values)),
    );
  }

  async ofDelivery(deliveryId: string, limit: number): Promise<DownloadRecord[]> {
    return this.#connection.all(`${downloadSql} WHERE t.delivery_id = :deliveryId ${newestFirst}`, {
      deliveryId,
      limit,
    });
  }

  async put(download: DownloadRow): Promise<void> {
    await this.#connection.run(
      `INSERT INTO downloads (id, delivery_id, principal, path, protocol, address, offset_bytes, sent_bytes,
         size_bytes, started_at_ms, ended_at_ms, outcome, account_id, downloaded_by)
       SELECT :id, :deliveryId, :principal, :path, :protocol, :address, :offsetBytes, :sentBytes,
         :sizeBytes, :startedAtMs, :endedAtMs, :outcome, d.account_id, coalesce(${userOfPrincipal}, d.requested_by)
       FROM deliveries d WHERE d.id = :deliveryId
       ON CONFLICT (id) DO UPDATE SET sent_bytes = excluded.sent_bytes, ended_at_ms = excluded.ended_at_ms,
         outcome = excluded.outcome
         WHERE downloads.ended_at_ms IS NULL AND downloads.delivery_id = excluded.delivery_id`,
      { ...download },
    );
  }
}
