// The key bags of this node, in memory, by ordered pair. A generation that no bag has any more opens no new link; its
// keys are kept until the last link that uses it is gone, and then zeroed.
// Callers: the dialler and the admission check look keys up; commlink.ts brings new bags; the link table says what is in use.
import type { KeyBag, KeyGeneration } from '../key-bag.ts';

/** This node's bags. The keys' buffers belong to it. */
export class BagStore {
  #bags: ReadonlyMap<string, KeyBag>;
  #current: ReadonlySet<KeyGeneration>;
  readonly #retired = new Set<KeyGeneration>();

  constructor(bags: readonly KeyBag[]) {
    this.#bags = byPair(bags);
    this.#current = generationsOf(this.#bags);
  }

  /** The bag for links from one node to another, by node ids. */
  find(from: string, to: string): KeyBag | undefined {
    return this.#bags.get(pairOf(from, to));
  }

  /** The generation that links from one node to another are to use now. */
  toSend(from: string, to: string): KeyGeneration | undefined {
    const bag = this.find(from, to);
    return bag?.generations.find(({ generation }) => generation === bag.sendGeneration);
  }

  /** Whether links may still use this generation, as `find` or `toSend` gave it at some time. */
  isCurrent(generation: KeyGeneration): boolean {
    return this.#current.has(generation);
  }

  /**
   * Takes new bags in place of all old ones. A generation that is there already stays the same object, and the second
   * copy of its keys is zeroed; one that is no longer there, or has other keys, is retired.
   */
  replaceAll(bags: readonly KeyBag[]): void {
    const before = this.#current;
    this.#bags = byPair(bags.map((bag) => this.#keepKnown(bag)));
    this.#current = generationsOf(this.#bags);
    for (const generation of before) if (!this.#current.has(generation)) this.#retired.add(generation);
  }

  /** Zeroes the keys of bags that were brought and are not to be taken after all. */
  refuse(bags: readonly KeyBag[]): void {
    for (const generation of bags.flatMap((bag) => bag.generations))
      if (!this.#current.has(generation)) zero(generation);
  }

  /** Zeroes the keys of retired generations that `isInUse` denies. */
  eraseRetired(isInUse: (generation: KeyGeneration) => boolean): void {
    for (const retired of this.#retired) {
      if (isInUse(retired)) continue;
      zero(retired);
      this.#retired.delete(retired);
    }
  }

  #keepKnown(bag: KeyBag): KeyBag {
    const known = this.find(bag.from, bag.to)?.generations ?? [];
    const generations = bag.generations.map((brought) => {
      const same = known.find((candidate) => hasSameKeys(candidate, brought));
      if (same && same.keys[0] !== brought.keys[0]) zero(brought);
      return same ?? brought;
    });
    return { ...bag, generations };
  }
}

/** Throws TypeError for bags whose keys were taken, and zeroed, before: a plan is good for one change. */
export function assertUnused(bags: readonly KeyBag[]): void {
  for (const { keys } of bags.flatMap((bag) => bag.generations))
    if (keys.some((key) => key.every((byte) => byte === 0)))
      throw new TypeError('The keys of this plan were zeroed: it was taken before.');
}

function zero({ keys }: KeyGeneration): void {
  for (const key of keys) key.fill(0);
}

function hasSameKeys(left: KeyGeneration, right: KeyGeneration): boolean {
  return (
    left.generation === right.generation &&
    left.keys.length === right.keys.length &&
    left.keys.every((key, index) => right.keys[index]?.equals(key))
  );
}

function generationsOf(bags: ReadonlyMap<string, KeyBag>): ReadonlySet<KeyGeneration> {
  return new Set([...bags.values()].flatMap((bag) => bag.generations));
}

function byPair(bags: readonly KeyBag[]): ReadonlyMap<string, KeyBag> {
  return new Map(bags.map((bag) => [pairOf(bag.from, bag.to), bag]));
}

function pairOf(from: string, to: string): string {
  return `${from}|${to}`;
}
