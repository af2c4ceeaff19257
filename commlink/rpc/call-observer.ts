// What is told of each call that is over, to whoever counts them. Callers: placed-calls.ts and served-calls.ts, for both
// ends of one; metrics/link-metrics.ts counts.
import type { RpcErrorCode } from '../rpc-error.ts';

/** One call. `method` is of a table of ours, or `unknown`, never what a peer has made up. */
export interface ObservedCall {
  readonly side: 'placed' | 'served';
  readonly method: string;
  readonly outcome: 'ok' | RpcErrorCode;
  readonly durationMs: number;
}

/** Told once for each call. Must not throw. */
export type CallObserver = (call: ObservedCall) => void;
