// A customer's sign-in by way of an identity provider: which ones its page offers, sending somebody there, and the session, the
// second step or the link that comes of it. Called for the rows `identity.providers`, `identity.begin` and `identity.finish`.
import type { ParamsOf, ResultOf } from '#commlink/method-table.ts';
import type { ProviderRefusalReason } from '#commlink/methods/identity-methods.ts';
import type { ProviderTitle } from '#commlink/methods/people-fields.ts';
import type { internalDbMethods } from '#commlink/methods/internal-db-methods.ts';
import type { CustomerIdentityProvider } from '#commlink/settings/identity-provider-settings.ts';
import { noteLogin } from '../access/note-login.ts';
import { findBan } from '../identity/open-session.ts';
import { portalParty } from '../identity/portal-party.ts';
import { recordSession } from '../identity/record-session.ts';
import { askSecondFactor } from '../second-factor/prove-factor.ts';
import type { ServiceContext } from '../service-context.ts';
import type { UserWithAccount } from '../store/accounts.ts';
import type { IdentityLinkRecord } from '../store/identity-links.ts';
import { leaveForProvider, returnFromProvider } from './ask-provider.ts';
import { findUser } from './find-user.ts';
import { finishLink } from './own-links.ts';
import { hasSecondFactorThere, vouchesFor, type ProviderIdentity } from './provider-identity.ts';

type Table = typeof internalDbMethods;
type Finished = ResultOf<Table, 'identity.finish'>;

/** The providers for a sign-in page; with an address, those of its domain, too. */
export function offerProviders(
  { providerSignIns }: Pick<ServiceContext, 'providerSignIns'>,
  email: string | null,
): { providers: ProviderTitle[]; byAddress: boolean } {
  const isFor = (provider: CustomerIdentityProvider) =>
    provider.shown || (email !== null && provider.domains.length > 0 && vouchesFor(provider, email));
  const all = providerSignIns.forCustomers();
  const providers = all.filter(isFor).map(({ name, title }) => ({ name, title }));
  return { providers, byAddress: all.some(({ shown, domains }) => !shown && domains.length > 0) };
}

/** Sends somebody to a provider. */
export async function beginAtProvider(
  context: ServiceContext,
  wanted: ParamsOf<Table, 'identity.begin'>,
): Promise<ResultOf<Table, 'identity.begin'>> {
  const { provider: name, email: loginHint, address } = wanted;
  const bannedForMs = findBan(context, address);
  if (bannedForMs !== null) return refused('banned', bannedForMs);
  const who = { address, ownerId: null, loginHint };
  const left = await leaveForProvider(context, customerProvider(context, name), who);
  if (!left.begun) return refused(left.reason);
  const { url, ticket } = left;
  return { opened: false, reason: 'begun', url, ticket };
}

/** Opens the session of whoever came back, or asks for the second step, or makes the link that it left for. */
export async function finishAtProvider(
  context: ServiceContext,
  brought: ParamsOf<Table, 'identity.finish'>,
): Promise<Finished> {
  const finished = await decideFinish(context, brought);
  const outcome = finished.opened ? 'allowed' : outcomeOf(finished.reason);
  if (outcome !== null) context.metrics.countSignIn(outcome);
  return finished;
}

/** How the metrics call it: by what an operator would do about it. */
function outcomeOf(reason: Exclude<Finished, { opened: true }>['reason']) {
  if (reason === 'linked' || reason === 'linked_already') return null;
  if (reason === 'banned' || reason === 'suspended' || reason === 'second_factor') return reason;
  return reason === 'unusable' ? reason : 'credentials';
}

async function decideFinish(
  context: ServiceContext,
  brought: ParamsOf<Table, 'identity.finish'>,
): Promise<Finished> {
  const { provider: name, ticket, query, language, address, client } = brought;
  const bannedForMs = findBan(context, address);
  if (bannedForMs !== null) return refused('banned', bannedForMs);
  const provider = customerProvider(context, name);
  const arrival = await returnFromProvider(context, provider, { ticket, query });
  if (!arrival.proved) return refused(arrival.reason);
  if (!provider) return refused('provider_unknown');
  const { identity, ownerId } = arrival;
  if (ownerId !== null) {
    const linked = await finishLink(context, provider, { identity, ownerId });
    return linked === 'linked' ? { opened: false, reason: 'linked' } : refused(linked);
  }
  const found = await findUser(context, provider, { identity, language });
  if (!found.found) {
    const { reason, username } = found;
    context.log.info({ provider: name, address, reason }, 'sign-in refused');
    if (username !== null) await noteRefusal(context, { username, address, refusal: reason });
    return refused(reason);
  }
  const { whose, linkId, newLink } = found;
  const origin = { address, client };
  return await admit(context, whose, { provider, identity, linkId, newLink, origin });
}

async function admit(
  context: ServiceContext,
  whose: UserWithAccount,
  how: {
    provider: CustomerIdentityProvider;
    identity: ProviderIdentity;
    linkId: string;
    newLink: IdentityLinkRecord | null;
    origin: { address: string; client: string | null };
  },
): Promise<Finished> {
  const { provider, identity, linkId, newLink, origin } = how;
  const { user, account } = whose;
  if (account.state !== 'active') {
    await noteRefusal(context, { username: user.name, address: origin.address, refusal: 'suspended' });
    return refused('suspended');
  }
  const made = await context.providerSignIns.makeWay(provider, linkId, identity.idToken);
  const way = { ...made, newLink };
  const isEnough = hasSecondFactorThere(provider, identity);
  const step = isEnough ? null : await askSecondFactor(context, user, portalParty(context));
  if (step !== null) {
    context.providerSignIns.noteStep(step.challenge, way);
    return { opened: false, reason: 'second_factor', username: user.name, step };
  }
  const signIn = { ...origin, newHash: null, factor: `provider ${provider.name}`, way };
  // Removed, suspended or unlinked since it was found: begin again, and be told.
  return (await recordSession(context, whose, signIn)) ?? refused('unusable');
}

/** For the customer's timeline, and whoever hears of refused logins by a webhook. */
async function noteRefusal(
  context: ServiceContext,
  refused: { username: string; address: string; refusal: string },
): Promise<void> {
  await noteLogin(context, { ...refused, door: 'portal', protocol: null, principal: null });
}

function customerProvider(
  { providerSignIns }: Pick<ServiceContext, 'providerSignIns'>,
  name: string,
): CustomerIdentityProvider | undefined {
  return providerSignIns.forCustomers().find((provider) => provider.name === name);
}

function refused(
  reason: ProviderRefusalReason,
  retryAfterMs = 0,
): { opened: false; reason: ProviderRefusalReason; retryAfterMs: number } {
  return { opened: false, reason, retryAfterMs };
}
