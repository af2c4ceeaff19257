// What a provider says of somebody, and what of it counts: the settings say for whom the provider may speak. Called by
// sign-in and linking; the claims have been verified by provider-client.ts.
import type { StaffRole } from '#commlink/methods/administration-fields.ts';
import { EmailAddress, PersonName } from '#commlink/methods/people-fields.ts';
import { compileSchema } from '#commlink/schema.ts';
import type {
  CustomerIdentityProvider,
  IdentityProvider,
  StaffIdentityProvider,
} from '#commlink/settings/identity-provider-settings.ts';
import type { ProviderSubject } from '../store/identity-links.ts';

const emailCheck = compileSchema('e-mail address', EmailAddress);
const nameCheck = compileSchema('name', PersonName);

/** Somebody who has come back from a provider. */
export interface ProviderIdentity extends ProviderSubject {
  readonly claims: Readonly<Record<string, unknown>>;
  /** As it was signed; a secret while it is valid. */
  readonly idToken: string;
}

/** The address that the provider vouches for, in lower case; null: it names none, or has not verified it. */
export function verifiedEmail({ claims }: Pick<ProviderIdentity, 'claims'>): string | null {
  const { email, email_verified: isVerified } = claims;
  return isVerified === true && emailCheck.matches(email) ? email.toLowerCase() : null;
}

/** Whether the provider may vouch for that address at all. */
export function vouchesFor({ domains }: CustomerIdentityProvider, email: string): boolean {
  const domain = email.slice(email.lastIndexOf('@') + 1).toLowerCase();
  return domains.length === 0 || domains.includes(domain);
}

/** Whether it may sign people of that account in. */
export function servesAccount({ accounts }: CustomerIdentityProvider, accountName: string): boolean {
  return accounts === null || accounts.includes(accountName);
}

/** Whether ours is not asked for (RFC 8176 names `mfa`; `acr` is the provider's own word). */
export function hasSecondFactorThere(
  { secondFactor, acrValues }: IdentityProvider,
  { claims }: Pick<ProviderIdentity, 'claims'>,
): boolean {
  if (secondFactor !== 'claims') return secondFactor === 'theirs';
  const { amr, acr } = claims;
  if (Array.isArray(amr) && amr.includes('mfa')) return true;
  return typeof acr === 'string' && acrValues.includes(acr);
}

/** What the person is called there; null when it does not say. */
export function nameOf({ claims }: Pick<ProviderIdentity, 'claims'>): string | null {
  return nameCheck.matches(claims['name']) ? claims['name'] : null;
}

/** A claim that is a text; null when it is none. */
export function textClaim({ claims }: Pick<ProviderIdentity, 'claims'>, name: string): string | null {
  const value = claims[name];
  return typeof value === 'string' && value !== '' ? value : null;
}

/** The role that the claims give; null when none of the settings' values is there. */
export function roleOf(
  { roles }: StaffIdentityProvider,
  { claims }: Pick<ProviderIdentity, 'claims'>,
): StaffRole | null {
  if (roles === null) return null;
  const said = claims[roles.claim];
  const values = Array.isArray(said) ? said : [said];
  return roles.values.find(({ value }) => values.includes(value))?.role ?? null;
}
