// The error of a call that did not come back with a result. Thrown by callers' side of rpc.ts and link pools,
// and by handlers that refuse with a code of this list. Expected refusals of the business are results, not errors.

/**
 * - `unknown_method`  the callee has no such method
 * - `forbidden`       the method table does not name the caller's role
 * - `bad_request`     the parameters do not match the schema
 * - `bad_reply`       the result does not match the schema
 * - `deadline`        no answer in time; the call may have been carried out
 * - `cancelled`       the caller's signal was aborted
 * - `disconnected`    the link broke before the answer; the call may have been carried out
 * - `unavailable`     no link to such a node was up in time; the call was not sent
 * - `overloaded`      too many calls in flight, or no room to record anything; the call was not sent, or nothing was done
 * - `too_large`       the message is over the line limit
 * - `not_found`       the thing named does not exist
 * - `conflict`        the thing exists already, or changed meanwhile
 * - `declined`        the nodes are between two configurations; nothing was done, try again in a moment
 * - `refused`         the callee declines, for the reason in the message
 * - `internal`        a fault of the callee; its log has the incident id given in the message
 */
export type RpcErrorCode =
  | 'unknown_method'
  | 'forbidden'
  | 'bad_request'
  | 'bad_reply'
  | 'deadline'
  | 'cancelled'
  | 'disconnected'
  | 'unavailable'
  | 'overloaded'
  | 'too_large'
  | 'not_found'
  | 'conflict'
  | 'declined'
  | 'refused'
  | 'internal';

/** What an error may have beside its code. */
export interface RpcErrorOptions extends ErrorOptions {
  /** Small letters, digits and `_`. */
  readonly reason?: string;
  /** What to type then, for the command line alone: pages and programs are told the message without it. */
  readonly advice?: string;
}

/** A call that failed. `message` is safe to show to the caller; it never holds a secret or a path. */
export class RpcError extends Error {
  readonly code: RpcErrorCode;
  /** A word for what is refused, where pages and programs tell refusals apart; else null. */
  readonly reason: string | null;
  /** A sentence with a command, which stands behind the message wherever it goes over a link or the administration socket. */
  readonly advice: string | null;

  constructor(code: RpcErrorCode, message: string, options: RpcErrorOptions = {}) {
    super(message, options);
    this.name = 'RpcError';
    this.code = code;
    this.reason = options.reason ?? null;
    this.advice = options.advice ?? null;
  }
}

/** The RpcError `declined`: nothing was done, since the two ends are not both open under one version. */
export function declined(): RpcError {
  return new RpcError(
    'declined',
    'The configuration is being changed; nothing was done. Try again in a moment.',
  );
}
