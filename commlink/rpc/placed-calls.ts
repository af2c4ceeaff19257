// The calls that this side has placed and that are not answered yet. Caller: rpc-connection.ts.
// The peer answers each call exactly once, cancelled ones too; an answer to anything else is a fault of the peer.
import type { CallGate } from '../call-gate.ts';
import type { RpcLimits } from '../limits.ts';
import { currentRequestId } from '../request-id.ts';
import { RpcError, declined } from '../rpc-error.ts';
import type { CallObserver, ObservedCall } from './call-observer.ts';
import type { CompiledMethod } from './compiled-table.ts';
import { DeadlineSweep } from './deadline-sweep.ts';
import { encodeCall, encodeCancel } from './message.ts';
import type { OutgoingLines } from './outgoing-lines.ts';

/** `signal` cancels the call; `deadlineMs` shortens the method's own deadline, it never lengthens it. */
export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  readonly deadlineMs?: number | undefined;
}

interface PlacedCall {
  readonly row: CompiledMethod;
  readonly placedAtMs: number;
  readonly deadlineAtMs: number;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: RpcError) => void;
  readonly forgetSignal: (() => void) | undefined;
}

/** The connection's limits, and the gate that `admits` rows are held to; without one they are like all others. */
export interface PlacedCallsOptions {
  readonly limits: RpcLimits;
  readonly gate?: CallGate | undefined;
  readonly observe?: CallObserver | undefined;
}

/** The caller's side of one connection. */
export class PlacedCalls {
  readonly #limits: RpcLimits;
  readonly #gate: CallGate | undefined;
  readonly #observer: CallObserver | undefined;
  readonly #outgoing: OutgoingLines;
  readonly #placed = new Map<number, PlacedCall>();
  /** Cancelled or timed out here, but still to be answered by the peer: they count as in flight. */
  readonly #abandoned = new Set<number>();
  readonly #sweep = new DeadlineSweep((nowMs) => this.#expire(nowMs));
  #lastId = 0;

  constructor(outgoing: OutgoingLines, { limits, gate, observe }: PlacedCallsOptions) {
    this.#outgoing = outgoing;
    this.#limits = limits;
    this.#gate = gate;
    this.#observer = observe;
  }

  /** Calls that the peer still has to answer. */
  get inFlightCount(): number {
    return this.#placed.size + this.#abandoned.size;
  }

  /** Sends a call. Rejects with RpcError only; resolves to a result that matches the method's schema. */
  place(row: CompiledMethod, params: unknown, options: CallOptions = {}): Promise<unknown> {
    const deadlineMs = Math.ceil(Math.min(row.spec.deadlineMs, options.deadlineMs ?? Infinity));
    const gate = row.spec.admits ? this.#gate : undefined;
    const refusal = this.#refusal(options, deadlineMs) ?? (gate && !gate.isOpen ? declined() : undefined);
    if (refusal) return this.#decline(row, refusal);
    const id = this.#lastId + 1;
    const request = currentRequestId();
    const line = encodeCall(id, row, { deadlineMs, version: gate?.version, request, params });
    if (line.length > this.#limits.lineBytesMax)
      return this.#decline(row, new RpcError('too_large', `The parameters of ${row.name} are too large.`));
    this.#lastId = id;
    return new Promise((resolve, reject) => {
      const placedAtMs = performance.now();
      const deadlineAtMs = placedAtMs + deadlineMs;
      const forgetSignal = this.#watch(id, options.signal);
      this.#placed.set(id, { row, placedAtMs, deadlineAtMs, resolve, reject, forgetSignal });
      this.#sweep.note(deadlineAtMs);
      this.#outgoing.send(line);
    });
  }

  /** Settles the call that the answer is for. False when there is none: the peer broke the protocol. */
  settle(id: number, answer: { readonly result: unknown } | { readonly error: RpcError }): boolean {
    const call = this.#placed.get(id);
    if (!call) return this.#abandoned.delete(id);
    this.#placed.delete(id);
    call.forgetSignal?.();
    if ('error' in answer) this.#fail(call, answer.error);
    else if (call.row.result.matches(answer.result)) {
      this.#observe(call.row, 'ok', call.placedAtMs);
      call.resolve(answer.result);
    } else
      this.#fail(
        call,
        new RpcError('bad_reply', `The answer to ${call.row.name} does not match its schema.`),
      );
    return true;
  }

  /** Rejects everything, once the connection is gone. */
  failAll(error: RpcError): void {
    this.#sweep.stop();
    const calls = [...this.#placed.values()];
    this.#placed.clear();
    this.#abandoned.clear();
    for (const call of calls) {
      call.forgetSignal?.();
      this.#fail(call, error);
    }
  }

  /** For a call that is not sent. */
  #decline(row: CompiledMethod, error: RpcError): Promise<never> {
    this.#observe(row, error.code, performance.now());
    return Promise.reject(error);
  }

  #fail({ row, placedAtMs, reject }: PlacedCall, error: RpcError): void {
    this.#observe(row, error.code, placedAtMs);
    reject(error);
  }

  #observe(row: CompiledMethod, outcome: ObservedCall['outcome'], placedAtMs: number): void {
    const durationMs = performance.now() - placedAtMs;
    this.#observer?.({ side: 'placed', method: row.name, outcome, durationMs });
  }

  #refusal(options: CallOptions, deadlineMs: number): RpcError | undefined {
    if (options.signal?.aborted)
      return new RpcError('cancelled', 'The call was cancelled before it was sent.');
    if (!(deadlineMs > 0))
      return new RpcError('deadline', 'The deadline had passed before the call was sent.');
    const full =
      this.inFlightCount >= this.#limits.callsInFlightMax ||
      this.#outgoing.queuedBytes > this.#limits.queueBytesMax;
    return full
      ? new RpcError('overloaded', 'Too many calls are in flight; this one was not sent.')
      : undefined;
  }

  #watch(id: number, signal: AbortSignal | undefined): (() => void) | undefined {
    if (!signal) return undefined;
    const onAbort = (): void =>
      this.#abandon(id, new RpcError('cancelled', 'The caller cancelled the call.'));
    signal.addEventListener('abort', onAbort, { once: true });
    return () => signal.removeEventListener('abort', onAbort);
  }

  #abandon(id: number, error: RpcError): void {
    const call = this.#placed.get(id);
    if (!call) return;
    this.#placed.delete(id);
    this.#abandoned.add(id);
    call.forgetSignal?.();
    this.#outgoing.send(encodeCancel(id));
    this.#fail(call, error);
  }

  #expire(nowMs: number): number {
    let earliestMs = Infinity;
    for (const [id, call] of this.#placed) {
      if (call.deadlineAtMs <= nowMs)
        this.#abandon(id, new RpcError('deadline', `${call.row.name} was not answered in time.`));
      else earliestMs = Math.min(earliestMs, call.deadlineAtMs);
    }
    return earliestMs;
  }
}
