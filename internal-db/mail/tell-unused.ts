// Tells people of tokens and SSH keys of theirs that were not used for long: what nobody needs had better go. Once for each;
// the settings say after how many days. Called on a schedule by mail-schedules.ts.
import { unusedPerRoundMax } from '../limits.ts';
import type { ServiceContext } from '../service-context.ts';
import type { UnusedCredentialRecord } from '../store/unused-credentials.ts';
import type { MailRecord } from '../store/mails.ts';

type TellingContext = Pick<ServiceContext, 'store' | 'clock' | 'mail' | 'settings'>;

const dayMs = 86_400_000;

/** Tells of all that there are; nothing while mail is not configured, or it is switched off. */
export async function tellUnused(context: TellingContext): Promise<void> {
  const { store, clock, settings } = context;
  const days = settings().unusedCredentialDays;
  const portal = context.mail.portal();
  if (portal === null || days === null) return;
  for (;;) {
    const atMs = clock.nowMs();
    const wanted = { atMs, sinceMs: atMs - days * dayMs, limit: unusedPerRoundMax };
    const unused = await store.read.unusedCredentials.unusedToTell(wanted);
    const byUser = Map.groupBy(unused, ({ userId }) => userId);
    for (const [userId, together] of byUser) {
      const mail = await composeFor(context, { userId, together, portal, days });
      await store.transaction(async (transaction) => {
        if (mail) await transaction.mails.insertMail(mail);
        for (const { kind, id } of together) await transaction.unusedCredentials.noteTold({ kind, id, atMs });
      });
    }
    if (unused.length > 0) context.mail.sendSoon();
    if (unused.length < unusedPerRoundMax) return;
  }
}

/** Null when the person was removed meanwhile. */
async function composeFor(
  { store, mail }: TellingContext,
  about: { userId: string; together: readonly UnusedCredentialRecord[]; portal: string; days: number },
): Promise<MailRecord | null> {
  const { userId, together, portal, days } = about;
  const whose = await store.read.people.userById(userId);
  if (!whose?.user.email) return null;
  return await mail.prepare({
    kind: 'unused',
    recipient: whose.user.email,
    language: whose.user.language,
    values: {
      account: whose.account.displayName,
      days,
      portal,
      credentials: together.map(({ kind, name, lastUsedAtMs }) => ({ kind, name, lastUsedAtMs })),
    },
  });
}
