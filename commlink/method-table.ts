// The shape of a method table: what one kind of node may be asked, by whom, with which messages.
// Every door between processes (commlink links, the administration socket, the jail's channel) is such a table;
// a method that is not in it, or a caller that it does not name, is refused before a handler runs.
import type { Static, TSchema } from './schema.ts';

/**
 * Who calls: the three node roles, a machine that joins with a ticket, the operator's command line, and the jailed
 * session server and its stager.
 */
export type CallerRole =
  'web-front' | 'internal-db' | 'ftp-node' | 'joiner' | 'operator' | 'session-server' | 'stager';

/** One row of a method table. `deadlineMs` is the callee's bound; a caller may ask for less, never for more. */
export interface MethodSpec<P extends TSchema = TSchema, R extends TSchema = TSchema> {
  readonly callers: readonly CallerRole[];
  readonly mutates: boolean;
  /**
   * Whether the call is part of admitting a client's request. Such a call is answered only between nodes that have the
   * same version of the configuration installed and do not decline (RpcError `declined`, nothing done); others always.
   */
  readonly admits?: boolean;
  readonly deadlineMs: number;
  readonly params: P;
  readonly result: R;
}

/** Method name to its row. */
export type MethodTable = Readonly<Record<string, MethodSpec>>;

/** The parameters of method M of table T. */
export type ParamsOf<T extends MethodTable, M extends keyof T> = Static<T[M]['params']>;

/** The result of method M of table T. */
export type ResultOf<T extends MethodTable, M extends keyof T> = Static<T[M]['result']>;

/** The authenticated other end of a call. `id` is a node id (RFC 7638 thumbprint) or a local process's name. */
export interface CallPeer {
  readonly role: CallerRole;
  readonly name: string;
  readonly id: string;
  /** Of a joiner: the ticket that it showed. */
  readonly ticket?: string;
}

/** What a handler gets beside its parameters. `signal` aborts at the deadline or when the caller goes away. */
export interface CallContext {
  readonly peer: CallPeer;
  readonly signal: AbortSignal;
}

/** One handler for each method of the table; none may be missing. */
export type Handlers<T extends MethodTable> = {
  readonly [M in keyof T]: (params: ParamsOf<T, M>, context: CallContext) => Promise<ResultOf<T, M>>;
};

/** Types a table's rows one by one while keeping each row's own schemas. */
export function method<P extends TSchema, R extends TSchema>(spec: MethodSpec<P, R>): MethodSpec<P, R> {
  return spec;
}
