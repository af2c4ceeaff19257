// What is to happen, in the order of simulated time: a binary heap. Things of one moment happen in the order in which they
// were entered. Callers: the simulated world.

interface Entry {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
}

function isBefore(left: Entry, right: Entry): boolean {
  return left.at < right.at || (left.at === right.at && left.order < right.order);
}

/** Simulated time, and what happens in it. */
export class EventQueue {
  now = 0;
  readonly #heap: Entry[] = [];
  #entered = 0;

  /** Enters what is to happen in `delay` units of time. */
  after(delay: number, run: () => void): void {
    this.#heap.push({ at: this.now + delay, order: (this.#entered += 1), run });
    this.#rise(this.#heap.length - 1);
  }

  /** Lets happen what is entered until `end`, and moves the time there. */
  runUntil(end: number): void {
    for (let first = this.#heap[0]; first && first.at <= end; first = this.#heap[0]) {
      this.#removeFirst();
      this.now = first.at;
      first.run();
    }
    this.now = end;
  }

  #removeFirst(): void {
    const last = this.#heap.pop();
    if (!last || this.#heap.length === 0) return;
    this.#heap[0] = last;
    this.#sink();
  }

  #rise(start: number): void {
    for (let index = start; index > 0;) {
      const parent = (index - 1) >> 1;
      if (!this.#swapUnlessOrdered(parent, index)) return;
      index = parent;
    }
  }

  #sink(): void {
    for (let index = 0; ;) {
      const left = 2 * index + 1;
      const [leftEntry, rightEntry] = [this.#heap[left], this.#heap[left + 1]];
      if (!leftEntry) return;
      const child = rightEntry && isBefore(rightEntry, leftEntry) ? left + 1 : left;
      if (!this.#swapUnlessOrdered(index, child)) return;
      index = child;
    }
  }

  #swapUnlessOrdered(upper: number, lower: number): boolean {
    const [above, below] = [this.#heap[upper], this.#heap[lower]];
    if (!above || !below || isBefore(above, below)) return false;
    this.#heap[upper] = below;
    this.#heap[lower] = above;
    return true;
  }
}
