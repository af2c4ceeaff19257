// SQL: mails to be sent, and what people were told. See ../mails.ts for what each operation promises.
import type { EndingRecord, EndingWindow, MailCounts, MailRecord, MailWrites } from '../mails.ts';
import type { SqlConnection } from './sql-connection.ts';

const mailSql = `SELECT id, kind, recipient, state, sealed, attempts, created_at_ms AS "createdAtMs",
  next_attempt_at_ms AS "nextAttemptAtMs", give_up_at_ms AS "giveUpAtMs", ended_at_ms AS "endedAtMs",
  last_error AS "lastError" FROM mails`;

/** The endings of one kind in a window, without those that were told; `endAt` is the column that says when. */
const endingSql = (kind: EndingRecord['kind'], endAt: string, from: string): string =>
  `SELECT '${kind}' AS kind, ${endAt} AS "endAtMs", ${from} AND ${endAt} > :fromMs AND ${endAt} <= :untilMs
     AND NOT EXISTS (SELECT 1 FROM told_endings told
       WHERE told.subject_id = e.id AND told.days = :days AND told.end_at_ms = ${endAt})
   ORDER BY ${endAt} LIMIT :limit`;

const endingsSql: Readonly<Record<EndingRecord['kind'], string>> = {
  licence: endingSql(
    'licence',
    'e.not_after_ms',
    `e.id, p.title AS name, e.account_id AS "accountId", NULL AS "userId"
     FROM entitlements e JOIN products p ON p.id = e.product_id WHERE e.revoked_at_ms IS NULL`,
  ),
  token: endingSql(
    'token',
    'e.expires_at_ms',
    `e.id, e.name, u.account_id AS "accountId", e.user_id AS "userId"
     FROM personal_tokens e JOIN users u ON u.id = e.user_id WHERE e.revoked_at_ms IS NULL`,
  ),
  key: endingSql(
    'key',
    'e.expires_at_ms',
    `e.id, e.name, u.account_id AS "accountId", e.user_id AS "userId"
     FROM ssh_keys e JOIN users u ON u.id = e.user_id WHERE e.removed_at_ms IS NULL`,
  ),
};

/** Mails in SQL. */
export class SqlMails implements MailWrites {
  readonly #connection: SqlConnection;

  constructor(connection: SqlConnection) {
    this.#connection = connection;
  }

  async mailsDue(atMs: number, limit: number): Promise<MailRecord[]> {
    return this.#connection.all(
      `${mailSql} WHERE state = 'waiting' AND next_attempt_at_ms <= :atMs ORDER BY next_attempt_at_ms, id
       LIMIT :limit`,
      { atMs, limit },
    );
  }

  async counts(): Promise<MailCounts> {
    const row = await this.#connection.get<MailCounts>(
      `SELECT count(*) FILTER (WHERE state = 'waiting') AS waiting,
         count(*) FILTER (WHERE state = 'waiting' AND attempts > 0) AS failing,
         count(*) FILTER (WHERE state = 'given_up') AS "givenUp",
         min(created_at_ms) FILTER (WHERE state = 'waiting') AS "oldestWaitingAtMs"
       FROM mails`,
    );
    return { waiting: 0, failing: 0, givenUp: 0, oldestWaitingAtMs: null, ...row };
  }

  async endingsToTell({ kind, ...window }: EndingWindow): Promise<EndingRecord[]> {
    return this.#connection.all(endingsSql[kind], window);
  }

  async insertMail(mail: MailRecord): Promise<void> {
    await this.#connection.run(
      `INSERT INTO mails (id, kind, recipient, state, sealed, attempts, created_at_ms, next_attempt_at_ms,
         give_up_at_ms, ended_at_ms, last_error)
       VALUES (:id, :kind, :recipient, :state, :sealed, :attempts, :createdAtMs, :nextAttemptAtMs,
         :giveUpAtMs, :endedAtMs, :lastError)`,
      { ...mail },
    );
  }

  async putOff(mail: { id: string; nextAttemptAtMs: number; lastError: string }): Promise<void> {
    await this.#connection.run(
      `UPDATE mails SET attempts = attempts + 1, next_attempt_at_ms = :nextAttemptAtMs, last_error = :lastError
       WHERE id = :id AND state = 'waiting'`,
      mail,
    );
  }

  async endMail(mail: {
    id: string;
    state: 'sent' | 'given_up';
    atMs: number;
    lastError: string | null;
  }): Promise<void> {
    await this.#connection.run(
      `UPDATE mails SET state = :state, sealed = NULL, ended_at_ms = :atMs, last_error = :lastError
       WHERE id = :id AND state = 'waiting'`,
      mail,
    );
  }

  async forgetBefore(atMs: number): Promise<void> {
    await this.#connection.run("DELETE FROM mails WHERE state <> 'waiting' AND ended_at_ms < :atMs", {
      atMs,
    });
    await this.#connection.run('DELETE FROM told_endings WHERE end_at_ms < :atMs', { atMs });
  }

  async noteTold(told: { subjectId: string; days: number; endAtMs: number }): Promise<void> {
    await this.#connection.run(
      `INSERT INTO told_endings (subject_id, days, end_at_ms) VALUES (:subjectId, :days, :endAtMs)
       ON CONFLICT DO NOTHING`,
      told,
    );
  }
}
