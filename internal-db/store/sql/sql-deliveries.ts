// SQL: deliveries. See ../deliveries.ts for what each operation promises.
import type { DeliveryState } from '#commlink/methods/fields.ts';
import type {
  DeliveryEnd,
  DeliveryPageFilter,
  DeliveryRecord,
  DeliveryWrites,
  NewDelivery,
} from '../deliveries.ts';
import type { SqlConnection } from './sql-connection.ts';

const deliverySql = `SELECT d.id, d.account_id AS "accountId", a.name AS account, d.artifact_id AS "artifactId",
  f.release_id AS "releaseId", r.product_id AS "productId", p.name AS product, r.version, f.name AS file,
  f.size_bytes AS "sizeBytes", f.sha256, d.entitlement_id AS "entitlementId", d.node_id AS "nodeId",
  d.node_name AS "nodeName", d.login, d.password_hash AS "passwordHash", d.state, d.requested_by AS "requestedBy",
  d.requested_at_ms AS "requestedAtMs", d.staged_at_ms AS "stagedAtMs", d.expires_at_ms AS "expiresAtMs",
  d.ended_at_ms AS "endedAtMs", d.arrived_bytes AS "arrivedBytes"
  FROM deliveries d JOIN accounts a ON a.id = d.account_id JOIN artifacts f ON f.id = d.artifact_id
  JOIN releases r ON r.id = f.release_id JOIN products p ON p.id = r.product_id`;
// Written out in each statement, word for word, so that SQLite uses the partial indexes on live deliveries.
const live = `d.state IN ('requested', 'staged')`;
const newestFirst = 'ORDER BY d.requested_at_ms DESC, d.id DESC';

/** Deliveries in SQL. */
export class SqlDeliveries implements DeliveryWrites {
  readonly #connection: SqlConnection;

  constructor(connection: SqlConnection) {
    this.#connection = connection;
  }

  async byId(id: string): Promise<DeliveryRecord | undefined> {
    return this.#connection.get(`${deliverySql} WHERE d.id = :id`, { id });
  }

  async byIds(ids: readonly string[]): Promise<DeliveryRecord[]> {
    return this.#connection.all(
      `${deliverySql} WHERE d.id IN (${this.#connection.dialect.textsOf('ids')}) ${newestFirst}`,
      { ids: JSON.stringify(ids) },
    );
  }

  async byLogin(login: string): Promise<DeliveryRecord | undefined> {
    return this.#connection.get(`${deliverySql} WHERE d.login = :login`, { login });
  }

  async list(filter: {
    accountId: string | null;
    state: DeliveryState | null;
    limit: number;
  }): Promise<DeliveryRecord[]> {
    const conditions = [
      ...(filter.accountId === null ? [] : ['d.account_id = :accountId']),
      ...(filter.state === null ? [] : ['d.state = :state']),
    ];
    return this.#connection.all(
      `${deliverySql} WHERE ${['1 = 1', ...conditions].join(' AND ')} ${newestFirst} LIMIT :limit`,
      {
        limit: filter.limit,
        ...(filter.accountId === null ? {} : { accountId: filter.accountId }),
        ...(filter.state === null ? {} : { state: filter.state }),
      },
    );
  }

  async page(filter: DeliveryPageFilter): Promise<DeliveryRecord[]> {
    const { accountId, product, live: isLive, requestedBy, after, limit } = filter;
    const conditions = [
      'd.account_id = :accountId',
      ...(product === null ? [] : ['p.name = :product']),
      ...(isLive === null ? [] : [isLive ? live : `NOT ${live}`]),
      ...(requestedBy === null ? [] : ['d.requested_by = :requestedBy']),
      ...(after === null ? [] : ['(d.requested_at_ms, d.id) < (:afterMs, :afterId)']),
    ];
    return this.#connection.all(
      `${deliverySql} WHERE ${conditions.join(' AND ')} ${newestFirst} LIMIT :limit`,
      {
        accountId,
        limit,
        ...(product === null ? {} : { product }),
        ...(requestedBy === null ? {} : { requestedBy }),
        ...(after === null ? {} : { afterMs: after.requestedAtMs, afterId: after.id }),
      },
    );
  }

  async liveOfAccount(accountId: string): Promise<DeliveryRecord[]> {
    return this.#connection.all(`${deliverySql} WHERE d.account_id = :accountId AND ${live} ${newestFirst}`, {
      accountId,
    });
  }

  async liveOfRelease(releaseId: string): Promise<DeliveryRecord[]> {
    return this.#connection.all(`${deliverySql} WHERE f.release_id = :releaseId AND ${live} ${newestFirst}`, {
      releaseId,
    });
  }

  async liveOfArtifact(wanted: {
    accountId: string;
    artifactId: string;
    requestedBy: string;
  }): Promise<DeliveryRecord[]> {
    return this.#connection.all(
      `${deliverySql} WHERE d.artifact_id = :artifactId AND d.account_id = :accountId
         AND d.requested_by = :requestedBy AND ${live} ${newestFirst}`,
      { ...wanted },
    );
  }

  async liveCountOfAccount(accountId: string): Promise<number> {
    const row = await this.#connection.get<{ liveCount: number }>(
      `SELECT count(*) AS "liveCount" FROM deliveries d WHERE d.account_id = :accountId AND ${live}`,
      { accountId },
    );
    return row?.liveCount ?? 0;
  }

  async liveCounts(): Promise<{ requested: number; staged: number }> {
    const row = await this.#connection.get<{ requested: number; staged: number }>(
      `SELECT count(*) FILTER (WHERE d.state = 'requested') AS requested,
         count(*) FILTER (WHERE d.state = 'staged') AS staged FROM deliveries d WHERE ${live}`,
    );
    return { requested: row?.requested ?? 0, staged: row?.staged ?? 0 };
  }

  async overdue(atMs: number, limit: number): Promise<DeliveryRecord[]> {
    return this.#connection.all(
      `${deliverySql} WHERE d.expires_at_ms <= :atMs AND ${live} ORDER BY d.expires_at_ms LIMIT :limit`,
      { atMs, limit },
    );
  }

  async arrivedAt(nodeId: string, limit: number): Promise<DeliveryRecord[]> {
    return this.#connection.all(
      `${deliverySql} WHERE d.node_id = :nodeId AND d.arrived_bytes IS NOT NULL AND d.state = 'requested' AND EXISTS
         (SELECT 1 FROM holdings h WHERE h.node_id = d.node_id AND h.sha256 = f.sha256)
       ORDER BY d.requested_at_ms LIMIT :limit`,
      { nodeId, limit },
    );
  }

  async insert(delivery: NewDelivery): Promise<void> {
    await this.#connection.run(
      `INSERT INTO deliveries (id, account_id, artifact_id, entitlement_id, node_id, node_name, login,
         password_hash, state, requested_by, requested_at_ms, expires_at_ms, arrived_bytes)
       VALUES (:id, :accountId, :artifactId, :entitlementId, :nodeId, :nodeName, :login,
         :passwordHash, 'requested', :requestedBy, :requestedAtMs, :expiresAtMs, :arrivedBytes)`,
      { ...delivery },
    );
  }

  async noteArriving(
    nodeId: string,
    { sha256, arrivedBytes }: { sha256: string; arrivedBytes: number },
  ): Promise<void> {
    await this.#connection.run(
      `UPDATE deliveries SET arrived_bytes = :arrivedBytes
       WHERE node_id = :nodeId AND arrived_bytes IS NOT NULL AND state = 'requested'
         AND artifact_id IN (SELECT id FROM artifacts WHERE sha256 = :sha256)`,
      { nodeId, sha256, arrivedBytes },
    );
  }

  async markArrived(id: string): Promise<void> {
    await this.#connection.run('UPDATE deliveries SET arrived_bytes = NULL WHERE id = :id', { id });
  }

  async markStaged(id: string, atMs: number): Promise<void> {
    await this.#connection.run(
      `UPDATE deliveries SET state = 'staged', staged_at_ms = :atMs WHERE id = :id AND state = 'requested'`,
      { id, atMs },
    );
  }

  async end(id: string, state: DeliveryEnd, atMs: number): Promise<boolean> {
    const changed = await this.#connection.run(
      `UPDATE deliveries AS d SET state = :state, ended_at_ms = :atMs WHERE d.id = :id AND ${live}`,
      { id, state, atMs },
    );
    return changed === 1;
  }

  async setEntitlement(id: string, entitlementId: string): Promise<void> {
    await this.#connection.run('UPDATE deliveries SET entitlement_id = :entitlementId WHERE id = :id', {
      id,
      entitlementId,
    });
  }
}
