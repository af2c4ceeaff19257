// Who has lately proved from where to be which appliance: noise from the same address does not silence it. Called by fleet-gate.ts.
import { countedSubjectsMax, provenMs } from './limits.ts';

/** The pairs of network and uid, the one that was proved longest ago first. */
export class ProvenSenders {
  readonly #provedAtMs = new Map<string, number>();

  /** Notes that a message verified. The one that was proved longest ago makes room. */
  note(sender: string): void {
    this.#provedAtMs.delete(sender);
    this.#provedAtMs.set(sender, performance.now());
    if (this.#provedAtMs.size <= countedSubjectsMax) return;
    const [oldest] = this.#provedAtMs.keys();
    if (oldest !== undefined) this.#provedAtMs.delete(oldest);
  }

  /** Whether one did within the last hour. */
  has(sender: string): boolean {
    const atMs = this.#provedAtMs.get(sender);
    return atMs !== undefined && performance.now() - atMs <= provenMs;
  }
}
