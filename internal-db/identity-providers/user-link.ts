// The link of a customer's user to a person at a provider: made at once where the user asked for it, else with the session that it
// opens, once everything is proved. Called by find-user.ts, own-links.ts and identity/record-session.ts.
import { appendAudit } from '../audit/append-audit.ts';
import { newRecordId } from '../record-id.ts';
import type { UserRecord, UserWithAccount } from '../store/accounts.ts';
import type { IdentityLinkRecord, ProviderSubject } from '../store/identity-links.ts';
import type { Transaction } from '../store/store.ts';
import type { ProviderWay } from './provider-sign-ins.ts';

/** A link that is not stored yet. */
export function newUserLink(
  { id: ownerId }: Pick<UserRecord, 'id'>,
  { issuer, subject }: ProviderSubject,
  atMs: number,
): IdentityLinkRecord {
  const times = { createdAtMs: atMs, lastUsedAtMs: atMs };
  return { id: newRecordId('idl'), ownerKind: 'user', ownerId, issuer, subject, ...times };
}

/** Stores it, with its audit entry. A link of another user is `taken`. `provider`: its name. */
export async function insertUserLink(
  transaction: Transaction,
  { user, account }: UserWithAccount,
  { link, provider }: { link: IdentityLinkRecord; provider: string },
): Promise<void> {
  const { id, issuer, subject, createdAtMs: atMs } = link;
  await transaction.identityLinks.insertLink(link);
  await appendAudit(transaction, {
    atMs,
    actor: `user:${user.name}`,
    action: 'identity.link',
    subject: account.name,
    detail: { user: user.name, provider, link: id, issuer, at: subject },
  });
}

/** Tells whether the link that a sign-in came by is there still; one that waited for the sign-in's end is stored. */
export async function keepUserLink(
  transaction: Transaction,
  whose: UserWithAccount,
  { linkId, provider, newLink }: ProviderWay,
): Promise<boolean> {
  const links = await transaction.identityLinks.linksOf(whose.user.id);
  if (!newLink) return links.some(({ id }) => id === linkId);
  // Linked otherwise since the sign-in was begun.
  if (links.some(({ issuer }) => issuer === newLink.issuer)) return false;
  if (await transaction.identityLinks.linkOf('user', newLink)) return false;
  await insertUserLink(transaction, whose, { link: newLink, provider });
  return true;
}
