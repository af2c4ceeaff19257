// Which version a node goes to: one that the cluster has committed, if it knows of any, and else the highest child of what it
// has installed. Pure; called by step.ts. It trusts plans (operators signed them) and, for what is committed, the anchor.
import { compareVersions, isSameVersion } from './cluster-version.ts';
import { isChildOf, newestOf, type Plan } from './plan.ts';
import type { CoreState } from './protocol-state.ts';

/** The version to go to, or null when there is none but the installed one. One that evicts me is not for me to stage. */
export function chooseCandidate(state: CoreState): Plan | null {
  const { self, plans, installed } = state;
  const mine = plans.filter(({ known }) => known.includes(self));
  const committed = mine.filter((plan) => isCommitted(state, plan));
  if (committed.length > 0) return newestOf(committed);
  return newestOf(mine.filter((plan) => isChildOf(plan, installed) && mayOvertake(state, plan)));
}

/**
 * Whether a node has installed it upon whose word I can rely. Nobody is ahead of the anchor, and the anchor installs nothing
 * before the whole barrier was READY: so its word is enough, and no other node has to collect the READYs once more.
 */
export function isCommitted(state: CoreState, plan: Plan): boolean {
  return [...state.reports.values()].some(
    ({ from, installed }) =>
      isSameVersion(installed, plan.version) && isWitness(state, from, plan) && isBinding(state, from, plan),
  );
}

/** The anchor is; and, when the operators have evicted it in a successor that I hold, anybody whose consent that one needs. */
function isWitness({ plans }: CoreState, from: string, { anchor }: Plan): boolean {
  return (
    from === anchor || plans.some(({ known, barrier }) => !known.includes(anchor) && barrier.includes(from))
  );
}

/**
 * Whether what a node installed holds for me too. Not if my candidate evicts the anchor and does not need that node's consent:
 * the new anchor may have installed my candidate upon my READY, whatever happened among the evicted. If it does need the
 * node's consent, it will never have it now.
 */
function isBinding({ candidate, installed }: CoreState, from: string, plan: Plan): boolean {
  const evictsAnchor = candidate !== null && candidate.anchor !== installed.anchor;
  return !evictsAnchor || candidate === plan || candidate.barrier.includes(from);
}

/**
 * Whether this child of the installed version may be the candidate instead of the present one. The higher one may; but if
 * the present one evicts the anchor, the new anchor may have installed it upon my READY, and so no sibling may take back an
 * eviction. (An anchor that stays needs no such rule: it takes part in all siblings, and installs one.)
 */
function mayOvertake({ candidate, installed }: CoreState, next: Plan): boolean {
  if (candidate === null || next === candidate || !isChildOf(candidate, installed)) return true;
  if (compareVersions(next.version, candidate.version) < 0) return false;
  return candidate.anchor === installed.anchor || next.barrier.every((id) => candidate.barrier.includes(id));
}
