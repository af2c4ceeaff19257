// Tells an account's owners by mail that an appliance of theirs has new keys: whoever holds them gets what the appliance gets, and
// the machine that had the older ones is heard no more. Called by enrol-appliance.ts.
import { hashCode } from './enrolment-codes.ts';
import type { ServiceContext } from '../../service-context.ts';
import type { MailRecord } from '../../store/mails.ts';

/** To each owner with an address, if the code is for an appliance that there is; none while mail is not configured. */
export async function composeNewKeys(
  { store: { read }, mail, clock }: Pick<ServiceContext, 'store' | 'mail' | 'clock'>,
  { code, address }: { readonly code: string; readonly address: string },
): Promise<MailRecord[]> {
  const portal = mail.portal();
  if (portal === null) return [];
  const found = await read.appliances.codeByHash(hashCode(code));
  if (!found || found.uid === null || found.usedByUid !== null) return [];
  const appliance = await read.appliances.byUid(found.uid);
  const account = await read.accounts.byId(found.accountId);
  if (!appliance || !account) return [];
  const about = { account: account.displayName, appliance: appliance.name, uid: appliance.uid };
  const values = { ...about, address, atMs: clock.nowMs(), portal };
  const owners = await read.people.ownersToTell(account.id);
  return await Promise.all(
    owners.map(({ email, language }) =>
      mail.prepare({ kind: 'newKeys', recipient: email ?? '', language, values }),
    ),
  );
}
