// Defect 4 of ftp-srv, second half: commands of two packets run at the same time and their replies come in any order.
// Here they run one after the other, in the order of their arrival, and a client that sends faster than that is not
// read any more. Caller: control-connection.ts.

/** What a queue does with its items. `run` never rejects; `hold` and `release` stop and go on with the reading. */
export interface CommandQueueOptions<Item> {
  readonly waitingMax: number;
  readonly run: (item: Item) => Promise<void>;
  readonly hold: () => void;
  readonly release: () => void;
}

/** The commands of one control connection. */
export class CommandQueue<Item> {
  readonly #options: CommandQueueOptions<Item>;
  #waiting: Item[] = [];
  #running = false;
  #held = false;

  constructor(options: CommandQueueOptions<Item>) {
    this.#options = options;
  }

  /** How many commands have not begun yet. */
  get waitingCount(): number {
    return this.#waiting.length;
  }

  /** Runs `item` when all before it are done; at once, in this very call, when none is. */
  push(item: Item): void {
    this.#waiting.push(item);
    if (!this.#held && this.#waiting.length >= this.#options.waitingMax) {
      this.#held = true;
      this.#options.hold();
    }
    if (!this.#running) void this.#runAll();
  }

  /** Forgets the commands that have not begun. */
  clear(): void {
    this.#waiting = [];
    this.#releaseWhenShort();
  }

  async #runAll(): Promise<void> {
    this.#running = true;
    for (let item = this.#waiting.shift(); item !== undefined; item = this.#waiting.shift()) {
      this.#releaseWhenShort();
      await this.#options.run(item);
    }
    this.#running = false;
  }

  #releaseWhenShort(): void {
    if (!this.#held || this.#waiting.length > this.#options.waitingMax / 2) return;
    this.#held = false;
    this.#options.release();
  }
}
