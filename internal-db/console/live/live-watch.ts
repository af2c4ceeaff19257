// Looks at what live pages show, once for all who look at the same page in the same language, and tells them when it has become something else.
// Nothing is looked at that nobody follows. Made by live-routes.ts.
import type { Logger } from '#commlink/log.ts';
import { spokenLanguage } from '../../texts/spoken-language.ts';
import { liveIntervalMs } from './limits.ts';
import { stateOf } from './live-page.ts';

/** What is followed: `key` names it, `read` gives what its page is made from. */
export interface LiveTopic {
  readonly key: string;
  readonly read: () => Promise<unknown>;
}

/** Told after each look with the state as it is then. */
export type LiveFollower = (state: string) => void;

interface Watched {
  readonly followers: Set<LiveFollower>;
  timer: NodeJS.Timeout | null;
}

/** The watch. */
export class LiveWatch {
  readonly #watched = new Map<string, Watched>();
  readonly #log: Logger;
  readonly #intervalMs: number;

  constructor(log: Logger, intervalMs = liveIntervalMs) {
    this.#log = log;
    this.#intervalMs = intervalMs;
  }

  /** Topics that somebody follows. */
  get topicCount(): number {
    return this.#watched.size;
  }

  /** Follows a topic, in the language that is spoken, until the signal is aborted. The first look is at once for its first follower. */
  follow(topic: LiveTopic, follower: LiveFollower, signal: AbortSignal): void {
    if (signal.aborted) return;
    // The first follower's request goes on in the looks: what a page shows, alerts for one, depends on its language.
    const key = `${spokenLanguage()} ${topic.key}`;
    const known = this.#watched.get(key);
    const watched = known ?? { followers: new Set<LiveFollower>(), timer: null };
    watched.followers.add(follower);
    this.#watched.set(key, watched);
    signal.addEventListener('abort', () => this.#leave(key, watched, follower), { once: true });
    if (!known) void this.#look(topic, watched);
  }

  #leave(key: string, watched: Watched, follower: LiveFollower): void {
    watched.followers.delete(follower);
    if (watched.followers.size > 0) return;
    if (watched.timer) clearTimeout(watched.timer);
    if (this.#watched.get(key) === watched) this.#watched.delete(key);
  }

  /** The next look begins when this one is over, however long it takes. */
  async #look(topic: LiveTopic, watched: Watched): Promise<void> {
    try {
      const state = stateOf(await topic.read());
      for (const follower of watched.followers) follower(state);
    } catch (error) {
      // The page itself says what is wrong, once it is loaded.
      this.#log.warn({ topic: topic.key, err: error }, 'a live page could not be looked at');
    }
    if (watched.followers.size === 0) return;
    watched.timer = setTimeout(() => void this.#look(topic, watched), this.#intervalMs);
  }
}
