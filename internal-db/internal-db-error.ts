// The room's one error class. Thrown by the store and the services below the handlers; error-replies.ts turns the
// codes into what callers are told. Expected refusals of the business are values, not errors.

/**
 * - `taken`       a name or id that must be unique exists already
 * - `disk_full`   the database could not grow; the transaction was undone, nothing of it remains
 * - `overloaded`  too many transactions or password checks wait; nothing was begun
 * - `closed`      the store is closed, or a newer program has brought it to a schema that this one does not know; nothing was begun
 * - `clock_apart` this machine's clock is wrong, and another internal-db on the same database has one that is right
 * - `unreachable` the database's server could not be reached, or was lost: nothing of the transaction is there
 * - `outcome_unknown` the server was lost as it was asked to commit, and did not come back in time: the transaction may be there
 * - `store_fault` the database engine failed otherwise; `cause` says how; the transaction was undone
 */
export type InternalDbErrorCode =
  | 'taken'
  | 'disk_full'
  | 'overloaded'
  | 'closed'
  | 'clock_apart'
  | 'unreachable'
  | 'outcome_unknown'
  | 'store_fault';

/** A fault inside internal-db, with a stable code. `message` holds no secret. */
export class InternalDbError extends Error {
  readonly code: InternalDbErrorCode;

  constructor(code: InternalDbErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'InternalDbError';
    this.code = code;
  }
}
