// What the audit log says was done last, for tests that do something by a page and then look behind it.
import type { StoreReads } from '#internal-db/store/store.ts';

/** The newest entry for an action: who did it, to what, and its details. */
export async function newestAudit({ audit }: Pick<StoreReads, 'audit'>, action: string) {
  const filter = { actor: null, action, firstWord: null, fromMs: null, toMs: null };
  const [entry] = await audit.search(filter, { before: null, limit: 1 });
  return entry && { actor: entry.actor, subject: entry.subject, detail: JSON.parse(entry.detail) as object };
}
