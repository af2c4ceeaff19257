// Follows deliveries for the pages and programs that want to know of their progress at once. However many of them watch, and
// whichever deliveries of an account, internal-db is asked once a second for the account: this is the one place that asks.
// Each reader's session is looked at again every few seconds, so that what it was for ends with it. Made by web-front.ts,
// since apps come and go with the settings; called by delivery-events.ts.
import type { Logger } from '#commlink/log.ts';
import { describedDeliveriesMax, type DeliveryWithDownloads } from '#commlink/methods/delivery-methods.ts';
import type { SessionOwner } from '#commlink/methods/session-owner.ts';
import type { InternalDbClient } from '../internal-db-client.ts';
import { watchLimits } from '../limits.ts';
import { PortalProblem } from '../portal-problem.ts';
import { WatchPlaces } from './watch-places.ts';

/** Why a reader is told nothing more: the delivery has ended, or the session, or this process stops. */
export type WatchEnd = 'delivery' | 'session' | 'stopping';

/** Who wants to know of what. The functions are called until `end` was. */
export interface Watcher {
  readonly session: string;
  readonly delivery: string;
  show(record: DeliveryWithDownloads): void;
  end(why: WatchEnd): void;
}

/** Those who see the same deliveries: one account's owners, or one of its other users. */
interface Circle {
  readonly watchers: Set<Watcher>;
  readonly wake: { now: () => void };
}

/** The watch. */
export class DeliveryWatch {
  readonly #internalDb: InternalDbClient;
  readonly #log: Logger;
  readonly #circles = new Map<string, Circle>();
  readonly #places = new WatchPlaces();

  constructor(internalDb: InternalDbClient, log: Logger) {
    this.#internalDb = internalDb;
    this.#log = log;
  }

  /**
   * Begins to watch. Returns how the delivery stands now, and what stops it. Throws the problem `rate_limited` when the
   * session, its account, or everybody together, watches too much already; `not_found`; or what the calls to internal-db
   * throw.
   */
  async open(watcher: Watcher): Promise<{ record: DeliveryWithDownloads; stop: () => void }> {
    const { session, delivery } = watcher;
    const leave = this.#places.take(session);
    try {
      const [{ owner }, { deliveries }] = await Promise.all([
        this.#internalDb.callForSession('session.describe', { session }),
        this.#internalDb.callForSession('delivery.describe', { session, deliveries: [delivery] }),
      ]);
      const record = deliveries[0];
      if (!record) throw new PortalProblem('not_found', 'Your account has no such delivery.');
      const leaveAccount = this.#places.takeOfAccount(owner.account.id);
      const part = this.#join(circleOf(owner), watcher);
      const stop = () => {
        part();
        leaveAccount();
        leave();
      };
      return { record, stop };
    } catch (error) {
      leave();
      throw error;
    }
  }

  /** Ends every watch; nothing is begun any more. */
  close(): void {
    this.#places.close();
    for (const { watchers, wake } of this.#circles.values()) {
      for (const watcher of watchers) watcher.end('stopping');
      watchers.clear();
      wake.now();
    }
  }

  #join(name: string, watcher: Watcher): () => void {
    let circle = this.#circles.get(name);
    if (!circle) {
      circle = { watchers: new Set(), wake: { now: () => undefined } };
      this.#circles.set(name, circle);
      void this.#follow(name, circle);
    }
    circle.watchers.add(watcher);
    const { watchers, wake } = circle;
    return () => {
      watchers.delete(watcher);
      if (watchers.size === 0) wake.now();
    };
  }

  /** Runs as long as the circle has a watcher; never throws. */
  async #follow(name: string, circle: Circle): Promise<void> {
    let checkedAtMs = performance.now();
    // The first watcher was shown a state just now.
    let pauseMs: number = watchLimits.activePollMs;
    for (;;) {
      await pause(circle, pauseMs);
      if (circle.watchers.size === 0) break;
      try {
        if (performance.now() - checkedAtMs >= watchLimits.sessionCheckMs) {
          checkedAtMs = performance.now();
          await this.#checkSessions(name, circle);
        }
        pauseMs = (await this.#ask(circle)) ? watchLimits.activePollMs : watchLimits.idlePollMs;
      } catch (error) {
        // internal-db is away for a moment, or the nodes change over to new settings: readers wait, as they do for news.
        this.#log.debug({ err: error }, 'the progress of deliveries could not be asked for');
        pauseMs = watchLimits.failedPollMs;
      }
    }
    this.#circles.delete(name);
  }

  /** Asks for everything that the circle watches, and tells; true while something runs or is being made ready. */
  async #ask({ watchers }: Circle): Promise<boolean> {
    let isActive = false;
    const wanted = [...new Set([...watchers].map(({ delivery }) => delivery))];
    for (let start = 0; start < wanted.length; start += describedDeliveriesMax) {
      const deliveries = wanted.slice(start, start + describedDeliveriesMax);
      const records = await this.#describe(watchers, deliveries);
      if (!records) return isActive;
      for (const id of deliveries) {
        const record = records.find(({ delivery }) => delivery.id === id);
        isActive ||= record !== undefined && isMoving(record);
        for (const watcher of watchers) if (watcher.delivery === id) tell(watchers, watcher, record);
      }
    }
    return isActive;
  }

  /** With the first session that is still valid; null when none is left. */
  async #describe(watchers: Set<Watcher>, deliveries: string[]): Promise<DeliveryWithDownloads[] | null> {
    for (;;) {
      const [first] = watchers;
      if (!first) return null;
      const { session } = first;
      const answer = await this.#internalDb.call('delivery.describe', { session, deliveries });
      if (answer.valid) return answer.deliveries;
      endSession(watchers, session);
    }
  }

  async #checkSessions(name: string, { watchers }: Circle): Promise<void> {
    for (const session of new Set([...watchers].map((watcher) => watcher.session))) {
      const answer = await this.#internalDb.call('session.describe', { session });
      // Somebody whose role was changed sees other deliveries now: the page begins anew.
      if (!answer.valid || circleOf(answer.owner) !== name) endSession(watchers, session);
    }
  }
}

/** Those with the same name see the same: see `visibleTo` of internal-db. */
function circleOf({ account, user }: SessionOwner): string {
  return user.role === 'owner' ? account.id : `${account.id} ${user.id}`;
}

function tell(watchers: Set<Watcher>, watcher: Watcher, record: DeliveryWithDownloads | undefined): void {
  if (record) watcher.show(record);
  if (record && record.delivery.endedAtMs === null) return;
  watchers.delete(watcher);
  watcher.end('delivery');
}

function endSession(watchers: Set<Watcher>, session: string): void {
  for (const watcher of watchers) {
    if (watcher.session !== session) continue;
    watchers.delete(watcher);
    watcher.end('session');
  }
}

function isMoving({ delivery, downloads }: DeliveryWithDownloads): boolean {
  return delivery.state === 'requested' || downloads.some(({ outcome }) => outcome === 'running');
}

/** Waits, but not when the last watcher has gone: then there is nothing to wait for. */
async function pause({ wake }: Circle, durationMs: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  wake.now = resolve;
  const timer = setTimeout(resolve, durationMs).unref();
  await promise;
  clearTimeout(timer);
}
