// Codes on paper for whoever has lost its second factor: each does for one sign-in. 80 random bits: enough that the
// SHA-256 under which they are kept can't be searched. Called by enrol-factors.ts, withdraw-factors.ts and prove-factor.ts.
import { createHash, randomInt } from 'node:crypto';
import { recoveryCodesCount } from '../limits.ts';

const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';
const groupPattern = /.{4}/g;
const codeCharacters = 16;

/** New codes, `abcd-efgh-ijkl-mnop`, and the hashes to keep of them. */
export function newRecoveryCodes(ownerId: string): { codes: string[]; hashes: Uint8Array[] } {
  const codes = Array.from({ length: recoveryCodesCount }, newCode);
  return { codes, hashes: codes.map((code) => hashRecoveryCode(ownerId, code)) };
}

/** The hash of a code as it was typed: capitals, spaces and dashes make no difference. */
export function hashRecoveryCode(ownerId: string, typed: string): Uint8Array {
  const bare = typed.toLowerCase().replaceAll(/[^a-z2-7]/g, '');
  return createHash('sha256').update(`consign recovery code\0${ownerId}\0${bare}`).digest();
}

function newCode(): string {
  const letters = Array.from({ length: codeCharacters }, () => alphabet[randomInt(alphabet.length)]).join('');
  return (letters.match(groupPattern) ?? []).join('-');
}
