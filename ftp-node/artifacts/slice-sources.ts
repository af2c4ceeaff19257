// Of whom the parts of one artifact are asked: internal-db and the nodes that have it too, in turn. Who fails is not asked again for this
// artifact, as long as there is another. Remembers which parts came from other nodes, in case that the whole is wrong in the end.
// Called by pull-artifact.ts.

/** internal-db, or a node's id. */
export type SliceSource = string | null;

/** The sources. */
export class SliceSources {
  #live: SliceSource[];
  readonly #given = new Map<number, string>();

  constructor(nodes: readonly string[]) {
    this.#live = [null, ...nodes];
  }

  /** Who is asked for the part with that number (from 0), the others behind it. Never empty. */
  inTurn(number: number): readonly SliceSource[] {
    const first = number % this.#live.length;
    return [...this.#live.slice(first), ...this.#live.slice(0, first)];
  }

  /** It is not asked again, unless it is the last one. */
  drop(source: SliceSource): void {
    const others = this.#live.filter((live) => live !== source);
    if (others.length > 0) this.#live = others;
  }

  /** The part was this one's. */
  note(offsetBytes: number, source: SliceSource): void {
    if (source === null) this.#given.delete(offsetBytes);
    else this.#given.set(offsetBytes, source);
  }

  /** Where the parts begin that came from other nodes, and from which. */
  given(): ReadonlyMap<number, string> {
    return this.#given;
  }
}
