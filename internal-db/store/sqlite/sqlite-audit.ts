// SQLite engine: the audit log. Triggers of the schema refuse UPDATE and DELETE. See ../audit.ts.
import type { AuditRecord, AuditWrites } from '../audit.ts';
import type { SqliteConnection } from './sqlite-connection.ts';

const auditSql = 'SELECT sequence, at_ms AS atMs, actor, action, subject, detail, hash FROM audit_log';

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

  async append(entry: AuditRecord): Promise<void> {
    this.#connection.run(
      `INSERT INTO audit_log (sequence, at_ms, actor, action, subject, detail, hash)
       VALUES (:sequence, :atMs, :actor, :action, :subject, :detail, :hash)`,
      { ...entry },
    );
  }
}
