// The time that the agent judges by: the centre's, from the last signed answer, moved on by the machine's monotonic clock. The
// machine's own clock may be years off and decides nothing; how far it is off is told. Callers: the cycle.

/** The centre's time. */
export class CentreClock {
  readonly #machineNow: () => number;
  readonly #elapsedMs: () => number;
  #known: { readonly nowMs: number; readonly atElapsedMs: number; readonly signers: string } | null = null;

  /** `machineNow`: the machine's clock. `elapsedMs`: a clock that never goes back. Tests replace both. */
  constructor(machineNow: () => number = Date.now, elapsedMs: () => number = () => performance.now()) {
    this.#machineNow = machineNow;
    this.#elapsedMs = elapsedMs;
  }

  /**
   * Takes the time of a verified answer; `signers` names the keys that may sign it. It never goes back behind what an earlier answer
   * said by the same keys: whoever had keys that are rotated out may have said any time (as with versions, TUF 5.3.11).
   */
  learn(nowMs: number, signers: string): void {
    const known = this.#known?.signers === signers ? this.now() : null;
    this.#known = { nowMs: Math.max(nowMs, known ?? nowMs), atElapsedMs: this.#elapsedMs(), signers };
  }

  /** The centre's time; null before the first answer since this process began. */
  now(): number | null {
    if (this.#known === null) return null;
    return Math.floor(this.#known.nowMs + this.#elapsedMs() - this.#known.atElapsedMs);
  }

  /** The centre's time, else the machine's: for the dates of what is told, never for a decision. */
  stamp(): number {
    return this.now() ?? this.machine();
  }

  /** The machine's clock. */
  machine(): number {
    return Math.max(0, this.#machineNow());
  }

  /** How far the machine's clock is before the centre's; 0 while that is unknown. */
  offsetMs(): number {
    const now = this.now();
    return now === null ? 0 : this.machine() - now;
  }
}
