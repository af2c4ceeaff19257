// The bags of this node, in memory, by ordered pair. Callers: the dialler and the admission check look bags up;
// commlink.ts replaces them all when the folder was read again. Keys that are replaced are zeroed.
import type { KeyBag } from '../key-bag.ts';

/** This node's bags. */
export class BagStore {
  #bags: ReadonlyMap<string, KeyBag>;

  constructor(bags: readonly KeyBag[]) {
    this.#bags = byPair(bags);
  }

  /** The bag for links from one node to another, by node ids. */
  find(from: string, to: string): KeyBag | undefined {
    return this.#bags.get(pairOf(from, to));
  }

  /** Takes new bags in place of all old ones, whose keys are zeroed: derived keys never refer to them. */
  replaceAll(bags: readonly KeyBag[]): void {
    const old = this.#bags;
    this.#bags = byPair(bags);
    for (const bag of old.values())
      for (const { keys } of bag.generations) for (const key of keys) key.fill(0);
  }
}

function byPair(bags: readonly KeyBag[]): ReadonlyMap<string, KeyBag> {
  return new Map(bags.map((bag) => [pairOf(bag.from, bag.to), bag]));
}

function pairOf(from: string, to: string): string {
  return `${from}|${to}`;
}
