// Calls over any byte stream between two of our processes: CR-LF lines of 7-bit JSON, either end may call.
// Callers: the administration socket, the jail's channel; links between nodes use the same connection by commlink.ts.
// What the peer may ask is the `offered` table; everything else is refused before a handler runs.
import type { Duplex } from 'node:stream';
import { rpcLimits, type RpcLimits } from './limits.ts';
import type { Logger } from './log.ts';
import type { CallPeer, Handlers, MethodTable, ParamsOf, ResultOf } from './method-table.ts';
import { RpcError } from './rpc-error.ts';
import { compileTable } from './rpc/compiled-table.ts';
import type { CallOptions } from './rpc/placed-calls.ts';
import { RpcConnection } from './rpc/rpc-connection.ts';

/** What openRpc needs. `offered` and `handlers` are what the peer may call, `called` is what this side will call. */
export interface RpcOptions<Offered extends MethodTable, Called extends MethodTable> {
  readonly peer: CallPeer;
  readonly offered: Offered;
  readonly handlers: Handlers<Offered>;
  readonly called: Called;
  readonly log: Logger;
  readonly limits?: Partial<RpcLimits>;
}

/** The other end of a connection. */
export interface RpcPeer<Called extends MethodTable> {
  /**
   * Places a call and resolves to its result. Rejects with RpcError only; `disconnected` and `deadline` leave open
   * whether it was carried out. `deadlineMs` can shorten the method's deadline, not lengthen it.
   */
  call<M extends keyof Called & string>(
    method: M,
    params: ParamsOf<Called, M>,
    options?: CallOptions,
  ): Promise<ResultOf<Called, M>>;
  readonly peer: CallPeer;
  /** Resolves when the connection is gone, for whatever reason; never rejects. */
  readonly closed: Promise<void>;
  /** Closes now: calls in flight fail with `disconnected`. */
  close(): void;
}

/** Opens a connection over `stream`, which belongs to it from now on. Reading starts at once. Never throws. */
export function openRpc<Offered extends MethodTable, Called extends MethodTable>(
  stream: Duplex,
  options: RpcOptions<Offered, Called>,
): RpcPeer<Called> {
  const { peer, handlers, log } = options;
  const connection = new RpcConnection(stream, {
    peer,
    log,
    handlers,
    offered: compileTable(options.offered),
    limits: { ...rpcLimits, ...options.limits },
  });
  const called = compileTable(options.called);
  return {
    peer,
    closed: connection.closed.then((reason) => log.debug({ peer: peer.name, reason }, 'connection closed')),
    close: () => connection.close(),
    call: async <M extends keyof Called & string>(
      method: M,
      params: ParamsOf<Called, M>,
      callOptions?: CallOptions,
    ): Promise<ResultOf<Called, M>> => {
      const row = called.get(method);
      if (!row) throw new RpcError('unknown_method', `${method} is not in the table of this connection.`);
      return (await connection.call(row, params, callOptions)) as ResultOf<Called, M>;
    },
  };
}
