// Time-based codes (RFC 6238) of an app on a phone: new secrets, and whether a code fits. The only importer of otpauth,
// which compares in constant time. Pure but for the randomness of a secret.
import { randomBytes } from 'node:crypto';
import { Secret, TOTP } from 'otpauth';

/** RFC 4226, section 4: at least 128 bits, 160 recommended. */
const secretBytes = 20;
/** What all apps know: SHA-1, six digits, half a minute. */
const form = { algorithm: 'SHA1', digits: 6, period: 30 } as const;
/** Codes of the step before and after are taken, too: clocks differ, and people type slowly (section 5.2). */
const stepsAside = 1;

/** A new secret. */
export function newTotpSecret(): Uint8Array {
  return randomBytes(secretBytes);
}

/** How an app takes the secret: as an `otpauth:` address, mostly shown as a QR code, or typed in Base32. */
export function describeTotpSecret(
  secret: Uint8Array,
  { issuer, name }: { issuer: string; name: string },
): { uri: string; secret: string } {
  const totp = new TOTP({ ...form, secret: secretOf(secret), issuer, label: name });
  return { uri: totp.toString(), secret: totp.secret.base32 };
}

/** The time step that the code belongs to; null when it is none of those that are taken now. */
export function totpStepOf(secret: Uint8Array, typed: string, atMs: number): number | null {
  const token = typed.replaceAll(/\s/g, '');
  if (!/^\d{6}$/.test(token)) return null;
  const delta = TOTP.validate({
    ...form,
    secret: secretOf(secret),
    token,
    timestamp: atMs,
    window: stepsAside,
  });
  return delta === null ? null : Math.floor(atMs / 1000 / form.period) + delta;
}

/** The buffer of its own, for the library keeps a reference to the whole one. */
function secretOf(secret: Uint8Array): Secret {
  return new Secret({ buffer: new Uint8Array(secret).buffer });
}
