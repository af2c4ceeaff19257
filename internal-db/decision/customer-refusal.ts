// What a customer is told when it may not have a file: the decision's reason where that helps, and nothing that gives
// away products and releases which the customer was not shown. Used by customer-handlers.ts.
import type { RefusalReason } from '#commlink/methods/fields.ts';
import type { Decision } from './decide-entitlement.ts';

/** A refusal as a customer sees it. */
export interface CustomerRefusal {
  readonly reason: RefusalReason;
  readonly explanation: string;
}

const sentences: Readonly<Record<RefusalReason, string>> = {
  account_unknown: 'This account does not exist any more. Ask your vendor.',
  account_suspended: 'Your account is suspended. Ask your vendor to lift the suspension.',
  product_unknown: 'Your account is not entitled to such a product. Ask your vendor if you expected it.',
  release_unknown: 'There is no such release among those that your account may have.',
  file_unknown: 'The release has no file of that name. The list of files shows the names.',
  release_draft: 'There is no such release among those that your account may have.',
  release_withdrawn: 'This release was withdrawn by the vendor. Choose another one.',
  not_entitled: 'Your account is not entitled to such a product. Ask your vendor if you expected it.',
  revoked: 'The entitlement of your account to this product was revoked. Ask your vendor.',
  not_yet_valid: 'The entitlement of your account to this product has not begun yet.',
  expired: 'The entitlement of your account to this product has expired. Ask your vendor to extend it.',
  version_outside_range:
    'Your entitlement does not include this version. Choose another one, or ask your vendor.',
  channel_not_included:
    'Your entitlement does not include this channel. Choose another release, or ask your vendor.',
  licence_not_accepted:
    'Its licence agreement must be accepted first: an owner of your organization does that in the portal, on /licences.',
  download_limit_reached:
    'All downloads that your entitlement includes are used up. Ask your vendor for more.',
};

/**
 * The customer's form of a refusal. `everEntitled` says whether the account ever had an entitlement for the product:
 * without one, the names of products and releases can't be probed, as every answer is `not_entitled`.
 */
export function refusalForCustomer(
  decision: Decision & { allowed: false },
  everEntitled: boolean,
): CustomerRefusal {
  const reason = reasonForCustomer(decision.reason, everEntitled);
  return { reason, explanation: sentences[reason] };
}

function reasonForCustomer(reason: RefusalReason, everEntitled: boolean): RefusalReason {
  if (reason === 'account_suspended' || reason === 'account_unknown') return reason;
  if (!everEntitled) return 'not_entitled';
  return reason === 'release_draft' ? 'release_unknown' : reason;
}
