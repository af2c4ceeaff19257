// What PostgreSQL's errors mean for the services. Called by the connections of this folder.
import { DatabaseError } from 'pg';
import { InternalDbError } from '../../internal-db-error.ts';

// https://www.postgresql.org/docs/current/errcodes-appendix.html
const uniqueViolation = '23505';
const diskFull = '53100';
/** Shutting down, crashed, starting up; too many connections. */
const goneCodes = new Set(['57P01', '57P02', '57P03', '53300']);

/** True when the connection is of no use any more, or there was none; false for the server's answer to a statement. */
export function isConnectionLoss(error: unknown): boolean {
  if (!(error instanceof DatabaseError)) return true;
  return goneCodes.has(error.code ?? '') || (error.code ?? '').startsWith('08');
}

/** The error that a caller of the store gets. */
export function translateError(error: unknown): InternalDbError {
  if (error instanceof InternalDbError) return error;
  if (isConnectionLoss(error)) {
    return new InternalDbError('unreachable', "the database's server can't be reached", { cause: error });
  }
  const code = error instanceof DatabaseError ? error.code : undefined;
  if (code === uniqueViolation) {
    return new InternalDbError('taken', 'a row with that name or id exists already', { cause: error });
  }
  if (code === diskFull) {
    return new InternalDbError('disk_full', 'the database could not grow: its disk is full', {
      cause: error,
    });
  }
  return new InternalDbError('store_fault', 'the database engine failed', { cause: error });
}
