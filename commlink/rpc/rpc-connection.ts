// One connection that carries calls both ways: reads lines, sorts messages to the two sides, watches for silence,
// drains and closes. Callers: rpc.ts for local streams, the link pool for links between nodes.
// Whatever the peer sends that is not the protocol closes the connection; it never ends the process.
import type { Duplex } from 'node:stream';
import type { CallGate } from '../call-gate.ts';
import type { RpcLimits } from '../limits.ts';
import type { Logger } from '../log.ts';
import type { CallPeer } from '../method-table.ts';
import { RpcError } from '../rpc-error.ts';
import type { CallObserver } from './call-observer.ts';
import type { CompiledMethod, CompiledTable } from './compiled-table.ts';
import { LineError, LineReader } from './line-codec.ts';
import { controlLines, parseMessage, type Message } from './message.ts';
import { OutgoingLines } from './outgoing-lines.ts';
import { PlacedCalls, type CallOptions } from './placed-calls.ts';
import { ServedCalls, type UntypedHandler } from './served-calls.ts';
import { SilenceWatch } from './silence-watch.ts';

/** How long a closing connection may take to hand its last bytes to the kernel. */
const lingerMs = 1000;

/** Who is at the other end, and what it may ask. */
export interface RpcConnectionOptions {
  readonly peer: CallPeer;
  readonly offered: CompiledTable;
  readonly handlers: Readonly<Record<string, UntypedHandler>>;
  readonly log: Logger;
  readonly limits: RpcLimits;
  /** Of links between nodes; streams within a machine have none. */
  readonly gate?: CallGate | undefined;
  /** Told of each call that is over. */
  readonly observe?: CallObserver | undefined;
}

/** Why a connection ended. `drained` and `closed` are orderly. */
export type CloseReason =
  | 'drained'
  | 'closed'
  | 'peer_closed'
  | 'stream_error'
  | 'too_long'
  | 'not_seven_bit'
  | 'bad_message'
  | 'flood'
  | 'not_reading'
  | 'silent';

/** A connection over any byte stream. It owns the stream from now on. */
export class RpcConnection {
  /** Resolves when the stream is gone; never rejects. */
  readonly closed: Promise<CloseReason>;
  /** Resolves when no more calls may be placed, because it drains or is closed; never rejects. */
  readonly unusable: Promise<void>;
  readonly #becomeUnusable: () => void;
  readonly #stream: Duplex;
  readonly #options: RpcConnectionOptions;
  readonly #outgoing: OutgoingLines;
  readonly #reader: LineReader;
  readonly #placed: PlacedCalls;
  readonly #served: ServedCalls;
  readonly #silence: SilenceWatch;
  #reason: CloseReason | undefined;
  #drainSent = false;
  #drainHeard = false;

  constructor(stream: Duplex, options: RpcConnectionOptions) {
    const { limits } = options;
    this.#stream = stream;
    this.#options = options;
    this.#outgoing = new OutgoingLines(stream);
    this.#reader = new LineReader(limits.lineBytesMax);
    this.#placed = new PlacedCalls(this.#outgoing, options);
    this.#served = new ServedCalls(this.#outgoing, {
      ...options,
      onFlood: () => this.#stop('flood'),
      onAnswered: () => this.#afterAnswer(),
    });
    this.#silence = new SilenceWatch(limits, {
      ask: () => this.#outgoing.send(controlLines.ping),
      giveUp: () => this.#stop('silent'),
    });
    const { promise, resolve } = Promise.withResolvers<void>();
    this.unusable = promise;
    this.#becomeUnusable = resolve;
    this.closed = this.#attach();
  }

  /** Calls in flight, placed and served. */
  get callsInFlight(): number {
    return this.#placed.inFlightCount + this.#served.openCount;
  }

  /** Whether new calls may be placed here. */
  get usable(): boolean {
    return this.#reason === undefined && !this.#drainSent;
  }

  /** Places a call. Rejects with RpcError. */
  call(row: CompiledMethod, params: unknown, options?: CallOptions): Promise<unknown> {
    if (!this.usable)
      return Promise.reject(new RpcError('unavailable', 'The connection is closing; the call was not sent.'));
    return this.#placed.place(row, params, options);
  }

  /** Places no more calls, asks the peer to do the same, and closes when all calls in flight are answered. */
  drain(): void {
    if (!this.usable) return;
    this.#drainSent = true;
    this.#becomeUnusable();
    this.#outgoing.send(controlLines.drain);
    this.#closeIfDrained();
  }

  /** Closes now: calls in flight fail with `disconnected`, handlers' signals abort. */
  close(): void {
    this.#stop('closed');
  }

  #attach(): Promise<CloseReason> {
    const stream = this.#stream;
    stream.on('data', (chunk: Buffer) => this.#read(chunk));
    stream.on('error', (error) => {
      this.#options.log.debug({ err: error, peer: this.#options.peer.name }, 'stream error');
      this.#stop('stream_error');
    });
    stream.on('end', () => this.#stop('peer_closed'));
    // A stream that was read before, for a proof, comes paused.
    stream.resume();
    return new Promise((resolve) => {
      const finish = (): void => {
        this.#stop('peer_closed');
        resolve(this.#reason ?? 'peer_closed');
      };
      if (stream.destroyed) finish();
      else stream.once('close', finish);
    });
  }

  #read(chunk: Buffer): void {
    this.#silence.heard();
    try {
      this.#reader.push(chunk, (line) => this.#take(line));
    } catch (error) {
      if (!(error instanceof LineError)) throw error;
      this.#stop(error.code);
    }
  }

  /** False once the connection is closing, so that the rest of the chunk is dropped. */
  #take(line: string): boolean {
    if (this.#reason !== undefined) return false;
    const message = parseMessage(line);
    if (!message || !this.#dispatch(message)) this.#stop('bad_message');
    if (this.#outgoing.queuedBytes > this.#options.limits.queueBytesCutOff) this.#stop('not_reading');
    return this.#reason === undefined;
  }

  #dispatch(message: Message): boolean {
    switch (message.type) {
      case 'call':
        return this.#served.serve(message);
      case 'result':
      case 'error':
        return this.#settle(message);
      case 'cancel':
        this.#served.cancel(message.id);
        return true;
      case 'ping':
        this.#outgoing.send(controlLines.pong);
        return true;
      case 'pong':
        return true;
      case 'drain':
        this.#drainHeard = true;
        this.drain();
        this.#closeIfDrained();
        return true;
    }
  }

  #settle(message: Extract<Message, { type: 'result' | 'error' }>): boolean {
    const known = this.#placed.settle(message.id, message);
    this.#closeIfDrained();
    return known;
  }

  #afterAnswer(): void {
    if (this.#outgoing.queuedBytes > this.#options.limits.queueBytesCutOff) this.#stop('not_reading');
    this.#closeIfDrained();
  }

  #closeIfDrained(): void {
    if (this.#drainSent && this.#drainHeard && this.callsInFlight === 0) this.#stop('drained');
  }

  #stop(reason: CloseReason): void {
    if (this.#reason !== undefined) return;
    this.#reason = reason;
    this.#becomeUnusable();
    this.#silence.stop();
    this.#outgoing.flush();
    const stream = this.#stream;
    if (reason === 'closed' || reason === 'drained' || reason === 'flood') this.#endGently();
    else stream.destroy();
    this.#placed.failAll(new RpcError('disconnected', 'The connection broke before the answer came.'));
    this.#served.abortAll();
  }

  #endGently(): void {
    const stream = this.#stream;
    const timer = setTimeout(() => stream.destroy(), lingerMs);
    timer.unref();
    stream.once('close', () => clearTimeout(timer));
    stream.end(() => stream.destroy());
  }
}
