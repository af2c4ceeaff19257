// What becomes of a live delivery when what its account may have has changed. Pure. Called by the code that ends deliveries,
// and by the previews of what it would end.
import type { DeliveryRecord } from '../store/deliveries.ts';
import type { Decision } from './decide-entitlement.ts';

/** It goes on as it is, goes on under another entitlement, or ends. */
export type DeliveryFate =
  | { readonly fate: 'stays' }
  | { readonly fate: 'moves'; readonly entitlement: string }
  | { readonly fate: 'ends' };

/** Judges by the decision for the delivery's file. Another entitlement must last as long as the delivery. Never throws. */
export function judgeDelivery(
  delivery: Pick<DeliveryRecord, 'entitlementId' | 'expiresAtMs'>,
  decision: Decision,
): DeliveryFate {
  if (!decision.allowed) return { fate: 'ends' };
  const { id, notAfterMs } = decision.entitlement;
  if (id === delivery.entitlementId) return { fate: 'stays' };
  if (notAfterMs !== null && notAfterMs < delivery.expiresAtMs) return { fate: 'ends' };
  return { fate: 'moves', entitlement: id };
}
