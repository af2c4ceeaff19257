// The bag of pre-shared keys of one ordered pair of nodes: `from` dials, `to` listens, nobody else holds it.
// Keys come in generations, so that a bag is replaced while links stay up: the listener takes every generation in the
// bag, the dialler uses the one to send. Callers: configuration/open-node-sections.ts makes bags of what was sealed to this
// node; the links use them, and zero them in the end.

/** One generation: its number, never reused, and N keys of 32 bytes, where N is odd: the dialler's port modulo N is one. */
export interface KeyGeneration {
  readonly generation: number;
  readonly keys: readonly Buffer[];
}

/** A bag. `from` and `to` are node ids; `sendGeneration` is the number of one of `generations`. */
export interface KeyBag {
  readonly cluster: string;
  readonly from: string;
  readonly to: string;
  readonly sendGeneration: number;
  readonly generations: readonly KeyGeneration[];
}
