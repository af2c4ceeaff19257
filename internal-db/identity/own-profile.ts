// A person's own particulars: name and language, and the e-mail address, which counts once a link that was mailed to it
// was followed. Called for the rows `profile.*` and `email.*`.
import type { PeopleRefusal } from '#commlink/methods/people-fields.ts';
import type { Language } from '#commlink/methods/people-fields.ts';
import type { Profile } from '#commlink/methods/people-methods.ts';
import { appendAudit } from '../audit/append-audit.ts';
import { InternalDbError } from '../internal-db-error.ts';
import { confirmLinkLifetimeMs } from '../limits.ts';
import { requiredProvider } from '../identity-providers/required-provider.ts';
import { refuse } from '../people-refusal.ts';
import { newRecordId } from '../record-id.ts';
import { hashSecret, newLinkToken } from '../secret-token.ts';
import type { ServiceContext } from '../service-context.ts';
import type { UserWithAccount } from '../store/accounts.ts';
import type { AuthenticatedCaller } from './authenticate-secret.ts';
import { provePassword, requireOwnSession } from './prove-password.ts';
import { noticeFor, putNotice } from './tell-owner.ts';

/** The particulars. */
export async function describeProfile(
  { store, clock }: Pick<ServiceContext, 'store' | 'clock'>,
  { user }: Pick<AuthenticatedCaller, 'user'>,
): Promise<Profile> {
  const { name, displayName, role, email, language, createdAtMs } = user;
  const [newest] = await store.read.people.linksOf(user.id, 'confirm');
  const isPending = newest !== undefined && newest.expiresAtMs > clock.nowMs() && newest.email !== email;
  return {
    name,
    displayName,
    role,
    email,
    pendingEmail: isPending ? newest.email : null,
    language,
    createdAtMs,
  };
}

/** Changes name and language. RpcError `refused`: by a token. */
export async function updateProfile(
  context: ServiceContext,
  caller: AuthenticatedCaller,
  wanted: { displayName: string; language: Language },
): Promise<{ done: true; profile: Profile }> {
  requireOwnSession(caller);
  const { user, account } = caller;
  await context.store.transaction(async (transaction) => {
    await transaction.people.setProfile(user.id, wanted);
    await appendAudit(transaction, {
      atMs: context.clock.nowMs(),
      actor: `user:${user.name}`,
      action: 'profile.update',
      subject: account.name,
      detail: { ...wanted },
    });
  });
  return { done: true, profile: await describeProfile(context, { user: { ...user, ...wanted } }) };
}

/** Mails a link to a new address. Refused: `password_wrong`, `throttled`, `mail_off`. RpcError `refused`: by a token. */
export async function requestEmail(
  context: ServiceContext,
  caller: AuthenticatedCaller,
  wanted: { password: string; email: string },
): Promise<{ done: true } | PeopleRefusal> {
  const refusal = await provePassword(context, caller, wanted.password);
  if (refusal) return refusal;
  // Another domain would lead around the provider.
  if (requiredProvider(context, caller)) return refuse('provider_required');
  const portal = context.mail.portal();
  if (portal === null) return refuse('mail_off');
  const { user, account } = caller;
  const email = wanted.email.toLowerCase();
  const admission = context.throttle.begin({ door: 'confirmation', name: email, address: `user ${user.id}` });
  if (!admission.admitted) return refuse('throttled', admission.retryAfterMs);
  const token = newLinkToken();
  const link = `${portal}/confirm-email?token=${token}`;
  const mail = await context.mail.prepare({
    kind: 'confirmation',
    recipient: email,
    language: user.language,
    values: { username: user.name, link, hours: confirmLinkLifetimeMs / 3_600_000 },
    lifetimeMs: confirmLinkLifetimeMs,
  });
  const createdAtMs = context.clock.nowMs();
  const expiresAtMs = createdAtMs + confirmLinkLifetimeMs;
  const record = { id: newRecordId('lnk'), userId: user.id, email, createdAtMs, expiresAtMs };
  await context.store.transaction(async (transaction) => {
    await transaction.people.deleteLinksOf(user.id, 'confirm');
    await transaction.people.insertLink({ ...record, purpose: 'confirm', secretHash: hashSecret(token) });
    await transaction.mails.insertMail(mail);
    await appendAudit(transaction, {
      atMs: createdAtMs,
      actor: `user:${user.name}`,
      action: 'email.request',
      subject: account.name,
      detail: { email },
    });
  });
  context.mail.sendSoon();
  return { done: true };
}

/** Takes the address that a link confirms; the old one is told. Refused: `unusable`, `address_taken`, `provider_required`. */
export async function confirmEmail(
  context: ServiceContext,
  token: string,
): Promise<{ done: true; email: string } | PeopleRefusal> {
  const secretHash = hashSecret(token);
  const found = await context.store.read.people.linkByHash(secretHash);
  if (found?.link.purpose !== 'confirm') return refuse('unusable');
  const notice = await noticeFor(context, found, 'address_changed');
  try {
    const outcome = await context.store.transaction(async (transaction) => {
      const current = await transaction.people.linkByHash(secretHash);
      if (!current || current.link.expiresAtMs <= context.clock.nowMs()) return refuse('unusable');
      const { user, account, link }: UserWithAccount & typeof current = current;
      // Required since the link was mailed: the address must not lead around it.
      const required = requiredProvider(context, { user, account });
      const next = requiredProvider(context, { user: link, account });
      if (required && required.name !== next?.name) return refuse('provider_required');
      await transaction.people.deleteLinksOf(user.id, null);
      await transaction.people.setEmail(user.id, link.email);
      await putNotice(transaction, notice);
      await appendAudit(transaction, {
        atMs: context.clock.nowMs(),
        actor: `user:${user.name}`,
        action: 'email.confirm',
        subject: account.name,
        detail: { email: link.email, before: user.email },
      });
      return { done: true as const, email: link.email };
    });
    if (outcome.done) context.mail.sendSoon();
    return outcome;
  } catch (error) {
    if (error instanceof InternalDbError && error.code === 'taken') return refuse('address_taken');
    throw error;
  }
}
