// The cluster listener, which may move to another address while links stay up: the new one is open before the old one
// closes, and the old one stays for a while, since the others may learn of the move later than this node.
// Caller: commlink.ts, which makes one change after another.
import { handoverMsMax } from '../limits.ts';
import type { LinkPlan } from '../node-config.ts';

type Address = NonNullable<LinkPlan['listen']>;

/** A listener as this file needs it. */
export interface MovableListener {
  readonly port: number;
  close(): Promise<void>;
}

/** How to open a listener at an address, and how long one is kept that the configuration no longer has. */
export interface LinkListenersOptions {
  readonly open: (address: Address) => Promise<MovableListener>;
  readonly handoverMs?: number;
}

interface Opened {
  readonly listener: MovableListener;
  /** How many prepared changes want it. */
  claims: number;
  closing: NodeJS.Timeout | undefined;
}

/** The listeners of one process: the one that counts, those that are prepared, those that were left. */
export class LinkListeners {
  readonly #open: LinkListenersOptions['open'];
  readonly #handoverMs: number;
  readonly #opened = new Map<string, Opened>();
  #current: string | undefined;

  constructor({ open, handoverMs = handoverMsMax }: LinkListenersOptions) {
    this.#open = open;
    this.#handoverMs = handoverMs;
  }

  /** The port of the listener that counts. */
  get port(): number | undefined {
    return this.#current === undefined ? undefined : this.#opened.get(this.#current)?.listener.port;
  }

  /** Opens what `address` needs, and keeps it until the function returned is called, once. Throws what `open` throws. */
  async claim(address: Address | null): Promise<() => Promise<void>> {
    if (!address) return async () => undefined;
    const name = nameOf(address);
    const opened = this.#opened.get(name) ?? {
      listener: await this.#open(address),
      claims: 0,
      closing: undefined,
    };
    this.#opened.set(name, opened);
    opened.claims += 1;
    return async () => {
      opened.claims -= 1;
      if (opened.claims === 0 && name !== this.#current && !opened.closing) await this.#close(name);
    };
  }

  /** From now on `address` counts, or none. The listener that counted before is closed after a while. */
  async moveTo(address: Address | null): Promise<void> {
    const release = await this.claim(address);
    const before = this.#current;
    this.#current = address ? nameOf(address) : undefined;
    if (before !== undefined && before !== this.#current) this.#closeLater(before);
    const opened = this.#current === undefined ? undefined : this.#opened.get(this.#current);
    clearTimeout(opened?.closing);
    if (opened) opened.closing = undefined;
    await release();
  }

  /** Closes all. */
  async close(): Promise<void> {
    this.#current = undefined;
    await Promise.all([...this.#opened.keys()].map((name) => this.#close(name)));
  }

  #closeLater(name: string): void {
    const opened = this.#opened.get(name);
    if (!opened) return;
    opened.closing = setTimeout(() => {
      opened.closing = undefined;
      if (opened.claims === 0) void this.#close(name);
    }, this.#handoverMs);
    opened.closing.unref();
  }

  async #close(name: string): Promise<void> {
    const opened = this.#opened.get(name);
    this.#opened.delete(name);
    clearTimeout(opened?.closing);
    await opened?.listener.close();
  }
}

function nameOf({ host, port }: Address): string {
  return `${host} ${port}`;
}
