// The second step of a sign-in, and the sign-in with a passkey alone. A question is answered once, and takes few tries;
// wrong codes are counted by name and by address as wrong passwords are, and slow down sooner: whoever gets here knows
// the password. Called by identity/finish-session.ts for customers and by the console for staff.
import type { FactorProof, SecondStep } from '#commlink/methods/second-factor-methods.ts';
import { freeSecondStepFailures } from '../limits.ts';
import type { FactorContext } from './enrol-factors.ts';
import type { SignInQuestion } from './factor-challenges.ts';
import type { FactorOwner, RelyingParty } from './factor-owner.ts';
import { askForPasskey, credentialOf, verifyPasskey } from './passkeys.ts';
import { hashRecoveryCode } from './recovery-codes.ts';
import { totpStepOf } from './totp.ts';

/** What came of a proof. `usedUp`: that was the last try, and the owner should know that somebody has its password. */
export type ProofVerdict =
  | { readonly proved: true; readonly ownerId: string }
  | {
      readonly proved: false;
      readonly reason: 'code_wrong' | 'unusable' | 'throttled';
      readonly retryAfterMs: number;
      readonly usedUp: { readonly ownerId: string } | null;
    };

/** A proof, and where it comes from. `door`: as with passwords, `portal` or `console`. */
export interface ShownProof {
  readonly challenge: string;
  readonly proof: FactorProof;
  readonly address: string;
  readonly door: string;
}

/** Asks somebody whose password was right for the second factor; null when there is none to ask for. */
export async function askSecondFactor(
  context: FactorContext,
  owner: Pick<FactorOwner, 'id' | 'name'>,
  party: RelyingParty | null,
): Promise<SecondStep | null> {
  const reads = context.store.read.secondFactors;
  const [totp, codeCount, passkeys] = await Promise.all([
    reads.totpOf(owner.id),
    reads.recoveryCodeCount(owner.id),
    reads.passkeysOf(owner.id),
  ]);
  if (!totp && passkeys.length === 0) return null;
  const asked = party && passkeys.length > 0 ? await askForPasskey(party, passkeys) : null;
  const challenge = context.factorChallenges.signIns.open({
    ownerId: owner.id,
    ownerName: owner.name,
    passkey: party && asked && { party, expected: asked.expected },
  });
  return {
    challenge,
    totp: totp !== undefined,
    recoveryCodes: codeCount > 0,
    passkey: asked?.options ?? null,
  };
}

/** Asks whoever it is, at that address, for a passkey of this site. */
export async function askAnyPasskey(
  context: FactorContext,
  party: RelyingParty,
  address: string,
): Promise<{ challenge: string; options: string }> {
  const { options, expected } = await askForPasskey(party, []);
  const question = { ownerId: null, ownerName: '', passkey: { party, expected } };
  return { challenge: context.factorChallenges.passkeySignIns.open(question, address), options };
}

/** Checks a proof. After a right one the question is used up. */
export async function proveFactor(context: FactorContext, shown: ShownProof): Promise<ProofVerdict> {
  const { signIns, passkeySignIns } = context.factorChallenges;
  const known = signIns.attempt(shown.challenge);
  const attempt = known ?? passkeySignIns.attempt(shown.challenge);
  if (!attempt) return refused('unusable');
  const { value: question, isLast } = attempt;
  const { ownerId, ownerName: name } = question;
  const { door, address } = shown;
  // A passkey's signature can't be guessed; codes can.
  const isCode = shown.proof.kind !== 'passkey';
  const origin = { door: `${door} second step`, name, address, freePerName: freeSecondStepFailures };
  const admission = isCode ? context.throttle.begin(origin) : null;
  if (admission?.admitted === false) return refused('throttled', admission.retryAfterMs);
  const provedBy = await checkProof(context, question, shown.proof);
  if (provedBy === null) {
    if (admission?.admitted) admission.failed();
    context.log.info({ address, door, kind: shown.proof.kind }, 'second step refused');
    const usedUp = isLast && ownerId !== null ? { ownerId } : null;
    return { proved: false, reason: 'code_wrong', retryAfterMs: 0, usedUp };
  }
  if (admission?.admitted) admission.succeeded();
  const isFirst = (known ? signIns : passkeySignIns).close(shown.challenge);
  return isFirst ? { proved: true, ownerId: provedBy } : refused('unusable');
}

function refused(reason: 'unusable' | 'throttled', retryAfterMs = 0): ProofVerdict {
  return { proved: false, reason, retryAfterMs, usedUp: null };
}

/** Who has proved itself, or null. */
async function checkProof(
  context: FactorContext,
  question: SignInQuestion,
  proof: FactorProof,
): Promise<string | null> {
  const { ownerId } = question;
  if (proof.kind === 'passkey') return await checkPasskey(context, question, proof.response);
  if (ownerId === null) return null;
  const used =
    proof.kind === 'totp'
      ? await useTotp(context, ownerId, proof.code)
      : await context.store.transaction(({ secondFactors }) =>
          secondFactors.takeRecoveryCode(ownerId, hashRecoveryCode(ownerId, proof.code)),
        );
  return used ? ownerId : null;
}

/** Each code is taken once, whatever window it fits. */
async function useTotp(context: FactorContext, ownerId: string, code: string): Promise<boolean> {
  const totp = await context.store.read.secondFactors.totpOf(ownerId);
  if (!totp) return false;
  const secret = await context.totpSafe.open(totp);
  if (secret === null) {
    context.log.error({ owner: ownerId }, 'the secret of an authenticator app was sealed to another key');
    return false;
  }
  const step = totpStepOf(secret, code, context.clock.wallMs());
  if (step === null) return false;
  return await context.store.transaction(({ secondFactors }) => secondFactors.advanceTotp(totp, step));
}

async function checkPasskey(
  context: FactorContext,
  question: SignInQuestion,
  response: string,
): Promise<string | null> {
  const credentialId = credentialOf(response);
  if (question.passkey === null || credentialId === null) return null;
  const passkey = await context.store.read.secondFactors.passkeyByCredential(credentialId);
  if (!passkey || (question.ownerId !== null && passkey.ownerId !== question.ownerId)) return null;
  const asked = { ...question.passkey, verifyUser: question.ownerId === null };
  const signCount = await verifyPasskey(passkey, asked, response);
  if (signCount === null) return null;
  const atMs = context.clock.nowMs();
  await context.store.transaction((transaction) =>
    transaction.secondFactors.touchPasskey(passkey.id, { signCount, atMs }),
  );
  return passkey.ownerId;
}
