// Whether client requests may be admitted now: open while this node is an active member and no change of the
// configuration is between READY and its install. Callers: the shell opens and closes it; edges hold requests at it.
// What runs already is not concerned.

/** Whether client requests may be admitted now. */
export interface Admission {
  /** False from READY until the install, and while this node is no active member. */
  readonly isOpen: boolean;
  /** Resolves to true once it is open, or to false after the policy's patience. At once when it is open. */
  waitUntilOpen(signal?: AbortSignal): Promise<boolean>;
  /** `listener` is called when it opens and when it closes. */
  onChange(listener: (isOpen: boolean) => void): void;
}

/** The gate itself. It starts closed. */
export class AdmissionGate implements Admission {
  readonly #listeners = new Set<(isOpen: boolean) => void>();
  #isOpen = false;
  #patienceMs = 0;

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Opens or closes it, and sets how long requests are held from now on. */
  set(isOpen: boolean, patienceMs: number): void {
    this.#patienceMs = patienceMs;
    if (this.#isOpen === isOpen) return;
    this.#isOpen = isOpen;
    for (const listener of this.#listeners) listener(isOpen);
  }

  waitUntilOpen(signal?: AbortSignal): Promise<boolean> {
    if (this.#isOpen || signal?.aborted || this.#patienceMs === 0) return Promise.resolve(this.#isOpen);
    return new Promise((resolve) => {
      const settle = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', settle);
        this.#listeners.delete(settle);
        resolve(this.#isOpen);
      };
      const timer = setTimeout(settle, this.#patienceMs);
      signal?.addEventListener('abort', settle, { once: true });
      this.#listeners.add(settle);
    });
  }

  onChange(listener: (isOpen: boolean) => void): void {
    this.#listeners.add(listener);
  }
}
