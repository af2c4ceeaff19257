// Secrets that internal-db hands out and recognizes later: session tokens, personal tokens, delivery passwords, and
// the passwords that it makes up for new users. All but the last are stored as SHA-256 only: they carry at least 128
// random bits, so a slow hash would add nothing.
import { createHash, randomBytes, randomInt, timingSafeEqual } from 'node:crypto';

const base32Alphabet = 'abcdefghijklmnopqrstuvwxyz234567';
const deliveryLoginPattern = /^d-[a-z2-7]{10}$/;
const personalTokenPrefix = 'consign_pat_';
const viewTokenPrefix = 'consign_view_';

/** A new browser session's token: 256 random bits. */
export function newSessionToken(): string {
  return `consign_ses_${randomBytes(32).toString('base64url')}`;
}

/** A new token of a view of the portal by staff: 256 random bits. */
export function newViewToken(): string {
  return viewTokenPrefix + randomBytes(32).toString('base64url');
}

/** True when the text has a view's form: then it is that or nothing, and never a customer's own session. */
export function looksLikeViewToken(text: string): boolean {
  return text.startsWith(viewTokenPrefix);
}

/** A new secret for a link in a mail: 256 random bits. */
export function newLinkToken(): string {
  return randomBytes(32).toString('base64url');
}

/** A new personal token: 256 random bits. */
export function newPersonalToken(): string {
  return personalTokenPrefix + randomBytes(32).toString('base64url');
}

/** A new token of somebody of the staff, for the console's API: 256 random bits. */
export function newStaffToken(): string {
  return `consign_sat_${randomBytes(32).toString('base64url')}`;
}

/** True when the text has a personal token's form; says nothing about whether it is one. */
export function looksLikePersonalToken(text: string): boolean {
  return text.startsWith(personalTokenPrefix);
}

/** A new delivery login: `d-` and ten base32 characters. A name, not a secret. */
export function newDeliveryLogin(): string {
  return `d-${Array.from({ length: 10 }, () => base32Alphabet[randomInt(32)]).join('')}`;
}

/** True for names of the form that delivery logins have; no user may be called so. */
export function looksLikeDeliveryLogin(name: string): boolean {
  return deliveryLoginPattern.test(name);
}

/** A new delivery password: 144 random bits, 24 characters that need no quoting in shells and URLs. */
export function newDeliveryPassword(): string {
  // A leading dash would be taken for an option by command-line clients.
  const password = randomBytes(18).toString('base64url');
  return password.startsWith('-') ? newDeliveryPassword() : password;
}

/** A password for a person who has not chosen one: five groups of four base32 characters, 100 random bits. */
export function newInitialPassword(): string {
  return newGroups(5);
}

/** One of two halves of such a password, for two people: three groups, 60 random bits. */
export function newHalfPassword(): string {
  return newGroups(3);
}

function newGroups(count: number): string {
  const group = (): string => Array.from({ length: 4 }, () => base32Alphabet[randomInt(32)]).join('');
  return Array.from({ length: count }, group).join('-');
}

/** The form in which a secret with full entropy is stored: its SHA-256, 32 bytes. */
export function hashSecret(secret: string): Uint8Array {
  return createHash('sha256').update(secret, 'utf8').digest();
}

/** Compares a presented secret with a stored hash in time that does not depend on either. */
export function secretMatches(secret: string, storedHash: Uint8Array): boolean {
  return timingSafeEqual(hashSecret(secret), storedHash);
}
