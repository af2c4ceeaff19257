// The codes of an authenticator app (RFC 6238), for tests that sign in with one.
import { Secret, TOTP } from 'otpauth';

const stepMs = 30_000;

/** The code that an app with this secret (Base32) shows now, or some steps later; earlier for a negative number. */
export function codeOf(secret: string, stepsFromNow = 0): string {
  const totp = new TOTP({ secret: Secret.fromBase32(secret) });
  return totp.generate({ timestamp: Date.now() + stepsFromNow * stepMs });
}
