// SQL: places of accounts and deliveries. See ../places.ts for what each operation promises.
import type { AccountPlace, DeliveryPlace, PlaceWrites } from '../places.ts';
import type { SqlConnection } from './sql-connection.ts';

// Word for word as in the partial indexes.
const live = `d.state IN ('requested', 'staged')`;

/** Places in SQL. */
export class SqlPlaces implements PlaceWrites {
  readonly #connection: SqlConnection;

  constructor(connection: SqlConnection) {
    this.#connection = connection;
  }

  async ofAccount(accountId: string): Promise<AccountPlace> {
    const row = await this.#connection.get<{ region: string | null; nodes: string }>(
      'SELECT region, nodes FROM account_places WHERE account_id = :accountId',
      { accountId },
    );
    return row
      ? { region: row.region, nodes: JSON.parse(row.nodes) as string[] }
      : { region: null, nodes: [] };
  }

  async ofDeliveries(deliveryIds: readonly string[]): Promise<DeliveryPlace[]> {
    return this.#connection.all(
      `SELECT delivery_id AS "deliveryId", node_id AS "nodeId", node_name AS "nodeName" FROM delivery_places
       WHERE delivery_id IN (${this.#connection.dialect.textsOf('ids')}) ORDER BY delivery_id, node_id`,
      { ids: JSON.stringify(deliveryIds) },
    );
  }

  async nodesWithLive(): Promise<{ nodeId: string; nodeName: string }[]> {
    // From one node of the index to the next.
    return this.#connection.all(
      `WITH RECURSIVE n (node_id) AS (
         SELECT min(d.node_id) FROM deliveries d WHERE ${live}
         UNION ALL
         SELECT (SELECT min(d.node_id) FROM deliveries d WHERE d.node_id > n.node_id AND ${live})
         FROM n WHERE n.node_id IS NOT NULL)
       SELECT n.node_id AS "nodeId",
         (SELECT d.node_name FROM deliveries d WHERE d.node_id = n.node_id AND ${live} LIMIT 1) AS "nodeName"
       FROM n WHERE n.node_id IS NOT NULL`,
    );
  }

  async liveCountAt(nodeId: string): Promise<number> {
    const row = await this.#connection.get<{ liveCount: number }>(
      `SELECT count(*) AS "liveCount" FROM deliveries d WHERE d.node_id = :nodeId AND ${live}`,
      { nodeId },
    );
    return row?.liveCount ?? 0;
  }

  async liveAt({
    nodeId,
    after,
    limit,
  }: {
    nodeId: string;
    after: string;
    limit: number;
  }): Promise<string[]> {
    const rows = await this.#connection.all<{ id: string }>(
      `SELECT d.id FROM deliveries d WHERE d.node_id = :nodeId AND d.id > :after AND ${live} ORDER BY d.id LIMIT :limit`,
      { nodeId, after, limit },
    );
    return rows.map(({ id }) => id);
  }

  async putAccount(accountId: string, { region, nodes }: AccountPlace): Promise<void> {
    await this.#connection.run(
      `INSERT INTO account_places (account_id, region, nodes) VALUES (:accountId, :region, :nodes)
       ON CONFLICT (account_id) DO UPDATE SET region = excluded.region, nodes = excluded.nodes`,
      { accountId, region, nodes: JSON.stringify(nodes) },
    );
  }

  async add({ deliveryId, nodeId, nodeName }: DeliveryPlace, atMs: number): Promise<void> {
    await this.#connection.run(
      `INSERT INTO delivery_places (delivery_id, node_id, node_name, noted_at_ms)
       VALUES (:deliveryId, :nodeId, :nodeName, :atMs) ON CONFLICT (delivery_id, node_id) DO NOTHING`,
      { deliveryId, nodeId, nodeName, atMs },
    );
  }

  async move(
    { deliveryId, nodeId, nodeName }: DeliveryPlace,
    { atMs, isArriving }: { atMs: number; isArriving: boolean },
  ): Promise<boolean> {
    const before = await this.#connection.get<DeliveryPlace>(
      `SELECT d.id AS "deliveryId", d.node_id AS "nodeId", d.node_name AS "nodeName"
       FROM deliveries d WHERE d.id = :deliveryId AND ${live}`,
      { deliveryId },
    );
    if (!before) return false;
    const change = isArriving
      ? `state = 'requested', arrived_bytes = 0`
      : `state = 'staged', arrived_bytes = NULL, staged_at_ms = coalesce(staged_at_ms, :atMs)`;
    await this.#connection.run(
      `UPDATE deliveries SET node_id = :nodeId, node_name = :nodeName, ${change} WHERE id = :deliveryId`,
      { deliveryId, nodeId, nodeName, ...(isArriving ? {} : { atMs }) },
    );
    await this.#connection.run(
      'DELETE FROM delivery_places WHERE delivery_id = :deliveryId AND node_id = :nodeId',
      { deliveryId, nodeId },
    );
    await this.add(before, atMs);
    return true;
  }
}
