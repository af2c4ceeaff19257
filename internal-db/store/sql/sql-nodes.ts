// SQL: nodes' reports and pending unstage orders. See ../nodes.ts for what each operation promises.
import type { NodeRecord, NodeWrites, OrderedUnstaging, UnstageOrderRecord } from '../nodes.ts';
import type { SqlConnection } from './sql-connection.ts';

const orderSql = `SELECT id, node_id AS "nodeId", node_name AS "nodeName", deliveries, created_at_ms AS "createdAtMs",
  acknowledged_at_ms AS "acknowledgedAtMs", cut_transfer_count AS "cutTransferCount" FROM unstage_orders`;

type OrderRow = Omit<UnstageOrderRecord, 'deliveries'> & { readonly deliveries: string };

/** Nodes and orders in SQL; an order's deliveries are kept as a JSON array. */
export class SqlNodes implements NodeWrites {
  readonly #connection: SqlConnection;

  constructor(connection: SqlConnection) {
    this.#connection = connection;
  }

  async byId(id: string): Promise<NodeRecord | undefined> {
    return this.#connection.get(
      `SELECT id, last_sequence AS "lastSequence", last_report_at_ms AS "lastReportAtMs" FROM nodes WHERE id = :id`,
      { id },
    );
  }

  async pendingOrderCount(): Promise<number> {
    const row = await this.#connection.get<{ orderCount: number }>(
      'SELECT count(*) AS "orderCount" FROM unstage_orders WHERE acknowledged_at_ms IS NULL',
    );
    return row?.orderCount ?? 0;
  }

  async pendingOrders(perNodeMax: number): Promise<UnstageOrderRecord[]> {
    const rows = await this.#connection.all<OrderRow>(
      `${orderSql} WHERE id IN (
           SELECT id FROM (
             SELECT id, row_number() OVER (PARTITION BY node_id ORDER BY created_at_ms, id) AS place
             FROM unstage_orders WHERE acknowledged_at_ms IS NULL) waiting
           WHERE place <= :perNodeMax)
         ORDER BY created_at_ms, id`,
      { perNodeMax },
    );
    return rows.map(recordOf);
  }

  async ordersByIds(ids: readonly string[]): Promise<UnstageOrderRecord[]> {
    const rows = await this.#connection.all<OrderRow>(
      `${orderSql} WHERE id IN (${this.#connection.dialect.textsOf('ids')})`,
      {
        ids: JSON.stringify(ids),
      },
    );
    return rows.map(recordOf);
  }

  async put(node: NodeRecord): Promise<void> {
    await this.#connection.run(
      `INSERT INTO nodes (id, last_sequence, last_report_at_ms) VALUES (:id, :lastSequence, :lastReportAtMs)
       ON CONFLICT (id) DO UPDATE SET last_sequence = excluded.last_sequence,
         last_report_at_ms = excluded.last_report_at_ms`,
      { ...node },
    );
  }

  async insertOrder(
    order: Pick<UnstageOrderRecord, 'id' | 'nodeId' | 'nodeName' | 'deliveries' | 'createdAtMs'>,
  ): Promise<void> {
    await this.#connection.run(
      `INSERT INTO unstage_orders (id, node_id, node_name, deliveries, created_at_ms)
       VALUES (:id, :nodeId, :nodeName, :deliveries, :createdAtMs)`,
      { ...order, deliveries: JSON.stringify(order.deliveries) },
    );
  }

  async acknowledgeOrder(
    id: string,
    acknowledgement: { atMs: number; cutTransferCount: number },
  ): Promise<void> {
    await this.#connection.run(
      `UPDATE unstage_orders SET acknowledged_at_ms = :atMs, cut_transfer_count = :cutTransferCount
       WHERE id = :id AND acknowledged_at_ms IS NULL`,
      { id, ...acknowledgement },
    );
  }

  async endOrdersOf(nodeId: string, atMs: number): Promise<number> {
    return this.#connection.run(
      `UPDATE unstage_orders SET acknowledged_at_ms = :atMs
       WHERE node_id = :nodeId AND acknowledged_at_ms IS NULL`,
      { nodeId, atMs },
    );
  }

  async forgetOrders(beforeMs: number): Promise<void> {
    await this.#connection.run('DELETE FROM unstage_orders WHERE acknowledged_at_ms < :beforeMs', {
      beforeMs,
    });
  }
}

function recordOf(row: OrderRow): UnstageOrderRecord {
  return { ...row, deliveries: JSON.parse(row.deliveries) as OrderedUnstaging[] };
}
