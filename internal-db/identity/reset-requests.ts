// Requests for forgotten passwords. Whoever asks is answered before anything is looked up, so that neither the answer nor
// its time says whether an address is known; the links are made and mailed afterwards, one request after the other.
// Called for `password.requestReset`.
import type { Language, PeopleRefusal } from '#commlink/methods/people-fields.ts';
import { appendAudit } from '../audit/append-audit.ts';
import {
  resetLinkLifetimeMs,
  resetLinksPerUserMax,
  resetRequestsWaitingMax,
  usersPerAddressMax,
} from '../limits.ts';
import { refuse } from '../people-refusal.ts';
import { newRecordId } from '../record-id.ts';
import { hashSecret, newLinkToken } from '../secret-token.ts';
import type { ServiceContext } from '../service-context.ts';
import type { UserWithAccount } from '../store/accounts.ts';

/** A request as it came in. */
export interface ResetRequest {
  readonly email: string;
  readonly language: Language;
  readonly address: string;
}

type ResetContext = Pick<ServiceContext, 'store' | 'clock' | 'log' | 'mail' | 'throttle'>;

/** Takes requests and works them off. */
export class ResetRequests {
  readonly #waiting: ResetRequest[] = [];
  #running: Promise<void> | null = null;

  /** The answer. Refused: `mail_off`; `throttled`, by what was asked from there and for that address, known or not. */
  take(context: ResetContext, request: ResetRequest): { done: true } | PeopleRefusal {
    if (context.mail.portal() === null) return refuse('mail_off');
    const name = request.email.toLowerCase();
    // Never said to have succeeded: each request counts. Nobody is banned for them.
    const admission = context.throttle.begin({ door: 'reset', name, address: request.address });
    if (!admission.admitted) return refuse('throttled', admission.retryAfterMs);
    if (this.#waiting.length >= resetRequestsWaitingMax) {
      context.log.warn({}, 'a request for a forgotten password was dropped: too many wait');
      return { done: true };
    }
    this.#waiting.push({ ...request, email: name });
    this.#running ??= this.#workOff(context).finally(() => {
      this.#running = null;
    });
    return { done: true };
  }

  /** Waits for those that were taken. */
  async settle(): Promise<void> {
    await this.#running;
  }

  async #workOff(context: ResetContext): Promise<void> {
    for (let request = this.#waiting.shift(); request; request = this.#waiting.shift()) {
      try {
        const users = await context.store.read.people.usersByEmail(request.email, usersPerAddressMax);
        const byItself = { actor: 'internal-db', about: { address: request.address } };
        for (const whose of users) await mailResetLink(context, whose, { ...request, ...byItself });
      } catch (error) {
        context.log.error({ err: error }, 'a link for a forgotten password was not made');
      }
    }
  }
}

/** Whom a link is mailed to, in which language, and who had it made, for what reason: `about` is for the audit log. */
export interface WantedResetLink {
  readonly email: string;
  readonly language: Language;
  readonly actor: string;
  readonly about: Readonly<Record<string, string>>;
}

/** Mails a link. False: no mail, a suspended account, or so many that work already. */
export async function mailResetLink(
  context: Pick<ServiceContext, 'store' | 'clock' | 'mail'>,
  { user, account }: UserWithAccount,
  { email, language, actor, about }: WantedResetLink,
): Promise<boolean> {
  const portal = context.mail.portal();
  if (portal === null || account.state !== 'active') return false;
  const token = newLinkToken();
  const mail = await context.mail.prepare({
    kind: 'reset',
    recipient: email,
    language,
    values: {
      username: user.name,
      account: account.displayName,
      link: `${portal}/reset-password?token=${token}`,
      minutes: resetLinkLifetimeMs / 60_000,
    },
    lifetimeMs: resetLinkLifetimeMs,
  });
  const createdAtMs = context.clock.nowMs();
  const expiresAtMs = createdAtMs + resetLinkLifetimeMs;
  const record = { id: newRecordId('lnk'), userId: user.id, email, createdAtMs, expiresAtMs };
  const isMade = await context.store.transaction(async (transaction) => {
    const live = await transaction.people.linksOf(user.id, 'reset');
    if (live.filter((link) => link.expiresAtMs > createdAtMs).length >= resetLinksPerUserMax) return false;
    await transaction.people.insertLink({ ...record, purpose: 'reset', secretHash: hashSecret(token) });
    await transaction.mails.insertMail(mail);
    await appendAudit(transaction, {
      atMs: createdAtMs,
      actor,
      action: 'password.requestReset',
      subject: account.name,
      detail: { user: user.name, ...about },
    });
    return true;
  });
  if (isMade) context.mail.sendSoon();
  return isMade;
}
