// How long internal-db has not been heard: a web-front that does not pass a login on must not be able to say for it that nobody is
// there. The silence begins with the first login that nobody answered, so that the next ones go through the other web-fronts.
// Made by main.ts; login-relay.ts tells and asks it. What counts as heard is signed by an internal-db.
import type { InternalDbVerifier } from './internal-db-verifier.ts';
import { silenceMsMin } from './limits.ts';

/** What it looks at. */
export interface SilenceOptions {
  /** Whether any web-front is linked: where none is, none keeps anything back. */
  readonly isLinked: () => boolean;
  /** A clock that never goes back. */
  readonly now?: () => number;
}

/** The silence of internal-db. */
export class InternalDbSilence {
  readonly #isLinked: () => boolean;
  readonly #now: () => number;
  #sinceMs: number | null = null;

  constructor({ isLinked, now = () => performance.now() }: SilenceOptions) {
    this.#isLinked = isLinked;
    this.#now = now;
  }

  /** The verifier, with an ear for what it has verified. */
  listen(verifier: InternalDbVerifier): InternalDbVerifier {
    return {
      verify: (kind, text) => {
        const body = verifier.verify(kind, text);
        if (body !== null) this.#sinceMs = null;
        return body;
      },
    };
  }

  /** Notes that a login was answered by nobody; whether the node may decide it by what it knows. */
  unanswered(): boolean {
    if (!this.#isLinked()) return true;
    this.#sinceMs ??= this.#now();
    return this.#now() - this.#sinceMs >= silenceMsMin;
  }
}
