// The changes of a node's links, one after another: to those of another plan, or to none at all. What a plan does not
// change is not touched, and new comes before old. Caller: commlink.ts.
import { closeMsMax } from '../limits.ts';
import type { LinkPlan } from '../node-config.ts';
import type { PreparedChange } from '../prepared-change.ts';
import { assertUnused } from './bag-store.ts';
import type { DialSlots } from './dial-slots.ts';
import type { JoinLinks } from './join-links.ts';
import type { LinkCalls } from './link-calls.ts';
import type { ChangingContext } from './link-context.ts';
import type { LinkListeners } from './link-listeners.ts';
import type { LinkTable } from './link-table.ts';
import { indexMembers, type MemberIndex } from './members.ts';

/** What is changed. */
export interface ChangedLinks {
  readonly context: ChangingContext;
  readonly table: LinkTable;
  readonly joins: JoinLinks;
  readonly listeners: LinkListeners;
  readonly slots: DialSlots;
  readonly calls: LinkCalls;
}

/** The queue of changes: each begins when the one before has ended, however it ended. */
export class LinkChanges {
  readonly #links: ChangedLinks;
  #last: Promise<unknown> = Promise.resolve();
  #isClosed = false;

  constructor(links: ChangedLinks) {
    this.#links = links;
  }

  /**
   * Checks the plan and binds a changed listener address; `commit` makes the links those of the plan. Throws StartupError
   * (`MEMBERS_INVALID`, `PORT_TAKEN`), and TypeError for a plan of another cluster or one that was taken before.
   */
  async prepare(plan: LinkPlan): Promise<PreparedChange> {
    const { context, listeners } = this.#links;
    if (plan.cluster !== context.cluster)
      throw new TypeError(`This commlink is of ${context.cluster}, not of ${plan.cluster}.`);
    assertUnused(plan.bags);
    const index = indexMembers(plan, context.keys);
    const release = await this.#inTurn(() => listeners.claim(plan.listen));
    return {
      commit: () => this.#inTurn(() => this.#reconcile(plan, index, release)),
      discard: () =>
        this.#inTurn(async () => {
          context.bags.refuse(plan.bags);
          await release();
        }),
    };
  }

  /** Stops listening and dialling, lets calls in flight finish for a short time, and closes every link. No change after it. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const { listeners, slots, table, joins } = this.#links;
    await this.#inTurn(async () => {
      const listening = listeners.close();
      await slots.stop();
      const links = table.links();
      await Promise.all([joins.close(), ...links.map((link) => table.drain(link, closeMsMax))]);
      await listening;
    });
  }

  async #reconcile(plan: LinkPlan, index: MemberIndex, release: () => Promise<void>): Promise<void> {
    if (this.#isClosed) return;
    const { context, listeners, slots, table, calls } = this.#links;
    await listeners.moveTo(plan.listen);
    await release();
    // From here on nothing waits, so that every link meets either the old plan or the new one as a whole.
    context.replaceMembers(index);
    context.bags.replaceAll(plan.bags);
    slots.adopt(plan, index);
    table.adopt(plan.linkAgeMaxMs);
    calls.retryNow();
  }

  #inTurn<R>(change: () => Promise<R>): Promise<R> {
    const result = this.#last.then(change);
    this.#last = result.catch(() => 'its caller is told');
    return result;
  }
}
