// SQL: webhooks and their messages. See ../webhooks.ts for what each operation promises.
import type { WebhookFailure } from '#commlink/methods/webhook-methods.ts';
import type {
  DueSending,
  SendingOutcome,
  WebhookCounts,
  WebhookMessageRecord,
  WebhookRecord,
  WebhookWrites,
} from '../webhooks.ts';
import type { SqlConnection } from './sql-connection.ts';

type WebhookRow = Omit<WebhookRecord, 'eventTypes'> & { readonly eventTypes: string };
type DueRow = WebhookMessageRecord & { readonly attemptCount: number };

const webhookColumns = `w.id, w.url, w.event_types AS "eventTypes", w.secret, w.created_at_ms AS "createdAtMs",
  w.created_by AS "createdBy"`;

/** Webhooks in SQL. */
export class SqlWebhooks implements WebhookWrites {
  readonly #connection: SqlConnection;

  constructor(connection: SqlConnection) {
    this.#connection = connection;
  }

  async all(): Promise<WebhookRecord[]> {
    const sql = `SELECT ${webhookColumns} FROM webhooks w ORDER BY w.created_at_ms, w.id`;
    return (await this.#connection.all<WebhookRow>(sql)).map(webhookOf);
  }

  async byId(id: string): Promise<WebhookRecord | undefined> {
    const sql = `SELECT ${webhookColumns} FROM webhooks w WHERE w.id = :id`;
    const row = await this.#connection.get<WebhookRow>(sql, { id });
    return row && webhookOf(row);
  }

  async countsOf(id: string): Promise<WebhookCounts> {
    const counts = await this.#connection.get<Omit<WebhookCounts, 'lastFailure'>>(
      `SELECT count(next_attempt_at_ms) AS waiting, count(delivered_at_ms) AS delivered,
         count(*) FILTER (WHERE next_attempt_at_ms IS NULL AND delivered_at_ms IS NULL) AS "givenUp"
       FROM webhook_sendings WHERE webhook_id = :id`,
      { id },
    );
    const last = await this.#connection.get<{ outcome: string }>(
      `SELECT s.last_outcome AS outcome FROM webhook_sendings s JOIN webhook_messages m ON m.id = s.message_id
       WHERE s.webhook_id = :id AND s.delivered_at_ms IS NULL AND s.last_outcome IS NOT NULL
       ORDER BY m.at_ms DESC LIMIT 1`,
      { id },
    );
    return { waiting: 0, delivered: 0, givenUp: 0, ...counts, lastFailure: last?.outcome ?? null };
  }

  async failuresOf(webhookId: string, limit: number): Promise<WebhookFailure[]> {
    return this.#connection.all(
      `SELECT m.id AS message, m.event_type AS type, m.at_ms AS "atMs", s.attempt_count AS "attemptCount",
         s.next_attempt_at_ms AS "nextAttemptAtMs", s.last_outcome AS outcome
       FROM webhook_sendings s JOIN webhook_messages m ON m.id = s.message_id
       WHERE s.webhook_id = :webhookId AND s.delivered_at_ms IS NULL AND s.last_outcome IS NOT NULL
       ORDER BY m.at_ms DESC, m.id LIMIT :limit`,
      { webhookId, limit },
    );
  }

  async due(webhookId: string, atMs: number, limit: number): Promise<DueSending[]> {
    // Rows have a `rowid` in SQLite by themselves, in PostgreSQL as a column: the order in which they were written.
    const rows = await this.#connection.all<DueRow>(
      `SELECT s.attempt_count AS "attemptCount", m.id, m.event_type AS "eventType", m.at_ms AS "atMs", m.body
       FROM webhook_sendings s JOIN webhook_messages m ON m.id = s.message_id
       WHERE s.webhook_id = :webhookId AND s.next_attempt_at_ms <= :atMs
       ORDER BY m.at_ms, m.rowid LIMIT :limit`,
      { webhookId, atMs, limit },
    );
    return rows.map(({ attemptCount, ...message }) => ({ message, attemptCount }));
  }

  async insert({ eventTypes, ...webhook }: WebhookRecord): Promise<void> {
    await this.#connection.run(
      `INSERT INTO webhooks (id, url, event_types, secret, created_at_ms, created_by)
       VALUES (:id, :url, :eventTypes, :secret, :createdAtMs, :createdBy)`,
      { ...webhook, eventTypes: eventTypes.join(' ') },
    );
  }

  async delete(id: string): Promise<void> {
    await this.#connection.run('DELETE FROM webhook_sendings WHERE webhook_id = :id', { id });
    await this.#connection.run('DELETE FROM webhooks WHERE id = :id', { id });
  }

  async insertMessage(message: WebhookMessageRecord): Promise<void> {
    await this.#connection.run(
      'INSERT INTO webhook_messages (id, event_type, at_ms, body) VALUES (:id, :eventType, :atMs, :body)',
      { ...message },
    );
  }

  async insertSending(webhookId: string, messageId: string, nextAttemptAtMs: number): Promise<void> {
    await this.#connection.run(
      `INSERT INTO webhook_sendings (webhook_id, message_id, attempt_count, next_attempt_at_ms)
       VALUES (:webhookId, :messageId, 0, :nextAttemptAtMs)`,
      { webhookId, messageId, nextAttemptAtMs },
    );
  }

  async recordOutcome(outcome: SendingOutcome): Promise<void> {
    await this.#connection.run(
      `UPDATE webhook_sendings SET attempt_count = :attemptCount, next_attempt_at_ms = :nextAttemptAtMs,
         delivered_at_ms = :deliveredAtMs, last_outcome = :lastOutcome
       WHERE webhook_id = :webhookId AND message_id = :messageId`,
      { ...outcome },
    );
  }

  async sendAgain(wish: Parameters<WebhookWrites['sendAgain']>[0]): Promise<number> {
    const { undeliveredOnly, ...parameters } = wish;
    return this.#connection.run(
      `UPDATE webhook_sendings SET attempt_count = 0, next_attempt_at_ms = :atMs, delivered_at_ms = NULL
       WHERE webhook_id = :webhookId
         AND message_id IN (SELECT id FROM webhook_messages WHERE at_ms >= :sinceMs)
         ${undeliveredOnly ? 'AND delivered_at_ms IS NULL' : ''}`,
      parameters,
    );
  }

  async deleteMessagesBefore(atMs: number, limit: number): Promise<number> {
    const old = 'SELECT id FROM webhook_messages WHERE at_ms < :atMs ORDER BY at_ms LIMIT :limit';
    await this.#connection.run(`DELETE FROM webhook_sendings WHERE message_id IN (${old})`, { atMs, limit });
    return this.#connection.run(`DELETE FROM webhook_messages WHERE id IN (${old})`, { atMs, limit });
  }
}

function webhookOf({ eventTypes, ...row }: WebhookRow): WebhookRecord {
  return { ...row, eventTypes: eventTypes.split(' ') as WebhookRecord['eventTypes'] };
}
