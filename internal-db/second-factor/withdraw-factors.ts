// Switching second factors off, and new recovery codes. Called for customers by identity/own-factors.ts, for staff by the
// console, and for both by who helps somebody that has lost everything; they have made sure who asks.
import type { PeopleRefusal } from '#commlink/methods/people-fields.ts';
import { refuse } from '../people-refusal.ts';
import type { Transaction } from '../store/store.ts';
import { hasSecondFactor } from './describe-factors.ts';
import { auditFactor, type FactorContext } from './enrol-factors.ts';
import type { FactorOwner } from './factor-owner.ts';
import { newRecoveryCodes } from './recovery-codes.ts';

type Withdrawn = { readonly done: true };

/** Looked at in the transaction that takes a factor away; what it throws undoes that. */
export type WithdrawalCheck = (transaction: Transaction) => Promise<void>;

const noCheck: WithdrawalCheck = () => Promise.resolve();

/** Switches time-based codes off. Refused: `not_found`. */
export async function removeTotp(
  context: FactorContext,
  owner: FactorOwner,
  check: WithdrawalCheck = noCheck,
): Promise<Withdrawn | PeopleRefusal> {
  return await context.store.transaction(async (transaction) => {
    await check(transaction);
    if (!(await transaction.secondFactors.deleteTotp(owner.id))) return refuse('not_found');
    await dropUselessCodes(transaction, owner);
    const event = { atMs: context.clock.nowMs(), action: 'secondFactor.totpOff', detail: {} };
    await auditFactor(transaction, owner, event);
    return { done: true };
  });
}

/** Forgets a passkey. Refused: `not_found`. */
export async function removePasskey(
  context: FactorContext,
  owner: FactorOwner,
  { id, check = noCheck }: { id: string; check?: WithdrawalCheck },
): Promise<Withdrawn | PeopleRefusal> {
  return await context.store.transaction(async (transaction) => {
    await check(transaction);
    if (!(await transaction.secondFactors.deletePasskey(owner.id, id))) return refuse('not_found');
    await dropUselessCodes(transaction, owner);
    const detail = { passkey: id };
    const event = { atMs: context.clock.nowMs(), action: 'secondFactor.passkeyOff', detail };
    await auditFactor(transaction, owner, event);
    return { done: true };
  });
}

/** New recovery codes; the older ones are void. Refused: `not_found`, without a second factor. */
export async function renewRecoveryCodes(
  context: FactorContext,
  owner: FactorOwner,
): Promise<{ readonly done: true; readonly recoveryCodes: string[] } | PeopleRefusal> {
  return await context.store.transaction(async (transaction) => {
    if (!(await hasSecondFactor(transaction.secondFactors, owner.id))) return refuse('not_found');
    const { codes, hashes } = newRecoveryCodes(owner.id);
    await transaction.secondFactors.putRecoveryCodes(owner.id, hashes);
    const event = { atMs: context.clock.nowMs(), action: 'secondFactor.recoveryCodes', detail: {} };
    await auditFactor(transaction, owner, event);
    return { done: true, recoveryCodes: codes };
  });
}

/**
 * Takes all second factors of somebody who has lost them, in the transaction that ends their sessions too. Tells whether there
 * were any. Call `factorChallenges.forget` after the commit.
 */
export async function resetFactors(
  transaction: Transaction,
  owner: FactorOwner,
  { reason, atMs }: { reason: string; atMs: number },
): Promise<boolean> {
  const had = await transaction.secondFactors.deleteAllOf(owner.id);
  await auditFactor(transaction, owner, { atMs, action: 'secondFactor.reset', detail: { reason, had } });
  return had;
}

/** Recovery codes stand in for a second factor; without one there is nothing to recover. */
async function dropUselessCodes(transaction: Transaction, owner: FactorOwner): Promise<void> {
  if (await hasSecondFactor(transaction.secondFactors, owner.id)) return;
  await transaction.secondFactors.putRecoveryCodes(owner.id, []);
}
