// Tells somebody by mail what happened to its login, so that a change that somebody else has made does not go unnoticed.
// Called by the services that change passwords, addresses and second factors.
import type { NoticeEvent } from '../mail/mail-draft.ts';
import type { ServiceContext } from '../service-context.ts';
import type { UserWithAccount } from '../store/accounts.ts';
import type { MailRecord } from '../store/mails.ts';
import type { Transaction } from '../store/store.ts';

/** A notice for the outbox; null when it can't be sent: no address, no mail. */
export async function noticeFor(
  context: Pick<ServiceContext, 'mail' | 'clock'>,
  { user, account }: UserWithAccount,
  event: NoticeEvent,
): Promise<MailRecord | null> {
  const portal = context.mail.portal();
  if (portal === null || user.email === null) return null;
  return await context.mail.prepare({
    kind: 'notice',
    recipient: user.email,
    language: user.language,
    values: {
      username: user.name,
      account: account.displayName,
      event,
      atMs: context.clock.nowMs(),
      portal,
    },
  });
}

/** Puts it into the outbox, if there is one. */
export async function putNotice(transaction: Transaction, notice: MailRecord | null): Promise<void> {
  if (notice !== null) await transaction.mails.insertMail(notice);
}
