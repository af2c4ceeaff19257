// Which customer's user it is that a provider has signed in: by the link; at the first time by an address that the provider has
// verified, of a user or of somebody who was invited; or a new user, where the settings say so. A provider speaks for the
// accounts and domains of the settings only: a customer's own can't let anybody into another customer's account.
import type { Language, UserRole } from '#commlink/methods/people-fields.ts';
import type { CustomerIdentityProvider } from '#commlink/settings/identity-provider-settings.ts';
import { appendAudit } from '../audit/append-audit.ts';
import { InternalDbError } from '../internal-db-error.ts';
import { usersPerAddressMax } from '../limits.ts';
import { newRecordId } from '../record-id.ts';
import type { ServiceContext } from '../service-context.ts';
import type { AccountRecord, UserRecord, UserWithAccount } from '../store/accounts.ts';
import type { IdentityLinkRecord } from '../store/identity-links.ts';
import type { Transaction } from '../store/store.ts';
import { invitationsLookedAtMax, userNamesTriedMax } from './limits.ts';
import {
  nameOf,
  servesAccount,
  verifiedEmail,
  vouchesFor,
  type ProviderIdentity,
} from './provider-identity.ts';
import { usernameFor } from './username-for.ts';

/** Who it is, or why nobody. `isNewLink`: the user was there already, and has a new way in. `several`: the address is in more than one account, and only a link says which is meant. */
export type FoundUser =
  | {
      readonly found: true;
      readonly whose: UserWithAccount;
      readonly linkId: string;
      readonly isNewLink: boolean;
    }
  | { readonly found: false; readonly reason: 'unknown_person' | 'email_unverified' | 'several' };

/** What is needed to find or make somebody. */
interface Wanted {
  readonly provider: CustomerIdentityProvider;
  readonly identity: ProviderIdentity;
  readonly language: Language;
  readonly atMs: number;
  readonly attempt: number;
}

type FindingContext = Pick<ServiceContext, 'store' | 'clock'>;

/** Finds or makes the user, and its link. */
export async function findUser(
  context: FindingContext,
  provider: CustomerIdentityProvider,
  arrived: { identity: ProviderIdentity; language: Language },
): Promise<FoundUser> {
  for (let attempt = 0; ; attempt += 1) {
    const wanted = { provider, ...arrived, atMs: context.clock.nowMs(), attempt };
    try {
      return await context.store.transaction((transaction) => findIn(transaction, wanted));
    } catch (error) {
      // The name that was chosen for a new user, or the link, has been somebody else's since a moment: look again.
      const isTaken = error instanceof InternalDbError && error.code === 'taken';
      if (!isTaken || attempt >= userNamesTriedMax) throw error;
    }
  }
}

async function findIn(transaction: Transaction, wanted: Wanted): Promise<FoundUser> {
  const { provider, identity, atMs } = wanted;
  const link = await transaction.identityLinks.linkOf('user', identity);
  if (link) {
    const whose = await transaction.people.userById(link.ownerId);
    if (!whose || !servesAccount(provider, whose.account.name)) return nobody('unknown_person');
    await transaction.identityLinks.touchLink(link.id, atMs);
    return { found: true, whose, linkId: link.id, isNewLink: false };
  }
  const email = verifiedEmail(identity);
  if (email === null) return nobody('email_unverified');
  if (!vouchesFor(provider, email)) return nobody('unknown_person');
  const known = await transaction.people.usersByEmail(email, usersPerAddressMax);
  const served = known.filter(({ account }) => servesAccount(provider, account.name));
  if (served.length > 1) return nobody('several');
  const whose = served[0] ?? (await makeUser(transaction, wanted, email));
  if (whose === null || whose === 'several') return nobody(whose ?? 'unknown_person');
  const linkId = await linkUser(transaction, whose, { provider, identity, atMs });
  return { found: true, whose, linkId, isNewLink: served.length === 1 };
}

function nobody(reason: Extract<FoundUser, { found: false }>['reason']): FoundUser {
  return { found: false, reason };
}

/** Links a user to whom the provider says it is, in the transaction of what it is done for. A link of another user is `taken`. */
export async function linkUser(
  transaction: Transaction,
  { user, account }: UserWithAccount,
  how: { provider: CustomerIdentityProvider; identity: ProviderIdentity; atMs: number },
): Promise<string> {
  const { provider, identity, atMs } = how;
  const { issuer, subject } = identity;
  const link: IdentityLinkRecord = {
    id: newRecordId('idl'),
    ownerKind: 'user',
    ownerId: user.id,
    issuer,
    subject,
    createdAtMs: atMs,
    lastUsedAtMs: atMs,
  };
  await transaction.identityLinks.insertLink(link);
  await appendAudit(transaction, {
    atMs,
    actor: `user:${user.name}`,
    action: 'identity.link',
    subject: account.name,
    detail: { user: user.name, provider: provider.name, link: link.id, issuer, at: subject },
  });
  return link.id;
}

/** Somebody who was invited, or whoever the provider vouches for where the settings say so; null when neither. */
async function makeUser(
  transaction: Transaction,
  wanted: Wanted,
  email: string,
): Promise<UserWithAccount | 'several' | null> {
  const { provider, atMs } = wanted;
  const open = await transaction.people.openInvitationsTo(email, atMs, invitationsLookedAtMax);
  const invited: { account: AccountRecord; id: string; role: UserRole }[] = [];
  for (const { accountId, id, role } of open) {
    const account = await transaction.accounts.byId(accountId);
    if (account?.state === 'active' && servesAccount(provider, account.name))
      invited.push({ account, id, role });
  }
  if (invited.length > 1) return 'several';
  const [invitation] = invited;
  if (invitation) {
    const { account, id, role } = invitation;
    const user = await insertUser(transaction, wanted, { account, role, email });
    await transaction.people.acceptInvitation(id, atMs);
    await auditMade(transaction, wanted, { user, account, invitation: id });
    return { user, account };
  }
  const [only] = provider.accounts ?? [];
  if (!provider.createUsers || only === undefined) return null;
  const account = await transaction.accounts.byName(only);
  if (account?.state !== 'active') return null;
  const user = await insertUser(transaction, wanted, { account, role: 'downloader', email });
  await auditMade(transaction, wanted, { user, account, invitation: null });
  return { user, account };
}

async function insertUser(
  transaction: Transaction,
  { identity, language, atMs, attempt }: Wanted,
  { account, role, email }: { account: AccountRecord; role: UserRole; email: string },
): Promise<UserRecord> {
  const name = usernameFor(identity, email, attempt);
  const user: UserRecord = {
    id: newRecordId('usr'),
    accountId: account.id,
    name,
    displayName: nameOf(identity) ?? name,
    passwordHash: null,
    role,
    email,
    language,
    createdAtMs: atMs,
  };
  await transaction.accounts.insertUser(user);
  return user;
}

async function auditMade(
  transaction: Transaction,
  { provider, atMs }: Wanted,
  made: { user: UserRecord; account: AccountRecord; invitation: string | null },
): Promise<void> {
  const { user, account, invitation } = made;
  const actor = `user:${user.name}`;
  const action = invitation === null ? 'user.create' : 'invitation.accept';
  const detail = {
    user: user.name,
    role: user.role,
    provider: provider.name,
    ...(invitation && { invitation }),
  };
  await appendAudit(transaction, { atMs, actor, action, subject: account.name, detail });
}
