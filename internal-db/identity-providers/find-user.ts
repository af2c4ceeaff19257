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
import { insertUserLink, newUserLink } from './user-link.ts';
import { usernameFor } from './username-for.ts';

/** Who it is, or why nobody. `newLink`: the user was there already, and the link is stored when all is proved. `several`: the address is in more than one account, and only a link says which is meant. `username`: whose login was refused, where that is known. */
export type FoundUser =
  | {
      readonly found: true;
      readonly whose: UserWithAccount;
      readonly linkId: string;
      readonly newLink: IdentityLinkRecord | null;
    }
  | {
      readonly found: false;
      readonly reason: 'unknown_person' | 'email_unverified' | 'several' | 'linked_otherwise';
      readonly username: string | null;
    };

/** What is needed to find or make somebody. */
interface Wanted {
  readonly provider: CustomerIdentityProvider;
  readonly identity: ProviderIdentity;
  readonly language: Language;
  readonly atMs: number;
  readonly attempt: number;
}

type FindingContext = Pick<ServiceContext, 'store' | 'clock'>;

/** Finds the user, or makes one with its link. */
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
    if (!whose || !servesAccount(provider, whose.account.name))
      return nobody('unknown_person', whose?.user.name);
    await transaction.identityLinks.touchLink(link.id, atMs);
    return { found: true, whose, linkId: link.id, newLink: null };
  }
  const email = verifiedEmail(identity);
  if (email === null) return nobody('email_unverified');
  if (!vouchesFor(provider, email)) return nobody('unknown_person');
  const known = await transaction.people.usersByEmail(email, usersPerAddressMax);
  const served = known.filter(({ account }) => servesAccount(provider, account.name));
  if (served.length > 1) return nobody('several');
  const [owner] = served;
  if (owner) {
    const links = await transaction.identityLinks.linksOf(owner.user.id);
    if (links.some(({ issuer }) => issuer === identity.issuer))
      return await refuseRecycled(transaction, owner, wanted);
    const newLink = newUserLink(owner.user, identity, atMs);
    return { found: true, whose: owner, linkId: newLink.id, newLink };
  }
  const whose = await makeUser(transaction, wanted, email);
  if (whose === null || whose === 'several') return nobody(whose ?? 'unknown_person');
  const made = newUserLink(whose.user, identity, atMs);
  await insertUserLink(transaction, whose, { link: made, provider: provider.name });
  return { found: true, whose, linkId: made.id, newLink: null };
}

function nobody(
  reason: Extract<FoundUser, { found: false }>['reason'],
  username: string | null = null,
): FoundUser {
  return { found: false, reason, username };
}

/** Somebody else there is linked to whom the address names: an address that was given to another person lets them in nowhere. */
async function refuseRecycled(
  transaction: Transaction,
  { user, account }: UserWithAccount,
  { provider, identity, atMs }: Wanted,
): Promise<FoundUser> {
  const { issuer, subject } = identity;
  await appendAudit(transaction, {
    atMs,
    actor: `provider:${provider.name}`,
    action: 'identity.refuse',
    subject: account.name,
    detail: { user: user.name, provider: provider.name, issuer, at: subject },
  });
  return nobody('linked_otherwise', user.name);
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
