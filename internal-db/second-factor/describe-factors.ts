// What somebody has switched on. Called by the pages' methods, the sign-ins, and what needs to know whether a password
// alone is enough.
import type { Passkey, SecondFactors } from '#commlink/methods/second-factor-methods.ts';
import type { PasskeyRecord, SecondFactorReads } from '../store/second-factors.ts';

/** Whether a sign-in of theirs needs a second step. Recovery codes alone are no second factor. */
export async function hasSecondFactor(reads: SecondFactorReads, ownerId: string): Promise<boolean> {
  return (await reads.totpOf(ownerId)) !== undefined || (await reads.passkeysOf(ownerId)).length > 0;
}

/** As its owner sees it. */
export async function describeFactors(
  reads: SecondFactorReads,
  ownerId: string,
): Promise<Omit<SecondFactors, 'passkeysPossible'>> {
  const [totp, recoveryCodesLeft, passkeys] = await Promise.all([
    reads.totpOf(ownerId),
    reads.recoveryCodeCount(ownerId),
    reads.passkeysOf(ownerId),
  ]);
  return { totpSinceMs: totp?.createdAtMs ?? null, recoveryCodesLeft, passkeys: passkeys.map(viewPasskey) };
}

/** A passkey without what only the sign-in needs. */
export function viewPasskey({ id, name, createdAtMs, lastUsedAtMs }: PasskeyRecord): Passkey {
  return { id, name, createdAtMs, lastUsedAtMs };
}
