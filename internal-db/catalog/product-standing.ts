// How an account stands to a product and its releases, in the customer's eyes: what is open, what waits for a licence
// agreement, what is over. Made of the same decision as a download. Called by this folder's services.
import type { ProductStanding } from '#commlink/methods/catalog-methods.ts';
import type { RefusalReason } from '#commlink/methods/fields.ts';
import { decideEntitlement, judgeEntitlements, type ReleaseFacts } from '../decision/decide-entitlement.ts';
import { gatherAccountFacts, type AccountFacts } from '../decision/gather-facts.ts';
import type { AccountRecord } from '../store/accounts.ts';
import type { ProductRecord } from '../store/catalog.ts';
import type { StoreReads } from '../store/store.ts';

/** An account's facts about one product at one moment, gathered once for all its releases. */
export interface ProductScope {
  readonly account: AccountRecord;
  readonly product: ProductRecord;
  readonly atMs: number;
  readonly facts: AccountFacts;
}

/** How the account stands to the product as a whole. */
export interface Standing {
  readonly standing: ProductStanding;
  readonly endsAtMs: number | null;
  readonly licence: string | null;
}

/** What a customer is told of a release that it may see. `licence`: the agreement that a download waits for. */
export interface VisibleRelease {
  readonly licence: string | null;
}

/** Refusals with which a product is shown all the same: they are the customer's to mend, or to ask about. */
const shownRefusals: Partial<Record<RefusalReason, ProductStanding>> = {
  licence_not_accepted: 'licence',
  download_limit_reached: 'used_up',
  expired: 'ended',
  not_yet_valid: 'not_begun',
};

/** Gathers the scopes of several products, in their order: as many queries as for one. */
export async function gatherScopes(
  store: StoreReads,
  { account, products, atMs }: { account: AccountRecord; products: readonly ProductRecord[]; atMs: number },
): Promise<ProductScope[]> {
  const productIds = products.map(({ id }) => id);
  const facts = await gatherAccountFacts(store, { account, productIds, atMs });
  return products.flatMap((product) => {
    const ofProduct = facts.get(product.id);
    return ofProduct ? [{ account, product, atMs, facts: ofProduct }] : [];
  });
}

/** The standing; null when the account is not shown the product at all. */
export function judgeProduct(scope: ProductScope): Standing | null {
  const facts = { ...scope, release: 'unspecified', file: 'unspecified', ...scope.facts } as const;
  const decision = decideEntitlement(facts);
  const reason = decision.allowed ? null : decision.reason;
  const standing = reason === null ? 'open' : shownRefusals[reason];
  if (!standing) return null;
  const deciding = judgeEntitlements(facts).filter((finding) => finding.reason === reason);
  const ends = deciding.map(({ entitlement }) => entitlement.notAfterMs ?? Infinity);
  const endsAtMs = Math.max(...ends);
  const licence =
    reason === 'licence_not_accepted' ? (deciding[0]?.entitlement.licenceAgreement ?? null) : null;
  return { standing, endsAtMs: Number.isFinite(endsAtMs) ? endsAtMs : null, licence };
}

/** What the account is told of a release; null when it is not shown it. */
export function judgeRelease(scope: ProductScope, release: ReleaseFacts): VisibleRelease | null {
  const facts = { ...scope, release, file: 'unspecified', ...scope.facts } as const;
  const decision = decideEntitlement(facts);
  if (decision.allowed || decision.reason === 'download_limit_reached') return { licence: null };
  if (decision.reason !== 'licence_not_accepted') return null;
  const waiting = judgeEntitlements(facts).find((finding) => finding.reason === 'licence_not_accepted');
  return { licence: waiting?.entitlement.licenceAgreement ?? null };
}
