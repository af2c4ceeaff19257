// "What if": the facts of a decision as they would be after a change that nobody has made. Pure; what it gives is decided
// like any other facts, so that a preview and the change itself can't differ. Called by the previews of the console.
import type { EntitlementRecord } from '../store/entitlements.ts';
import type { DecisionFacts } from './decide-entitlement.ts';

/** What an entitlement admits, apart from whose it is. */
export type EntitlementTerms = Pick<
  EntitlementRecord,
  'versions' | 'channels' | 'notBeforeMs' | 'notAfterMs' | 'downloadsMax' | 'licenceAgreement'
>;

/** A change that is supposed. */
export type SupposedChange =
  | { readonly kind: 'grant'; readonly terms: EntitlementTerms }
  | { readonly kind: 'extend'; readonly entitlement: string; readonly notAfterMs: number | null }
  | { readonly kind: 'revoke'; readonly entitlement: string }
  | { readonly kind: 'accept'; readonly agreement: string }
  | { readonly kind: 'setState'; readonly state: 'active' | 'suspended' };

/** The id of an entitlement that is only supposed. */
export const supposedEntitlementId = 'the supposed entitlement';

/** The facts after the change, at the moment that they are about. An entitlement that is not among them changes nothing. */
export function supposeChange(facts: DecisionFacts, change: SupposedChange): DecisionFacts {
  const { atMs, entitlements } = facts;
  switch (change.kind) {
    case 'grant':
      return { ...facts, entitlements: [...entitlements, supposedEntitlement(facts, change.terms)] };
    case 'extend':
      return withEntitlement(facts, change.entitlement, { notAfterMs: change.notAfterMs });
    case 'revoke':
      return withEntitlement(facts, change.entitlement, { revokedAtMs: atMs, revokeReason: 'supposed' });
    case 'accept':
      return {
        ...facts,
        acceptances: [...facts.acceptances, { agreement: change.agreement, acceptedAtMs: atMs }],
      };
    case 'setState':
      return { ...facts, account: facts.account && { ...facts.account, state: change.state } };
  }
}

function withEntitlement(
  facts: DecisionFacts,
  id: string,
  change: Partial<EntitlementRecord>,
): DecisionFacts {
  return {
    ...facts,
    entitlements: facts.entitlements.map((one) => (one.id === id ? { ...one, ...change } : one)),
  };
}

function supposedEntitlement(
  { atMs, account, product }: DecisionFacts,
  terms: EntitlementTerms,
): EntitlementRecord {
  return {
    id: supposedEntitlementId,
    accountId: '',
    account: account?.name ?? '',
    productId: '',
    product: product?.name ?? '',
    ...terms,
    grantedBy: '',
    grantedAtMs: atMs,
    grantReason: 'supposed',
    revokedAtMs: null,
    revokedBy: null,
    revokeReason: null,
  };
}
