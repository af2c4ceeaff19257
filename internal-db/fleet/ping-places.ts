// Who is to wait for pings between its beats. Each web-front holds so many requests open: where a fleet is larger than that, the same
// share of it always waits, and the others are not called before their next beat. Called by take-beats.ts for each answer.
import { waitingPingsMax } from '#commlink/fleet/limits.ts';
import type { ServiceContext } from '../service-context.ts';
import { fleetCountKeptMs, pingPlacesShare } from './limits.ts';

type Context = Pick<ServiceContext, 'store' | 'clock' | 'relay'>;

/** The places. */
export class PingPlaces {
  readonly #context: Context;
  #applianceCount: Promise<number> | null = null;
  #countedAtMs = 0;

  constructor(context: Context) {
    this.#context = context;
  }

  /** Whether there is one for an appliance with this slot (0 to 9999). */
  async hasPlaceFor(slot: number): Promise<boolean> {
    const placeCount = this.#context.relay.webFrontCount() * waitingPingsMax * pingPlacesShare;
    return slot * (await this.#countAppliances()) < placeCount * 10_000;
  }

  async #countAppliances(): Promise<number> {
    const { store, clock } = this.#context;
    const nowMs = clock.nowMs();
    if (this.#applianceCount === null || nowMs - this.#countedAtMs > fleetCountKeptMs) {
      this.#applianceCount = store.read.appliances.total();
      this.#countedAtMs = nowMs;
    }
    try {
      return await this.#applianceCount;
    } catch (error) {
      this.#applianceCount = null;
      throw error;
    }
  }
}
