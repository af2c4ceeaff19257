// A customer's own links to identity providers: seen, made and ended on the security page, with the password. Called for the rows
// `identity.describe`, `identity.beginLink` and `identity.unlink`, and at the return from a provider.
import type { ResultOf } from '#commlink/method-table.ts';
import { identityLinksMax, type ProviderRefusalReason } from '#commlink/methods/identity-methods.ts';
import type { internalDbMethods } from '#commlink/methods/internal-db-methods.ts';
import type { PeopleRefusal } from '#commlink/methods/people-fields.ts';
import type { CustomerIdentityProvider } from '#commlink/settings/identity-provider-settings.ts';
import { appendAudit } from '../audit/append-audit.ts';
import type { AuthenticatedCaller } from '../identity/authenticate-secret.ts';
import { provePassword, requireOwnSession } from '../identity/prove-password.ts';
import { noticeFor, putNotice } from '../identity/tell-owner.ts';
import { InternalDbError } from '../internal-db-error.ts';
import { refuse } from '../people-refusal.ts';
import type { ServiceContext } from '../service-context.ts';
import { leaveForProvider } from './ask-provider.ts';
import { insertUserLink, newUserLink } from './user-link.ts';
import { servesAccount, type ProviderIdentity } from './provider-identity.ts';
import { requiredProvider } from './required-provider.ts';

type Table = typeof internalDbMethods;
type Described = Omit<Extract<ResultOf<Table, 'identity.describe'>, { valid: true }>, 'valid'>;

/** The caller's links, and the providers that it could link itself to. */
export async function describeOwnLinks(
  context: ServiceContext,
  caller: AuthenticatedCaller,
): Promise<Described> {
  requireOwnSession(caller);
  const providers = providersFor(context, caller);
  const links = await context.store.read.identityLinks.linksOf(caller.user.id);
  const linked = new Set(links.map(({ issuer }) => issuer));
  return {
    links: links.slice(0, identityLinksMax).map(({ id, issuer, createdAtMs, lastUsedAtMs }) => {
      const title = providers.find((provider) => provider.issuer === issuer)?.title ?? issuer;
      return { id, title, createdAtMs, lastUsedAtMs };
    }),
    offered: providers
      .filter(({ issuer }) => !linked.has(issuer))
      .map(({ name, title }) => ({ name, title })),
  };
}

/** Sends the caller there. Refused: `password_wrong`, `throttled`, `not_found`, `too_many`, `provider_down`. */
export async function beginOwnLink(
  context: ServiceContext,
  caller: AuthenticatedCaller,
  wanted: { provider: string; password: string; address: string },
): Promise<{ done: true; url: string; ticket: string; title: string } | PeopleRefusal> {
  const refusal = await provePassword(context, caller, wanted.password);
  if (refusal) return refusal;
  const provider = providersFor(context, caller).find(({ name }) => name === wanted.provider);
  if (!provider) return refuse('not_found');
  const links = await context.store.read.identityLinks.linksOf(caller.user.id);
  if (links.length >= identityLinksMax) return refuse('too_many');
  const { email: loginHint, id: ownerId } = caller.user;
  const left = await leaveForProvider(context, provider, { address: wanted.address, ownerId, loginHint });
  if (!left.begun) return refuse('provider_down');
  const { url, ticket } = left;
  return { done: true, url, ticket, title: provider.title };
}

/** Makes the link that somebody left for. */
export async function finishLink(
  context: ServiceContext,
  provider: CustomerIdentityProvider,
  { identity, ownerId }: { identity: ProviderIdentity; ownerId: string },
): Promise<'linked' | ProviderRefusalReason> {
  const whose = await context.store.read.people.userById(ownerId);
  if (!whose || !servesAccount(provider, whose.account.name)) return 'unusable';
  const notice = await noticeFor(context, whose, 'provider_linked');
  const atMs = context.clock.nowMs();
  try {
    await context.store.transaction(async (transaction) => {
      const link = newUserLink(whose.user, identity, atMs);
      await insertUserLink(transaction, whose, { link, provider: provider.name });
      await putNotice(transaction, notice);
    });
  } catch (error) {
    if (error instanceof InternalDbError && error.code === 'taken') return 'linked_already';
    throw error;
  }
  context.mail.sendSoon();
  return 'linked';
}

/** Ends a link; sessions that it opened stay. Refused: `password_wrong`, `throttled`, `not_found`, `provider_required`. */
export async function unlinkOwn(
  context: ServiceContext,
  caller: AuthenticatedCaller,
  { id, password }: { id: string; password: string },
): Promise<{ done: true } | PeopleRefusal> {
  const refusal = await provePassword(context, caller, password);
  if (refusal) return refusal;
  if (requiredProvider(context, caller)) return refuse('provider_required');
  const notice = await noticeFor(context, caller, 'provider_unlinked');
  const { user, account } = caller;
  const done = await context.store.transaction(async (transaction) => {
    if (!(await transaction.identityLinks.deleteLink(user.id, id))) return refuse('not_found');
    await putNotice(transaction, notice);
    await appendAudit(transaction, {
      atMs: context.clock.nowMs(),
      actor: `user:${user.name}`,
      action: 'identity.unlink',
      subject: account.name,
      detail: { user: user.name, link: id },
    });
    return { done: true } as const;
  });
  if (done.done) context.mail.sendSoon();
  return done;
}

function providersFor(
  { providerSignIns }: Pick<ServiceContext, 'providerSignIns'>,
  { account }: AuthenticatedCaller,
): CustomerIdentityProvider[] {
  return providerSignIns.forCustomers().filter((provider) => servesAccount(provider, account.name));
}
