// A customer's own second factors: the password is asked for before each change, and the owner is told by mail. The work
// is in second-factor/, which staff share. Called for the rows about second factors.
import type { ResultOf } from '#commlink/method-table.ts';
import type { PeopleRefusal } from '#commlink/methods/people-fields.ts';
import type { SecondFactors, secondFactorMethods } from '#commlink/methods/second-factor-methods.ts';
import type { NoticeEvent } from '../mail/mail-draft.ts';
import type { ServiceContext } from '../service-context.ts';
import { describeFactors } from '../second-factor/describe-factors.ts';
import { beginPasskey, beginTotp, confirmTotp, registerPasskey } from '../second-factor/enrol-factors.ts';
import type { FactorOwner } from '../second-factor/factor-owner.ts';
import { removePasskey, removeTotp, renewRecoveryCodes } from '../second-factor/withdraw-factors.ts';
import type { UserWithAccount } from '../store/accounts.ts';
import type { AuthenticatedCaller } from './authenticate-secret.ts';
import { portalParty } from './portal-party.ts';
import { provePassword, requireOwnSession } from './prove-password.ts';
import { noticeFor } from './tell-owner.ts';

type Table = typeof secondFactorMethods;
type Done<M extends keyof Table> = Omit<Extract<ResultOf<Table, M>, { done: true }>, 'valid'> | PeopleRefusal;

/** What the caller has switched on. */
export async function describeOwnFactors(
  context: ServiceContext,
  { user }: AuthenticatedCaller,
): Promise<SecondFactors> {
  const factors = await describeFactors(context.store.read.secondFactors, user.id);
  return { ...factors, passkeysPossible: portalParty(context) !== null };
}

/** A new secret for an app. */
export async function beginOwnTotp(
  context: ServiceContext,
  caller: AuthenticatedCaller,
  password: string,
): Promise<Done<'totp.begin'>> {
  const refusal = await provePassword(context, caller, password);
  return refusal ?? { done: true, ...beginTotp(context, ownerOf(caller), context.vendorName()) };
}

/** Switches it on. */
export async function confirmOwnTotp(
  context: ServiceContext,
  caller: AuthenticatedCaller,
  answer: { challenge: string; code: string },
): Promise<Done<'totp.confirm'>> {
  requireOwnSession(caller);
  const outcome = await confirmTotp(context, ownerOf(caller), answer);
  return await andTell(context, caller, { outcome, event: 'factor_added' });
}

/** Switches it off. */
export async function removeOwnTotp(
  context: ServiceContext,
  caller: AuthenticatedCaller,
  password: string,
): Promise<Done<'totp.remove'>> {
  const refusal = await provePassword(context, caller, password);
  if (refusal) return refusal;
  const outcome = await removeTotp(context, ownerOf(caller));
  return await andTell(context, caller, { outcome, event: 'factor_removed' });
}

/** New recovery codes. */
export async function renewOwnRecoveryCodes(
  context: ServiceContext,
  caller: AuthenticatedCaller,
  password: string,
): Promise<Done<'recoveryCodes.renew'>> {
  const refusal = await provePassword(context, caller, password);
  if (refusal) return refusal;
  const outcome = await renewRecoveryCodes(context, ownerOf(caller));
  return await andTell(context, caller, { outcome, event: 'recovery_codes_renewed' });
}

/** The options for a new passkey. */
export async function beginOwnPasskey(
  context: ServiceContext,
  caller: AuthenticatedCaller,
  password: string,
): Promise<Done<'passkey.beginRegistration'>> {
  const refusal = await provePassword(context, caller, password);
  return refusal ?? (await beginPasskey(context, ownerOf(caller), portalParty(context)));
}

/** Keeps it. */
export async function registerOwnPasskey(
  context: ServiceContext,
  caller: AuthenticatedCaller,
  answer: { challenge: string; response: string; name: string },
): Promise<Done<'passkey.register'>> {
  requireOwnSession(caller);
  const outcome = await registerPasskey(context, ownerOf(caller), answer);
  return await andTell(context, caller, { outcome, event: 'factor_added' });
}

/** Forgets one. */
export async function removeOwnPasskey(
  context: ServiceContext,
  caller: AuthenticatedCaller,
  { id, password }: { id: string; password: string },
): Promise<Done<'passkey.remove'>> {
  const refusal = await provePassword(context, caller, password);
  if (refusal) return refusal;
  const outcome = await removePasskey(context, ownerOf(caller), { id });
  return await andTell(context, caller, { outcome, event: 'factor_removed' });
}

function ownerOf({ user, account }: UserWithAccount): FactorOwner {
  const { id, name, displayName } = user;
  return { id, name, displayName, actor: `user:${name}`, subject: account.name };
}

async function andTell<T extends { readonly done: boolean }>(
  context: ServiceContext,
  caller: AuthenticatedCaller,
  { outcome, event }: { outcome: T; event: NoticeEvent },
): Promise<T> {
  const notice = outcome.done ? await noticeFor(context, caller, event) : null;
  if (notice) {
    await context.store.transaction(({ mails }) => mails.insertMail(notice));
    context.mail.sendSoon();
  }
  return outcome;
}
