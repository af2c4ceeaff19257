// Placing a call with a member: over a link that is up, or once one is; and again and again, up to its deadline, while the
// two nodes are between two versions of the configuration. Caller: commlink.ts.
import type { CallGate } from '../call-gate.ts';
import { declinedPauseMsMax, declinedPauseMsMin, declinedRetryMsMin } from '../limits.ts';
import type { Member } from '../node-config.ts';
import { RpcError, type RpcErrorCode } from '../rpc-error.ts';
import type { CompiledMethod } from '../rpc/compiled-table.ts';
import type { CallOptions } from '../rpc/placed-calls.ts';
import type { RpcConnection } from '../rpc/rpc-connection.ts';
import { delay } from './delay.ts';
import type { LinkTable } from './link-table.ts';

/** A call to be placed. `peer` is a node id or name, looked up anew whenever something has changed. */
export interface LinkCall {
  readonly peer: string;
  readonly row: CompiledMethod;
  readonly params: unknown;
  readonly options: CallOptions;
}

/** What calls need to know. */
export interface LinkCallsOptions {
  readonly table: LinkTable;
  readonly find: (peer: string) => Member | undefined;
  readonly gate: CallGate | undefined;
  readonly closing: AbortSignal;
}

/** The calls that this node places over its links. */
export class LinkCalls {
  readonly #options: LinkCallsOptions;
  #adopted = new AbortController();

  constructor(options: LinkCallsOptions) {
    this.#options = options;
  }

  /** Places a call. Rejects with RpcError only. */
  place(call: LinkCall): Promise<unknown> {
    const placed = this.#placeOnce(call);
    if (!call.row.spec.admits || !this.#options.gate) return placed;
    const untilMs = performance.now() + budgetMsOf(call);
    return placed.catch((failure: unknown) => this.#retryDeclined(call, untilMs, failure));
  }

  /** Another plan was adopted: declined calls need not wait out their pause. */
  retryNow(): void {
    this.#adopted.abort();
    this.#adopted = new AbortController();
  }

  /** A connection sends nothing while the own gate is closed: it declines the call itself. */
  async #retryDeclined(call: LinkCall, untilMs: number, failure: unknown): Promise<unknown> {
    let declined = failure;
    for (let pauseMs = declinedPauseMsMin; ; pauseMs = Math.min(2 * pauseMs, declinedPauseMsMax)) {
      const isDeclined = declined instanceof RpcError && declined.code === 'declined';
      if (!isDeclined || untilMs - performance.now() < pauseMs + declinedRetryMsMin) throw declined;
      await this.#pause(pauseMs, call.options.signal);
      if (call.options.signal?.aborted) throw cancelled();
      const deadlineMs = untilMs - performance.now();
      if (this.#options.closing.aborted || deadlineMs < declinedRetryMsMin) throw declined;
      try {
        return await this.#placeOnce({ ...call, options: { ...call.options, deadlineMs } });
      } catch (error) {
        declined = error;
      }
    }
  }

  async #pause(pauseMs: number, signal: AbortSignal | undefined): Promise<void> {
    const signals = [this.#adopted.signal, this.#options.closing];
    await delay(pauseMs, AbortSignal.any(signal ? [...signals, signal] : signals));
  }

  #placeOnce(call: LinkCall): Promise<unknown> {
    const { row, params, options, peer } = call;
    const member = this.#options.find(peer);
    const connection = member && this.#options.table.pick(member.id);
    return connection ? connection.call(row, params, options) : this.#placeWhenLinked(call);
  }

  async #placeWhenLinked(call: LinkCall): Promise<unknown> {
    const { row, params, options } = call;
    const budgetMs = budgetMsOf(call);
    const untilMs = performance.now() + budgetMs;
    const connection = await this.#waitForLink(call, budgetMs);
    return connection.call(row, params, { ...options, deadlineMs: untilMs - performance.now() });
  }

  async #waitForLink({ peer, options }: LinkCall, withinMs: number): Promise<RpcConnection> {
    const { table, find, closing } = this.#options;
    const signals = [AbortSignal.timeout(Math.max(0, Math.ceil(withinMs))), closing];
    const signal = AbortSignal.any(options.signal ? [...signals, options.signal] : signals);
    for (;;) {
      const member = find(peer);
      if (!member) throw new RpcError('unavailable', `${peer} is not a node of this cluster.`);
      const connection = table.pick(member.id);
      if (connection) return connection;
      if (options.signal?.aborted) throw cancelled();
      if (signal.aborted) throw new RpcError(...noLinkTo(member));
      await table.waitForLink(member.id, signal);
    }
  }
}

function budgetMsOf({ row, options }: LinkCall): number {
  return Math.min(row.spec.deadlineMs, options.deadlineMs ?? Infinity);
}

function cancelled(): RpcError {
  return new RpcError('cancelled', 'The call was cancelled before it was sent.');
}

function noLinkTo({ name }: Member): [RpcErrorCode, string] {
  return ['unavailable', `There is no link to ${name}; the call was not sent.`];
}
