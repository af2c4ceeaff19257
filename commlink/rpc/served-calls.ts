// The calls that the peer has placed with this side. Caller: rpc-connection.ts. Trusts nothing of a call but its peer:
// method, role, version, load and parameters are checked, in this order, before a handler runs; each call is answered once.
import { randomBytes } from 'node:crypto';
import type { CallGate } from '../call-gate.ts';
import type { RpcLimits } from '../limits.ts';
import type { Logger } from '../log.ts';
import type { CallContext, CallPeer } from '../method-table.ts';
import { runUnderRequest } from '../request-id.ts';
import { RpcError, declined } from '../rpc-error.ts';
import { SchemaError } from '../schema.ts';
import type { CallObserver, ObservedCall } from './call-observer.ts';
import type { CompiledMethod, CompiledTable } from './compiled-table.ts';
import { DeadlineSweep } from './deadline-sweep.ts';
import { encodeError, encodeResult } from './message.ts';
import type { OutgoingLines } from './outgoing-lines.ts';

/** A handler whose types the table's schemas have already guaranteed. */
export type UntypedHandler = (params: never, context: CallContext) => Promise<unknown>;

/** What is offered, to whom, and what to do when the peer floods. */
export interface ServedCallsOptions {
  readonly peer: CallPeer;
  readonly offered: CompiledTable;
  readonly handlers: Readonly<Record<string, UntypedHandler>>;
  readonly log: Logger;
  readonly limits: RpcLimits;
  readonly gate?: CallGate | undefined;
  readonly observe?: CallObserver | undefined;
  readonly onFlood: () => void;
  readonly onAnswered: () => void;
}

/** A call as it came in. */
export interface IncomingCall {
  readonly id: number;
  readonly method: string;
  readonly deadlineMs: number;
  /** The caller's installed version, of a call that must be made under the callee's. */
  readonly version: string | undefined;
  /** What the caller does it for. */
  readonly request: string | undefined;
  readonly params: unknown;
}

/** The callee's side of one connection. */
export class ServedCalls {
  readonly #options: ServedCallsOptions;
  readonly #outgoing: OutgoingLines;
  /** Calls that are not answered yet. */
  readonly #open = new Map<number, ServedCall>();
  /** Handlers that have not settled: a handler that overruns its deadline still takes its place. */
  #runningCount = 0;
  #refusals = { windowStartMs: 0, count: 0 };
  readonly #sweep = new DeadlineSweep((nowMs) => this.#expire(nowMs));

  constructor(outgoing: OutgoingLines, options: ServedCallsOptions) {
    this.#outgoing = outgoing;
    this.#options = options;
  }

  /** Calls that this side still has to answer. */
  get openCount(): number {
    return this.#open.size;
  }

  /** Takes a call. False when its id is in use: the peer broke the protocol. */
  serve(incoming: IncomingCall): boolean {
    if (this.#open.has(incoming.id)) return false;
    const { peer, offered, handlers } = this.#options;
    const row = offered.get(incoming.method);
    const handler = row && handlers[row.name];
    if (!row || !handler) return this.#refuse(incoming.id, new RpcError('unknown_method', 'No such method.'));
    const refusal = this.#refusal(row, incoming);
    if (refusal) return this.#refuse(incoming.id, refusal, row);
    const deadlineMs = Math.min(row.spec.deadlineMs, incoming.deadlineMs);
    const call = new ServedCall(incoming.id, row, { peer, deadlineMs });
    this.#open.set(call.id, call);
    this.#sweep.note(call.deadlineAtMs);
    // Under no request where none is named: the socket may have been opened under another one.
    void runUnderRequest(incoming.request, () => this.#run(call, handler, incoming.params as never));
    return true;
  }

  /** The caller is gone: the handler's signal aborts, and the call is answered as cancelled. Unknown ids are late. */
  cancel(id: number): void {
    const call = this.#open.get(id);
    if (!call) return;
    call.abort();
    this.#answerError(call, new RpcError('cancelled', 'The caller cancelled the call.'));
  }

  /** The connection is gone: every handler's signal aborts and nothing is answered any more. */
  abortAll(): void {
    this.#sweep.stop();
    const calls = [...this.#open.values()];
    this.#open.clear();
    for (const call of calls) call.abort();
  }

  #refusal(row: CompiledMethod, { version, params }: IncomingCall): RpcError | undefined {
    const { peer, limits, gate } = this.#options;
    if (!row.spec.callers.includes(peer.role))
      return new RpcError('forbidden', `A ${peer.role} may not call ${row.name}.`);
    if (row.spec.admits && gate && !(gate.isOpen && gate.version === version)) return declined();
    if (this.#runningCount >= limits.callsInFlightMax || this.#outgoing.queuedBytes > limits.queueBytesMax)
      return new RpcError('overloaded', 'Too many calls are in flight; this one was not looked at.');
    return row.params.matches(params) ? undefined : describeMismatch(row, params);
  }

  #refuse(id: number, error: RpcError, row?: CompiledMethod): true {
    this.#observe(row?.name ?? 'unknown', error.code, 0);
    this.#outgoing.send(encodeError(id, error));
    // An honest caller cannot know, and will try again.
    if (error.code === 'declined') return true;
    const nowMs = performance.now();
    if (nowMs - this.#refusals.windowStartMs > 1000) this.#refusals = { windowStartMs: nowMs, count: 0 };
    this.#refusals.count += 1;
    if (this.#refusals.count > this.#options.limits.refusalsPerSecondMax) this.#options.onFlood();
    return true;
  }

  /** Never rejects: whatever a handler throws becomes the call's answer. */
  async #run(call: ServedCall, handler: UntypedHandler, params: never): Promise<void> {
    this.#runningCount += 1;
    try {
      const result = await handler(params, call);
      if (this.#open.get(call.id) !== call) return;
      this.#answer(call, { line: this.#encodeChecked(call, result), outcome: 'ok' });
    } catch (error) {
      const answer = error instanceof RpcError ? error : this.#incident(call, error);
      if (this.#open.get(call.id) === call) this.#answerError(call, answer);
    } finally {
      this.#runningCount -= 1;
    }
  }

  #encodeChecked(call: ServedCall, result: unknown): string {
    call.row.result.parse(result);
    const line = encodeResult(call.id, result);
    if (line.length <= this.#options.limits.lineBytesMax) return line;
    throw new RpcError('too_large', `The result of ${call.row.name} is too large.`);
  }

  #incident(call: ServedCall, error: unknown): RpcError {
    const incident = `inc_${randomBytes(9).toString('base64url')}`;
    const { peer, log } = this.#options;
    if (!(call.aborted && error instanceof Error && error.name === 'AbortError'))
      log.error(
        { incident, method: call.row.name, peer: peer.name, err: error },
        'a call failed unexpectedly',
      );
    return new RpcError('internal', `The call could not be carried out (incident ${incident}).`);
  }

  #answerError(call: ServedCall, error: RpcError): void {
    this.#answer(call, { line: encodeError(call.id, error), outcome: error.code });
  }

  #answer(call: ServedCall, { line, outcome }: { line: string; outcome: ObservedCall['outcome'] }): void {
    this.#open.delete(call.id);
    this.#observe(call.row.name, outcome, performance.now() - call.takenAtMs);
    this.#outgoing.send(line);
    this.#options.onAnswered();
  }

  #observe(method: string, outcome: ObservedCall['outcome'], durationMs: number): void {
    this.#options.observe?.({ side: 'served', method, outcome, durationMs });
  }

  #expire(nowMs: number): number {
    let earliestMs = Infinity;
    for (const call of this.#open.values()) {
      if (call.deadlineAtMs > nowMs) {
        earliestMs = Math.min(earliestMs, call.deadlineAtMs);
        continue;
      }
      call.abort();
      this.#answerError(call, new RpcError('deadline', `${call.row.name} took longer than its deadline.`));
    }
    return earliestMs;
  }
}

/** What a handler sees of its call. The AbortSignal is made when it is first asked for: most handlers never do. */
class ServedCall implements CallContext {
  readonly id: number;
  readonly row: CompiledMethod;
  readonly peer: CallPeer;
  readonly takenAtMs = performance.now();
  readonly deadlineAtMs: number;
  #controller: AbortController | undefined;
  #aborted = false;

  constructor(id: number, row: CompiledMethod, from: { peer: CallPeer; deadlineMs: number }) {
    this.id = id;
    this.row = row;
    this.peer = from.peer;
    this.deadlineAtMs = this.takenAtMs + from.deadlineMs;
  }

  get aborted(): boolean {
    return this.#aborted;
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#aborted) this.#controller.abort();
    return this.#controller.signal;
  }

  abort(): void {
    this.#aborted = true;
    this.#controller?.abort();
  }
}

function describeMismatch(row: CompiledMethod, params: unknown): RpcError {
  try {
    row.params.parse(params);
  } catch (error) {
    if (error instanceof SchemaError) return new RpcError('bad_request', error.message);
    throw error;
  }
  return new RpcError('bad_request', `The parameters of ${row.name} are not well formed.`);
}
