// Switching a second factor on. A secret or passkey counts only once it was shown to work; with the first one come
// recovery codes, which are shown once. Called for customers by identity/own-factors.ts, for staff by the console; both
// have made sure who asks.
import type { Passkey } from '#commlink/methods/second-factor-methods.ts';
import { passkeysMax } from '#commlink/methods/second-factor-methods.ts';
import type { PeopleRefusal } from '#commlink/methods/people-fields.ts';
import { appendAudit } from '../audit/append-audit.ts';
import { InternalDbError } from '../internal-db-error.ts';
import { refuse } from '../people-refusal.ts';
import { newRecordId } from '../record-id.ts';
import type { ServiceContext } from '../service-context.ts';
import type { PasskeyRecord } from '../store/second-factors.ts';
import type { Transaction } from '../store/store.ts';
import { hasSecondFactor, viewPasskey } from './describe-factors.ts';
import type { FactorOwner, RelyingParty } from './factor-owner.ts';
import { askForRegistration, verifyRegistration } from './passkeys.ts';
import { newRecoveryCodes } from './recovery-codes.ts';
import { describeTotpSecret, newTotpSecret, totpStepOf } from './totp.ts';

/** What enrolling needs. */
export type FactorContext = Pick<
  ServiceContext,
  'store' | 'clock' | 'log' | 'factorChallenges' | 'throttle' | 'totpSafe'
>;

/** Done, with the recovery codes that were made with it; null when there were some already. */
export type Enrolled = { readonly done: true; readonly recoveryCodes: string[] | null };

/** A new secret, to be confirmed with a code of it. `issuer`: what the app shows beside the name. */
export function beginTotp(
  context: FactorContext,
  owner: FactorOwner,
  issuer: string,
): { challenge: string; uri: string; secret: string } {
  const secret = newTotpSecret();
  const challenge = context.factorChallenges.totpSecrets.open({ ownerId: owner.id, secret });
  return { challenge, ...describeTotpSecret(secret, { issuer, name: owner.name }) };
}

/** Switches the secret on, in place of an older one; `onlyFirst`: not beside another factor. Refused: `unusable`, `code_wrong`. */
export async function confirmTotp(
  context: FactorContext,
  owner: FactorOwner,
  { challenge, code, onlyFirst = false }: { challenge: string; code: string; onlyFirst?: boolean },
): Promise<Enrolled | PeopleRefusal> {
  const attempt = context.factorChallenges.totpSecrets.attempt(challenge);
  if (attempt?.value.ownerId !== owner.id) return refuse('unusable');
  const { secret } = attempt.value;
  const lastStep = totpStepOf(secret, code, context.clock.wallMs());
  if (lastStep === null) return refuse('code_wrong');
  if (!context.factorChallenges.totpSecrets.close(challenge)) return refuse('unusable');
  const createdAtMs = context.clock.nowMs();
  const sealed = await context.totpSafe.seal(owner.id, secret);
  return await context.store.transaction(async (transaction) => {
    const recoveryCodes = await giveRecoveryCodes(transaction, owner);
    if (onlyFirst && recoveryCodes === null) return refuse('unusable');
    await transaction.secondFactors.putTotp({ ownerId: owner.id, sealed, lastStep, createdAtMs });
    await auditFactor(transaction, owner, { atMs: createdAtMs, action: 'secondFactor.totpOn', detail: {} });
    return { done: true, recoveryCodes };
  });
}

/** The options for a new passkey. Refused: `passkeys_off`, `too_many`. */
export async function beginPasskey(
  context: FactorContext,
  owner: FactorOwner,
  party: RelyingParty | null,
): Promise<{ done: true; challenge: string; options: string } | PeopleRefusal> {
  if (party === null) return refuse('passkeys_off');
  const known = await context.store.read.secondFactors.passkeysOf(owner.id);
  if (known.length >= passkeysMax) return refuse('too_many');
  const { options, expected } = await askForRegistration(owner, party, known);
  const challenge = context.factorChallenges.registrations.open({ ownerId: owner.id, party, expected });
  return { done: true, challenge, options };
}

/** Keeps the passkey; `onlyFirst`: not beside another factor. Refused: `unusable`, `code_wrong`, `too_many`. */
export async function registerPasskey(
  context: FactorContext,
  owner: FactorOwner,
  answer: { challenge: string; response: string; name: string; onlyFirst?: boolean },
): Promise<(Enrolled & { readonly passkey: Passkey }) | PeopleRefusal> {
  const { registrations } = context.factorChallenges;
  const attempt = registrations.attempt(answer.challenge);
  if (attempt?.value.ownerId !== owner.id) return refuse('unusable');
  const { party, expected } = attempt.value;
  const made = await verifyRegistration(party, expected, answer.response);
  if (made === null) return refuse('code_wrong');
  if (!registrations.close(answer.challenge)) return refuse('unusable');
  const createdAtMs = context.clock.nowMs();
  const identity = { id: newRecordId('pky'), ownerId: owner.id, name: answer.name };
  const passkey: PasskeyRecord = { ...identity, ...made, createdAtMs, lastUsedAtMs: null };
  try {
    return await context.store.transaction(async (transaction) => {
      const known = await transaction.secondFactors.passkeysOf(owner.id);
      if (known.length >= passkeysMax) return refuse('too_many');
      const recoveryCodes = await giveRecoveryCodes(transaction, owner);
      if (answer.onlyFirst && recoveryCodes === null) return refuse('unusable');
      await transaction.secondFactors.insertPasskey(passkey);
      const detail = { passkey: passkey.id, name: passkey.name };
      await auditFactor(transaction, owner, { atMs: createdAtMs, action: 'secondFactor.passkeyOn', detail });
      return { done: true, passkey: viewPasskey(passkey), recoveryCodes };
    });
  } catch (error) {
    // An authenticator that says it has made a credential which somebody has already is not to be believed.
    if (error instanceof InternalDbError && error.code === 'taken') return refuse('code_wrong');
    throw error;
  }
}

/** Writes down what happened to somebody's second factors. */
export async function auditFactor(
  transaction: Transaction,
  owner: FactorOwner,
  event: { atMs: number; action: string; detail: Readonly<Record<string, unknown>> },
): Promise<void> {
  const { actor, subject } = owner;
  await appendAudit(transaction, { ...event, actor, subject, detail: { of: owner.name, ...event.detail } });
}

async function giveRecoveryCodes(transaction: Transaction, owner: FactorOwner): Promise<string[] | null> {
  if (await hasSecondFactor(transaction.secondFactors, owner.id)) return null;
  const { codes, hashes } = newRecoveryCodes(owner.id);
  await transaction.secondFactors.putRecoveryCodes(owner.id, hashes);
  return codes;
}
