// Tells people before something of theirs ends: licences to their account's owners, tokens and SSH keys to who made them;
// 30, 7 and 1 days before, each once. Called on a schedule by start-services.ts; what was told is noted with the mail.
import { endingDays, endingsPerRoundMax } from '../limits.ts';
import type { ServiceContext } from '../service-context.ts';
import type { AccountRecord, UserRecord } from '../store/accounts.ts';
import type { EndingRecord, EndingWindow, MailRecord } from '../store/mails.ts';

type TellingContext = Pick<ServiceContext, 'store' | 'clock' | 'mail'>;

const dayMs = 86_400_000;

const kinds = ['licence', 'token', 'key'] as const;

/**
 * Tells of what has come so near since the last time. While mail is not configured nothing is told; afterwards all that was
 * left out, but for what is nearer than the next smaller number of days: that is told then.
 */
export async function tellEndings(context: TellingContext): Promise<void> {
  if (context.mail.portal() === null) return;
  const { store, clock } = context;
  for (const [index, days] of endingDays.entries()) {
    const name = `endings_told_${days}_days_ms` as const;
    const nowMs = clock.nowMs();
    const nearestMs = nowMs + (endingDays[index + 1] ?? 0) * dayMs;
    const fromMs = Math.max(nearestMs, Number((await store.read.settings.get(name)) ?? 0));
    const untilMs = nowMs + days * dayMs;
    for (const kind of kinds) await tellKind(context, { kind, fromMs, untilMs, days });
    await store.transaction(({ settings }) => settings.put(name, String(untilMs)));
  }
}

async function tellKind(context: TellingContext, span: Omit<EndingWindow, 'limit'>): Promise<void> {
  const limit = endingsPerRoundMax;
  let { fromMs } = span;
  for (;;) {
    const endings = await context.store.read.mails.endingsToTell({ ...span, fromMs, limit });
    await tellAll(context, endings, span.days);
    const last = endings.at(-1);
    if (last === undefined || endings.length < limit) return;
    // Others may end at the same moment; those that were told are left out.
    fromMs = last.endAtMs - 1;
  }
}

async function tellAll(
  context: TellingContext,
  endings: readonly EndingRecord[],
  days: number,
): Promise<void> {
  if (endings.length === 0) return;
  const groups = Map.groupBy(endings, ({ accountId, userId }) => `${accountId} ${userId ?? ''}`);
  for (const together of groups.values()) {
    const mails = await composeFor(context, together);
    await context.store.transaction(async (transaction) => {
      for (const mail of mails) await transaction.mails.insertMail(mail);
      for (const { id, endAtMs } of together) {
        await transaction.mails.noteTold({ subjectId: id, days, endAtMs });
      }
    });
  }
  context.mail.sendSoon();
}

/** One mail to each person concerned; none where nobody has an address. */
async function composeFor(context: TellingContext, endings: readonly EndingRecord[]): Promise<MailRecord[]> {
  const portal = context.mail.portal();
  const [first] = endings;
  if (first === undefined || portal === null) return [];
  const { account, people } = await whomToTell(context, first);
  if (account?.state !== 'active') return [];
  return await Promise.all(
    people.map(({ email, language }) =>
      context.mail.prepare({
        kind: 'endings',
        recipient: email ?? '',
        language,
        values: {
          account: account.displayName,
          portal,
          endings: endings.map(({ kind, name, endAtMs }) => ({ kind, name, endAtMs })),
        },
      }),
    ),
  );
}

async function whomToTell(
  { store }: TellingContext,
  { accountId, userId }: EndingRecord,
): Promise<{ account: AccountRecord | undefined; people: UserRecord[] }> {
  if (userId === null) {
    const account = await store.read.accounts.byId(accountId);
    return { account, people: await store.read.people.ownersToTell(accountId) };
  }
  const found = await store.read.people.userById(userId);
  return { account: found?.account, people: found?.user.email ? [found.user] : [] };
}
