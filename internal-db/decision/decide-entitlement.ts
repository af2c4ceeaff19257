// The entitlement decision: may this account have this file at this moment? One pure function, without clock or
// input: the same facts give the same answer to the portal, the command line and `consign why`, now or for another time.
//
// What is asked about is judged first: account, product, release, file, and the release's state. Then each entitlement
// of the account for the product is judged by itself, the obstacle hardest to remove first; an entitlement without an
// obstacle admits. When none admits, the refusal is the one nearest to admitting, in the order of `nearness` below:
// a customer whose licence agreement waits for a click reads that, not that an older entitlement has expired.
import type { RefusalReason } from '#commlink/methods/fields.ts';
import type { EntitlementRecord } from '../store/entitlements.ts';
import { decisionTexts as texts } from '../texts/service-texts.ts';
import { rangeAdmits } from './version-range.ts';

/** What the decision is made from. A null says that there is no such thing. */
export interface DecisionFacts {
  /** The moment in question. Grants after it do not count, nor do revocations after it. */
  readonly atMs: number;
  readonly account: { readonly name: string; readonly state: 'active' | 'suspended' } | null;
  readonly product: { readonly name: string } | null;
  /** `unspecified` asks about the product as a whole: version and channel are not judged. */
  readonly release: ReleaseFacts | null | 'unspecified';
  /** Whether the release has the file; `unspecified` asks about the release as a whole. */
  readonly file: 'exists' | 'missing' | 'unspecified';
  /** The account's entitlements for the product, in any order. */
  readonly entitlements: readonly EntitlementRecord[];
  /** Licence agreements that the account has accepted, with when. */
  readonly acceptances: readonly { readonly agreement: string; readonly acceptedAtMs: number }[];
  /** Complete downloads under each entitlement, until `atMs`; one that is not named has none. */
  readonly completeDownloadCounts: ReadonlyMap<string, number>;
}

/** What is judged of a release. */
export interface ReleaseFacts {
  readonly version: string;
  readonly channel: string;
  readonly state: 'draft' | 'published' | 'withdrawn';
}

/** What was found about one entitlement. */
export interface Finding {
  readonly entitlement: EntitlementRecord;
  readonly admits: boolean;
  readonly reason: RefusalReason | null;
  readonly explanation: string;
}

/** The decision. `explanation` is a plain sentence for staff; customers get customer-refusal.ts's. */
export type Decision =
  | { readonly allowed: true; readonly entitlement: EntitlementRecord; readonly explanation: string }
  | { readonly allowed: false; readonly reason: RefusalReason; readonly explanation: string };

/** Why an entitlement does not admit, the hardest to remove first; the last is the nearest to admitting. */
const nearness = [
  'not_entitled',
  'revoked',
  'version_outside_range',
  'channel_not_included',
  'expired',
  'not_yet_valid',
  'download_limit_reached',
  'licence_not_accepted',
] as const satisfies readonly RefusalReason[];
type Obstacle = (typeof nearness)[number];

/** What of an entitlement is compared with a release. */
export type EntitlementScope = Pick<EntitlementRecord, 'versions' | 'channels'>;

/** Decides. Never throws. */
export function decideEntitlement(facts: DecisionFacts): Decision {
  const { account, product } = facts;
  if (!account) return refuse('account_unknown', texts.noAccount);
  if (!product) return refuse('product_unknown', texts.noProduct);
  if (account.state === 'suspended') {
    return refuse('account_suspended', texts.suspended(account.name));
  }
  const unavailable = judgeRelease(facts);
  if (unavailable) return unavailable;
  const findings = judgeEntitlements(facts);
  const admitting = findings.filter((finding) => finding.admits).toSorted(preferFinding)[0];
  if (admitting) {
    const { entitlement, explanation } = admitting;
    return { allowed: true, entitlement, explanation };
  }
  const nearest = findings.toSorted((left, right) => rankOf(right) - rankOf(left))[0];
  if (!nearest?.reason || nearest.reason === 'not_entitled') {
    return refuse('not_entitled', texts.notEntitled(account.name, product.name));
  }
  return refuse(nearest.reason, nearest.explanation);
}

/** Judges each entitlement by itself, in the order given; the findings that `consign why` shows. Never throws. */
export function judgeEntitlements(facts: DecisionFacts): Finding[] {
  return facts.entitlements.map((entitlement) => {
    const found = findObstacle(entitlement, facts);
    const explanation = found ? found.explanation : texts.admits(entitlement.id);
    return { entitlement, admits: !found, reason: found?.obstacle ?? null, explanation };
  });
}

/** Whether nothing but its scope can keep an entitlement from admitting. Never throws. */
export function isInForce(
  entitlement: EntitlementRecord,
  facts: Pick<DecisionFacts, 'atMs' | 'acceptances' | 'completeDownloadCounts'>,
): boolean {
  return !findRecordObstacle(entitlement, facts.atMs) && !findConditionObstacle(entitlement, facts);
}

/** Whether an entitlement's versions and channels include a release. Never throws. */
export function coversRelease(scope: EntitlementScope, release: ReleaseFacts): boolean {
  return judgeScope(scope, release) === null;
}

function refuse(reason: RefusalReason, explanation: string): Decision {
  return { allowed: false, reason, explanation };
}

function judgeRelease(facts: DecisionFacts): Decision | null {
  const { release, file } = facts;
  if (release === 'unspecified') return null;
  if (!release) return refuse('release_unknown', texts.noRelease);
  const { version } = release;
  if (release.state === 'draft') return refuse('release_draft', texts.draft(version));
  if (release.state === 'withdrawn') return refuse('release_withdrawn', texts.withdrawn(version));
  if (file === 'missing') return refuse('file_unknown', texts.noFile(version));
  return null;
}

interface Found {
  readonly obstacle: Obstacle;
  readonly explanation: string;
}

/** The first obstacle in the order of `nearness`; null when the entitlement admits. */
function findObstacle(entitlement: EntitlementRecord, facts: DecisionFacts): Found | null {
  const { atMs, release } = facts;
  return (
    findRecordObstacle(entitlement, atMs) ??
    (release && release !== 'unspecified' ? findScopeObstacle(entitlement, release) : null) ??
    findConditionObstacle(entitlement, facts)
  );
}

function findRecordObstacle(entitlement: EntitlementRecord, atMs: number): Found | null {
  if (entitlement.grantedAtMs > atMs) {
    const explanation = texts.grantedLater(entitlement.id, timeText(entitlement.grantedAtMs));
    return { obstacle: 'not_entitled', explanation };
  }
  const { revokedAtMs } = entitlement;
  if (revokedAtMs !== null && revokedAtMs <= atMs) {
    const why = entitlement.revokeReason ?? '';
    return { obstacle: 'revoked', explanation: texts.revoked(entitlement.id, timeText(revokedAtMs), why) };
  }
  return null;
}

function findScopeObstacle(entitlement: EntitlementRecord, release: ReleaseFacts): Found | null {
  const { id, versions, channels } = entitlement;
  const obstacle = judgeScope(entitlement, release);
  if (obstacle === null) return null;
  const explanation =
    obstacle === 'version_outside_range'
      ? texts.outsideRange(id, versions, release.version)
      : texts.otherChannel(id, channels?.join(', ') ?? '', release.channel);
  return { obstacle, explanation };
}

function judgeScope({ versions, channels }: EntitlementScope, release: ReleaseFacts) {
  if (!rangeAdmits(versions, release.version)) return 'version_outside_range';
  return channels && !channels.includes(release.channel) ? 'channel_not_included' : null;
}

function findConditionObstacle(
  entitlement: EntitlementRecord,
  facts: Pick<DecisionFacts, 'atMs' | 'acceptances' | 'completeDownloadCounts'>,
): Found | null {
  const { atMs } = facts;
  const { id, notAfterMs, notBeforeMs, downloadsMax, licenceAgreement } = entitlement;
  if (notAfterMs !== null && atMs > notAfterMs) {
    return { obstacle: 'expired', explanation: texts.expired(id, timeText(notAfterMs)) };
  }
  if (notBeforeMs !== null && atMs < notBeforeMs) {
    return { obstacle: 'not_yet_valid', explanation: texts.notYet(id, timeText(notBeforeMs)) };
  }
  const downloadCount = facts.completeDownloadCounts.get(id) ?? 0;
  if (downloadsMax !== null && downloadCount >= downloadsMax) {
    const explanation = texts.usedUp(id, downloadsMax, downloadCount);
    return { obstacle: 'download_limit_reached', explanation };
  }
  const accepted = facts.acceptances.some(
    (acceptance) => acceptance.agreement === licenceAgreement && acceptance.acceptedAtMs <= atMs,
  );
  if (licenceAgreement !== null && !accepted) {
    return { obstacle: 'licence_not_accepted', explanation: texts.notAccepted(id, licenceAgreement) };
  }
  return null;
}

/** Among entitlements that admit: one without a download limit, then the one that lasts longest, then the oldest. */
function preferFinding(left: Finding, right: Finding): number {
  const [a, b] = [left.entitlement, right.entitlement];
  const byLimit = Number(a.downloadsMax !== null) - Number(b.downloadsMax !== null);
  if (byLimit !== 0) return byLimit;
  const [endOfA, endOfB] = [a.notAfterMs ?? Infinity, b.notAfterMs ?? Infinity];
  if (endOfA !== endOfB) return endOfA > endOfB ? -1 : 1;
  return byAge(a, b);
}

/** Higher is nearer to admitting. */
function rankOf(finding: Finding): number {
  return nearness.findIndex((obstacle) => obstacle === finding.reason);
}

function byAge(a: EntitlementRecord, b: EntitlementRecord): number {
  if (a.grantedAtMs !== b.grantedAtMs) return a.grantedAtMs - b.grantedAtMs;
  return a.id < b.id ? -1 : Number(a.id > b.id);
}

function timeText(atMs: number): string {
  return new Date(atMs).toISOString().replace('.000Z', 'Z');
}
