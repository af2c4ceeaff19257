// The write side of a connection: lines of one turn of the event loop leave in one write, and the queue is bounded.
// Caller: rpc-connection.ts. A call under load costs a string concatenation here, not a system call or a TLS record.
import type { Duplex } from 'node:stream';

/** Collects lines and writes them after the current turn's promises have settled. */
export class OutgoingLines {
  readonly #stream: Duplex;
  #pending = '';
  #scheduled = false;

  constructor(stream: Duplex) {
    this.#stream = stream;
  }

  /** Bytes that wait: for the end of this turn, or for the peer to read. */
  get queuedBytes(): number {
    return this.#pending.length + this.#stream.writableLength;
  }

  /** Queues a line of printable ASCII that ends in CR LF. */
  send(line: string): void {
    this.#pending += line;
    if (this.#scheduled) return;
    this.#scheduled = true;
    // nextTick runs after the promise jobs that are queued now: all answers of one chunk of calls go together.
    process.nextTick(() => this.flush());
  }

  /** Writes what has been collected. Lines for a stream that is gone are dropped. */
  flush(): void {
    this.#scheduled = false;
    const text = this.#pending;
    this.#pending = '';
    if (text !== '' && this.#stream.writable) this.#stream.write(text, 'latin1');
  }
}
