// Ends what somebody is logged in to at the nodes, after its password was changed or it was removed: at once, and again
// while a node can't be asked. Called by the services that do so, after their commit.
import { setTimeout as sleep } from 'node:timers/promises';
import { accessCutPauseMs, accessCutRoundsMax } from '../limits.ts';
import { cutAccess } from '../nodes/live-sessions.ts';
import type { ServiceContext } from '../service-context.ts';

/** Whose sessions. `principals`: as the nodes know them, `user:jo`, `token:…`, `key:…`. */
export interface EndedAccess {
  readonly account: string;
  readonly principals: readonly string[];
}

type AccessContext = Pick<ServiceContext, 'relay' | 'documents' | 'log'>;

/** Does it, and knows what is under way. */
export class AccessEnder {
  /** By account: whose sessions some node still has, perhaps. */
  readonly #owed = new Map<string, Set<string>>();
  readonly #underway = new Set<Promise<void>>();
  readonly #stopping = new AbortController();
  readonly #pauseMs: number;

  constructor(pauseMs = accessCutPauseMs) {
    this.#pauseMs = pauseMs;
  }

  /** Cuts at all nodes that can be asked now; goes on with the others in the background. */
  async end(context: AccessContext, access: EndedAccess): Promise<void> {
    const silentNodes = await this.#round(context, access);
    if (silentNodes.length === 0) return;
    const { account, principals } = access;
    const owed = this.#owed.get(account);
    for (const principal of principals) owed?.add(principal);
    if (owed) return;
    this.#owed.set(account, new Set(principals));
    const work = this.#goOn(context, account)
      .catch((error: unknown) => context.log.error({ err: error }, 'sessions at nodes were not ended'))
      .finally(() => {
        this.#owed.delete(account);
        this.#underway.delete(work);
      });
    this.#underway.add(work);
  }

  /** Gives up what is under way. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#underway);
  }

  async #round(context: AccessContext, { account, principals }: EndedAccess): Promise<string[]> {
    const cut = await cutAccess(context, { account, principals: new Set(principals) });
    const { cutSessionCount, silentNodes } = cut;
    context.log.info({ account, cutSessionCount, silentNodes }, 'access at nodes was ended');
    return silentNodes;
  }

  /** One loop for each account, however much is taken back meanwhile; what comes late has all of the rounds, too. */
  async #goOn(context: AccessContext, account: string): Promise<void> {
    let owedCount = 0;
    for (let round = 0; round < accessCutRoundsMax; round += 1) {
      const { signal } = this.#stopping;
      await sleep(this.#pauseMs, undefined, { signal }).catch((error: unknown) => {
        if (!signal.aborted) throw error;
      });
      if (signal.aborted) return;
      const principals = [...(this.#owed.get(account) ?? [])];
      if (principals.length > owedCount) round = 0;
      owedCount = principals.length;
      if ((await this.#round(context, { account, principals })).length === 0) return;
    }
    context.log.error({ account }, 'a node was not reached; logins there end by their time');
  }
}
