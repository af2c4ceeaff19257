// The console as staff's passkeys know it: from the address that is configured, never from what a request says. Called by the
// routes of second factors.
import { relyingPartyOf, type RelyingParty } from '../second-factor/factor-owner.ts';
import type { ServiceContext } from '../service-context.ts';

/** The console's relying party; null when no address is configured, or one that passkeys can't be bound to. */
export function consoleParty({
  settings,
  vendorName,
}: Pick<ServiceContext, 'settings' | 'vendorName'>): RelyingParty | null {
  return relyingPartyOf(`${vendorName()} console`, settings().console.publicUrl);
}
