// The facts of a decision as they were at a past moment: terms before they were extended, states before they were changed,
// and nothing that did not exist yet. Pure. Revocations, acceptances and downloads need nothing of this: the decision itself
// compares their times. Called by admin/explain-entitlement.ts with what the store and the audit log remember.
import type { EntitlementRecord, ExtensionRecord } from '../store/entitlements.ts';

/** A change of a state that was recorded. */
export interface StateChange<State> {
  readonly atMs: number;
  readonly from: State;
  readonly to: State;
}

/** The entitlements with the ends that they had at `atMs`. `extensions` may be of any of them, in any order. */
export function termsAt(
  entitlements: readonly EntitlementRecord[],
  extensions: readonly ExtensionRecord[],
  atMs: number,
): EntitlementRecord[] {
  const firstLater = new Map<string, ExtensionRecord>();
  for (const extension of extensions) {
    if (extension.atMs <= atMs) continue;
    const known = firstLater.get(extension.entitlementId);
    if (!known || extension.atMs < known.atMs) firstLater.set(extension.entitlementId, extension);
  }
  return entitlements.map((entitlement) => {
    const undone = firstLater.get(entitlement.id);
    return undone ? { ...entitlement, notAfterMs: undone.fromMs } : entitlement;
  });
}

/** The state at `atMs` of what has `current` now; `changes` in any order. Before the first change it was what that came from. */
export function stateAt<State>(current: State, changes: readonly StateChange<State>[], atMs: number): State {
  const later = changes.filter((change) => change.atMs > atMs);
  if (later.length === 0) return current;
  return later.reduce((first, change) => (change.atMs < first.atMs ? change : first)).from;
}
