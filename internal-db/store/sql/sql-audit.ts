// SQL: the audit log. Triggers of the schema refuse UPDATE and DELETE. See ../audit.ts.
import type { AuditFilter, AuditPage, AuditRecord, AuditWrites } from '../audit.ts';
import type { SqlConnection } from './sql-connection.ts';

const auditSql = 'SELECT sequence, at_ms AS "atMs", actor, action, subject, detail, hash FROM audit_log';

// Word for word what audit_log_by_first_word is an index of.
const firstWordSql = `substr(subject, 1, instr(subject || ' ', ' ') - 1)`;
const timeOfSql = '(SELECT at_ms FROM audit_log WHERE sequence = :before)';
const firstSinceSql = `coalesce((SELECT sequence FROM audit_log WHERE at_ms >= :fromMs
  ORDER BY at_ms, sequence LIMIT 1), 9007199254740991)`;
const lastUntilSql = `coalesce((SELECT sequence FROM audit_log WHERE at_ms <= :toMs
  ORDER BY at_ms DESC, sequence DESC LIMIT 1), 0)`;

/** The audit log in SQL. */
export class SqlAudit implements AuditWrites {
  readonly #connection: SqlConnection;

  constructor(connection: SqlConnection) {
    this.#connection = connection;
  }

  async last(): Promise<AuditRecord | undefined> {
    return this.#connection.get(`${auditSql} ORDER BY sequence DESC LIMIT 1`);
  }

  async after(sequence: number, limit: number): Promise<AuditRecord[]> {
    return this.#connection.all(`${auditSql} WHERE sequence > :sequence ORDER BY sequence LIMIT :limit`, {
      sequence,
      limit,
    });
  }

  async newest(limit: number): Promise<AuditRecord[]> {
    return this.#connection.all(`${auditSql} ORDER BY sequence DESC LIMIT :limit`, { limit });
  }

  async about(page: AuditPage): Promise<AuditRecord[]> {
    const { firstWord, actions, after, limit } = page;
    return this.#connection.all(
      `${auditSql} WHERE ${firstWordSql} = :firstWord
         AND action IN (${this.#connection.dialect.textsOf('actions')}) AND (at_ms, sequence) < (:afterMs, :afterSequence)
       ORDER BY at_ms DESC, sequence DESC LIMIT :limit`,
      {
        firstWord,
        actions: JSON.stringify(actions),
        afterMs: after?.atMs ?? Number.MAX_SAFE_INTEGER,
        afterSequence: after?.id ?? Number.MAX_SAFE_INTEGER,
        limit,
      },
    );
  }

  async search(filter: AuditFilter, page: { before: number | null; limit: number }): Promise<AuditRecord[]> {
    const { actor, action, firstWord, fromMs, toMs } = filter;
    const { before, limit } = page;
    // Times never decrease along the log, so that both orders are the same: each index is asked in its own.
    const isByTime = firstWord !== null;
    const given = [
      [actor !== null, 'actor = :actor', { actor }],
      [action !== null, 'action = :action', { action }],
      [firstWord !== null, `${firstWordSql} = :firstWord`, { firstWord }],
      [fromMs !== null, isByTime ? 'at_ms >= :fromMs' : `sequence >= ${firstSinceSql}`, { fromMs }],
      [toMs !== null, isByTime ? 'at_ms <= :toMs' : `sequence <= ${lastUntilSql}`, { toMs }],
      [
        before !== null,
        isByTime ? `(at_ms, sequence) < (${timeOfSql}, :before)` : 'sequence < :before',
        { before },
      ],
    ] as const;
    const used = given.filter(([isGiven]) => isGiven);
    const conditions = ['1 = 1', ...used.map(([, condition]) => condition)].join(' AND ');
    const order = isByTime ? 'at_ms DESC, sequence DESC' : 'sequence DESC';
    return this.#connection.all(`${auditSql} WHERE ${conditions} ORDER BY ${order} LIMIT :limit`, {
      ...Object.assign({}, ...used.map(([, , parameter]) => parameter)),
      limit,
    });
  }

  async append(entry: AuditRecord): Promise<void> {
    await this.#connection.run(
      `INSERT INTO audit_log (sequence, at_ms, actor, action, subject, detail, hash)
       VALUES (:sequence, :atMs, :actor, :action, :subject, :detail, :hash)`,
      { ...entry },
    );
  }
}
