// Takes mails from the outbox and has them delivered, one after the other. What fails is put off, for longer each time,
// until it is of no use any more. A crash between the delivery and its note sends one twice, with the same Message-ID.
// Called on a schedule and after each commit that put one in (start-services.ts).
import { DocumentError } from '#commlink/document-error.ts';
import type { Logger } from '#commlink/log.ts';
import type { InternalDbSettings } from '#commlink/settings/internal-db-settings.ts';
import type { MailSettings } from '#commlink/settings/mail-settings.ts';
import type { Clock } from '../clock.ts';
import { mailRetryFirstMs, mailRetryMaxMs, mailsKeptMs, mailsPerRoundMax } from '../limits.ts';
import type { MailRecord } from '../store/mails.ts';
import type { Store } from '../store/store.ts';
import type { MailOutbox } from './mail-outbox.ts';
import { deliverMail, describeMailFailure, isRefusedForGood } from './mail-transport.ts';

/** What sending needs. `folder`: where mails go that no server takes. */
export interface SenderParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Logger;
  readonly outbox: MailOutbox;
  readonly settings: () => InternalDbSettings;
  readonly vendorName: () => string;
  readonly folder: string;
}

/** Sends what is due. While mail is not configured, nothing is tried. */
export async function sendDueMails(parts: SenderParts): Promise<void> {
  const { store, clock } = parts;
  const settings = parts.settings().mail;
  if (settings === null) return;
  for (;;) {
    const due = await store.read.mails.mailsDue(clock.nowMs(), mailsPerRoundMax);
    for (const mail of due) await sendOne(parts, settings, mail);
    if (due.length < mailsPerRoundMax) break;
  }
}

/** Forgets mails of long ago. */
export async function forgetOldMails({ store, clock }: Pick<SenderParts, 'store' | 'clock'>): Promise<void> {
  await store.transaction(({ mails }) => mails.forgetBefore(clock.nowMs() - mailsKeptMs));
}

async function sendOne(
  parts: SenderParts,
  settings: Exclude<MailSettings, null>,
  mail: MailRecord,
): Promise<void> {
  const { store, clock, log, outbox } = parts;
  const { id, kind } = mail;
  const end = async (state: 'sent' | 'given_up', lastError: string | null): Promise<void> => {
    await store.transaction(({ mails }) => mails.endMail({ id, state, atMs: clock.nowMs(), lastError }));
  };
  if (mail.giveUpAtMs <= clock.nowMs()) {
    log.error({ mail: id, kind, lastError: mail.lastError }, 'a mail could not be sent in time');
    return await end('given_up', mail.lastError ?? 'too late');
  }
  try {
    const { subject, body } = await outbox.open(mail);
    const { recipient, createdAtMs: atMs } = mail;
    const open = { id, fromName: parts.vendorName(), recipient, subject, body, atMs };
    await deliverMail(settings, parts.folder, open);
  } catch (error) {
    const lastError = describeMailFailure(error);
    const isHopeless = isRefusedForGood(error) || error instanceof DocumentError;
    log.warn({ mail: id, kind, attempts: mail.attempts + 1, lastError, isHopeless }, 'a mail was not sent');
    if (isHopeless) return await end('given_up', lastError);
    const pauseMs = Math.min(mailRetryMaxMs, mailRetryFirstMs * 2 ** Math.min(20, mail.attempts));
    const nextAttemptAtMs = clock.nowMs() + pauseMs;
    await store.transaction(({ mails }) => mails.putOff({ id, nextAttemptAtMs, lastError }));
    return;
  }
  log.info({ mail: id, kind }, 'mail sent');
  await end('sent', null);
}
