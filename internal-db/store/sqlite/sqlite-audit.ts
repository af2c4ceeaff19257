// SQLite engine: the audit log. Triggers of the schema refuse UPDATE and DELETE. See ../audit.ts.
import type { AuditFilter, AuditPage, AuditRecord, AuditWrites } from '../audit.ts';
import type { SqliteConnection } from './sqlite-connection.ts';

const auditSql = 'SELECT sequence, at_ms AS atMs, actor, action, subject, detail, hash FROM audit_log';

// Word for word what audit_log_by_first_word is an index of.
const firstWordSql = `substr(subject, 1, instr(subject || ' ', ' ') - 1)`;
const timeOfSql = '(SELECT at_ms FROM audit_log WHERE sequence = :before)';

/** The audit log in SQLite. */
export class SqliteAudit implements AuditWrites {
  readonly #connection: SqliteConnection;

  constructor(connection: SqliteConnection) {
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
         AND action IN (SELECT value FROM json_each(:actions)) AND (at_ms, sequence) < (:afterMs, :afterSequence)
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
    const given = [
      [actor !== null, 'actor = :actor', { actor }],
      [action !== null, 'action = :action', { action }],
      [firstWord !== null, `${firstWordSql} = :firstWord`, { firstWord }],
      [fromMs !== null, 'at_ms >= :fromMs', { fromMs }],
      [toMs !== null, 'at_ms <= :toMs', { toMs }],
      [before !== null, `(at_ms, sequence) < (${timeOfSql}, :before)`, { before }],
    ] as const;
    const used = given.filter(([isGiven]) => isGiven);
    const conditions = ['1 = 1', ...used.map(([, condition]) => condition)].join(' AND ');
    // Times never decrease along the log; which of two equal orders is asked for decides on the index that is used.
    const isByTime = firstWord !== null || fromMs !== null || toMs !== null;
    const order = isByTime ? 'at_ms DESC, sequence DESC' : 'sequence DESC';
    return this.#connection.all(`${auditSql} WHERE ${conditions} ORDER BY ${order} LIMIT :limit`, {
      ...Object.assign({}, ...used.map(([, , parameter]) => parameter)),
      limit,
    });
  }

  async append(entry: AuditRecord): Promise<void> {
    this.#connection.run(
      `INSERT INTO audit_log (sequence, at_ms, actor, action, subject, detail, hash)
       VALUES (:sequence, :atMs, :actor, :action, :subject, :detail, :hash)`,
      { ...entry },
    );
  }
}
