// How many readers follow deliveries at the same time: in all, of each session, and of each account, so that no customer
// takes the others' places with many logins. Made and asked by delivery-watch.ts.
import { watchLimits } from '../limits.ts';
import { PortalProblem } from '../portal-problem.ts';

/** The places. Each `take` returns what gives the place back, once, and throws the problem `rate_limited` when there is none. */
export class WatchPlaces {
  readonly #bySession = new Map<string, number>();
  readonly #byAccount = new Map<string, number>();
  #takenCount = 0;
  #isClosed = false;

  /** A place for a session, before it is known whose it is. */
  take(session: string): () => void {
    if (this.#isClosed || this.#takenCount >= watchLimits.openMax) throw tooMany();
    const leave = takeOne(this.#bySession, session, watchLimits.openPerSessionMax);
    this.#takenCount += 1;
    return once(() => {
      this.#takenCount -= 1;
      leave();
    });
  }

  /** A place for an account. */
  takeOfAccount(account: string): () => void {
    return once(takeOne(this.#byAccount, account, watchLimits.openPerAccountMax));
  }

  /** There are none any more. */
  close(): void {
    this.#isClosed = true;
  }
}

function takeOne(taken: Map<string, number>, who: string, most: number): () => void {
  const count = taken.get(who) ?? 0;
  if (count >= most) throw tooMany();
  taken.set(who, count + 1);
  return () => {
    const left = (taken.get(who) ?? 1) - 1;
    if (left === 0) taken.delete(who);
    else taken.set(who, left);
  };
}

function once(leave: () => void): () => void {
  let isTaken = true;
  return () => {
    if (isTaken) leave();
    isTaken = false;
  };
}

function tooMany(): PortalProblem {
  const message = 'Too many pages follow deliveries at the same time. Close some of them.';
  return new PortalProblem('rate_limited', message, { retryAfterSeconds: watchLimits.retryAfterSeconds });
}
