// The portal as passkeys know it: from the address that is configured, never from what a request says.
import { relyingPartyOf, type RelyingParty } from '../second-factor/factor-owner.ts';
import type { ServiceContext } from '../service-context.ts';

/** The portal's relying party; null when no address is configured, or one that passkeys can't be bound to. */
export function portalParty(context: Pick<ServiceContext, 'settings' | 'vendorName'>): RelyingParty | null {
  return relyingPartyOf(context.vendorName(), context.settings().portalUrl);
}
