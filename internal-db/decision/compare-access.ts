// What a change gives and takes: which releases and files an account may have before it and after it. Pure, and quick for
// an account with thousands of entitlements to one product: what depends on no release is judged once for all of them.
// Agrees with decideEntitlement for every release (its test holds it to that). Called by admin/preview-change.ts.
import {
  coversRelease,
  isInForce,
  type DecisionFacts,
  type EntitlementScope,
  type ReleaseFacts,
} from './decide-entitlement.ts';

/** A release with what is in it. */
export interface ReleaseWithFiles extends ReleaseFacts {
  readonly files: readonly string[];
}

/** The difference, in the order of the releases. */
export interface AccessDifference<Release> {
  readonly gained: readonly Release[];
  readonly lost: readonly Release[];
  /** Releases that may be had before and after. */
  readonly keptCount: number;
}

/** The facts about an account and a product; which release is in question does not matter. */
export type AccessFacts = Omit<DecisionFacts, 'release' | 'file'>;

/** Compares. Never throws. */
export function compareAccess<Release extends ReleaseFacts>(
  releases: readonly Release[],
  before: AccessFacts,
  after: AccessFacts,
): AccessDifference<Release> {
  const [admitsBefore, admitsAfter] = [judgeReleases(before), judgeReleases(after)];
  const gained: Release[] = [];
  const lost: Release[] = [];
  let keptCount = 0;
  for (const release of releases) {
    const [was, will] = [admitsBefore(release), admitsAfter(release)];
    if (was && will) keptCount += 1;
    else if (will) gained.push(release);
    else if (was) lost.push(release);
  }
  return { gained, lost, keptCount };
}

/** A test for releases: whether these facts admit it. */
function judgeReleases(facts: AccessFacts): (release: ReleaseFacts) => boolean {
  if (facts.account?.state !== 'active' || !facts.product) return () => false;
  const scopes = distinctScopes(facts);
  return (release) => release.state === 'published' && scopes.some((scope) => coversRelease(scope, release));
}

function distinctScopes(facts: AccessFacts): EntitlementScope[] {
  const scopes = new Map<string, EntitlementScope>();
  for (const entitlement of facts.entitlements) {
    const { versions, channels } = entitlement;
    const key = JSON.stringify([versions, channels]);
    if (!scopes.has(key) && isInForce(entitlement, facts)) scopes.set(key, { versions, channels });
  }
  return [...scopes.values()];
}
