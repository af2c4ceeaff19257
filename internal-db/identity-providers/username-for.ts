// The name that somebody gets who comes from a provider for the first time: as the provider calls it, or what its address says
// before the @; where that is taken, with a random end. Called by find-user.ts.
import { randomInt } from 'node:crypto';
import { suggestUsername } from '../members/accept-invitation.ts';
import { looksLikeDeliveryLogin } from '../secret-token.ts';
import { textClaim, type ProviderIdentity } from './provider-identity.ts';

/** Leaves room for the end. */
const charactersMax = 56;
const endMax = 10_000;

/** The name for the attempt of this number. */
export function usernameFor(
  identity: Pick<ProviderIdentity, 'claims'>,
  email: string,
  attempt: number,
): string {
  const wanted = textClaim(identity, 'preferred_username') ?? email;
  const suggested = suggestUsername(wanted) || suggestUsername(email) || 'user';
  const name = suggested.slice(0, charactersMax).replace(/[.-]+$/, '');
  const isUsable = attempt === 0 && !looksLikeDeliveryLogin(name);
  return isUsable ? name : `${name}-${randomInt(endMax)}`;
}
