// Brings beats to internal-db, many with one call where many come at a time: there they are written with one transaction. Called by
// fleet-routes.ts. A beat that comes alone goes alone, and at once.
import { beatIntervalMs } from '#commlink/fleet/limits.ts';
import { beatsPerCallMax, type BeatAnswer } from '#commlink/methods/fleet-methods.ts';
import type { InternalDbClient } from '../internal-db-client.ts';
import { PortalProblem } from '../portal-problem.ts';
import {
  beatCallCharactersMax,
  beatCallsAtATime,
  waitingBeatsCharactersMax,
  waitingBeatsMax,
} from './limits.ts';

/** A beat as it came. */
export interface IncomingBeat {
  readonly message: string;
  readonly address: string;
}

interface WaitingBeat {
  readonly beat: IncomingBeat;
  readonly answer: PromiseWithResolvers<BeatAnswer>;
}

/** The calls. */
export class BeatCalls {
  readonly #internalDb: InternalDbClient;
  readonly #waiting: WaitingBeat[] = [];
  #waitingCharacters = 0;
  #callCount = 0;
  #intervalMs = beatIntervalMs;

  constructor(internalDb: InternalDbClient) {
    this.#internalDb = internalDb;
  }

  /** How often appliances are to beat, as far as internal-db has said yet. */
  get intervalMs(): number {
    return this.#intervalMs;
  }

  /** Resolves to the answer. Throws PortalProblem when internal-db is away, or too many wait. */
  async send(beat: IncomingBeat): Promise<BeatAnswer> {
    const isFull =
      this.#waiting.length >= waitingBeatsMax ||
      this.#waitingCharacters + beat.message.length > waitingBeatsCharactersMax;
    if (isFull)
      throw new PortalProblem('service_unavailable', 'Too many appliances beat at once.', {
        retryAfterSeconds: 60,
      });
    const answer = Promise.withResolvers<BeatAnswer>();
    this.#waiting.push({ beat, answer });
    this.#waitingCharacters += beat.message.length;
    // What comes in the same turn of the event loop goes along.
    if (this.#callCount < beatCallsAtATime) setImmediate(() => this.#begin());
    return await answer.promise;
  }

  #begin(): void {
    if (this.#callCount >= beatCallsAtATime) return;
    const some = this.#takeSome();
    if (some.length === 0) return;
    this.#callCount += 1;
    void this.#call(some);
  }

  /** As many as one call may bring, and one at least. */
  #takeSome(): WaitingBeat[] {
    let [count, characters] = [0, 0];
    for (const { beat } of this.#waiting.slice(0, beatsPerCallMax)) {
      if (count > 0 && characters + beat.message.length > beatCallCharactersMax) break;
      count += 1;
      characters += beat.message.length;
    }
    this.#waitingCharacters -= characters;
    return this.#waiting.splice(0, count);
  }

  /** Never rejects: the beats hear of it. */
  async #call(some: readonly WaitingBeat[]): Promise<void> {
    try {
      const beats = some.map(({ beat }) => beat);
      const { answers, intervalMs } = await this.#internalDb.call('fleet.beats', { beats });
      this.#intervalMs = intervalMs;
      for (const [index, { answer }] of some.entries()) {
        answer.resolve(answers[index] ?? { accepted: false, reason: 'not_ready' });
      }
    } catch (error) {
      for (const { answer } of some) answer.reject(error);
    } finally {
      this.#callCount -= 1;
      this.#begin();
    }
  }
}
