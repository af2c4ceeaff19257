// Passkeys (WebAuthn level 3): the options for the browser, and the verification of what its authenticator answered. The
// only importer of @simplewebauthn/server. What the browser sends is JSON from outside: whatever is wrong with it, the
// answer is only that it does not fit.
import {
  generateAuthenticationOptions,
  generateRegistrationOptions,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
  type AuthenticationResponseJSON,
  type AuthenticatorTransport,
  type RegistrationResponseJSON,
} from '@simplewebauthn/server';
import { factorChallengeLifetimeMs } from '../limits.ts';
import type { PasskeyRecord } from '../store/second-factors.ts';
import type { FactorOwner, RelyingParty } from './factor-owner.ts';

/** WebAuthn level 3, section 5.8.4, as far as browsers tell them apart. */
const transportNames: readonly AuthenticatorTransport[] = ['usb', 'nfc', 'ble', 'hybrid', 'internal'];

/** Options as JSON text, and the challenge in them that the answer must have signed. */
export interface PasskeyQuestion {
  readonly options: string;
  readonly expected: string;
}

/** A new passkey as its authenticator describes it. */
export type NewPasskey = Pick<PasskeyRecord, 'credentialId' | 'publicKey' | 'signCount' | 'transports'>;

/** Asks for a new passkey, which the authenticators that hold one of `known` refuse. */
export async function askForRegistration(
  owner: FactorOwner,
  party: RelyingParty,
  known: readonly PasskeyRecord[],
): Promise<PasskeyQuestion> {
  const options = await generateRegistrationOptions({
    rpName: party.name,
    rpID: party.id,
    userName: owner.name,
    userDisplayName: owner.displayName,
    userID: new TextEncoder().encode(owner.id),
    attestationType: 'none',
    excludeCredentials: known.map(describeCredential),
    // Discoverable where the authenticator can: then it does for a sign-in alone.
    authenticatorSelection: { residentKey: 'preferred', userVerification: 'preferred' },
    timeout: factorChallengeLifetimeMs,
  });
  return { options: JSON.stringify(options), expected: options.challenge };
}

/** The passkey that was made; null when the answer does not fit the question. */
export async function verifyRegistration(
  party: RelyingParty,
  expected: string,
  response: string,
): Promise<NewPasskey | null> {
  const verified = await fitting(async () =>
    verifyRegistrationResponse({
      response: JSON.parse(response) as RegistrationResponseJSON,
      expectedChallenge: expected,
      expectedOrigin: party.origin,
      expectedRPID: party.id,
      requireUserVerification: false,
    }),
  );
  if (!verified?.verified) return null;
  const { id, publicKey, counter, transports } = verified.registrationInfo.credential;
  return { credentialId: id, publicKey, signCount: counter, transports: knownTransports(transports) };
}

/** Asks for one of `known`; for any that the person has here when there are none given. */
export async function askForPasskey(
  party: RelyingParty,
  known: readonly PasskeyRecord[],
): Promise<PasskeyQuestion> {
  const options = await generateAuthenticationOptions({
    rpID: party.id,
    allowCredentials: known.map(describeCredential),
    // Alone it stands for both factors; after a password, to have it is enough.
    userVerification: known.length === 0 ? 'required' : 'preferred',
    timeout: factorChallengeLifetimeMs,
  });
  return { options: JSON.stringify(options), expected: options.challenge };
}

/** The id of the credential that a browser's answer says it is from; null when it isn't one. */
export function credentialOf(response: string): string | null {
  try {
    const parsed: unknown = JSON.parse(response);
    const isAnswer = typeof parsed === 'object' && parsed !== null && 'id' in parsed;
    return isAnswer && typeof parsed.id === 'string' ? parsed.id : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** Checks the answer; the passkey's new count of signatures, or null. A count that goes back means a copy: null, too. */
export async function verifyPasskey(
  passkey: PasskeyRecord,
  question: { party: RelyingParty; expected: string; verifyUser: boolean },
  response: string,
): Promise<number | null> {
  const { party, expected, verifyUser } = question;
  const verified = await fitting(async () =>
    verifyAuthenticationResponse({
      response: JSON.parse(response) as AuthenticationResponseJSON,
      expectedChallenge: expected,
      expectedOrigin: party.origin,
      expectedRPID: party.id,
      requireUserVerification: verifyUser,
      credential: {
        id: passkey.credentialId,
        publicKey: new Uint8Array(passkey.publicKey),
        counter: passkey.signCount,
        transports: knownTransports(passkey.transports),
      },
    }),
  );
  return verified?.verified ? verified.authenticationInfo.newCounter : null;
}

function describeCredential({ credentialId, transports }: PasskeyRecord) {
  return { id: credentialId, transports: knownTransports(transports) };
}

/** Those that are known: the list comes from a browser, and goes back into the options of the next sign-in. */
function knownTransports(said: unknown): AuthenticatorTransport[] {
  return transportNames.filter((name) => Array.isArray(said) && said.includes(name));
}

/** The library throws plain errors for everything that does not fit, and for nothing else. */
async function fitting<T>(verify: () => Promise<T>): Promise<T | null> {
  try {
    return await verify();
  } catch (error) {
    if (error instanceof Error) return null;
    throw error;
  }
}
