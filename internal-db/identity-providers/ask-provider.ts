// The two halves of every way through a provider: sending somebody there, and judging what comes back. Used for sign-ins and
// links, of customers and of staff.
import type { IdentityProvider } from '#commlink/settings/identity-provider-settings.ts';
import type { ServiceContext } from '../service-context.ts';
import { describeProviderFailure, ProviderFailure, type ProviderFailureCode } from './provider-failure.ts';
import type { ProviderIdentity } from './provider-identity.ts';
import type { ProviderQuestion } from './provider-sign-ins.ts';

type AskingContext = Pick<ServiceContext, 'providerSignIns' | 'log'>;

/** Where to send the browser, and the ticket that it must bring back beside the provider's answer. */
export type Departure =
  | { readonly begun: true; readonly url: string; readonly ticket: string }
  | { readonly begun: false; readonly reason: 'provider_unknown' | ProviderFailureCode };

/** What came of it. `ownerId`: who wanted to link itself; null for a sign-in. */
export type Arrival =
  | { readonly proved: true; readonly identity: ProviderIdentity; readonly ownerId: string | null }
  | { readonly proved: false; readonly reason: 'unusable' | ProviderFailureCode };

/** Sends somebody to a provider. `ownerId`: who wants to link itself. */
export async function leaveForProvider(
  { providerSignIns, log }: AskingContext,
  provider: IdentityProvider | undefined,
  who: { address: string; ownerId: string | null; loginHint: string | null },
): Promise<Departure> {
  const redirectUri = provider ? providerSignIns.redirectUri(provider) : null;
  if (!provider || redirectUri === null) return { begun: false, reason: 'provider_unknown' };
  const { address, ownerId, loginHint } = who;
  try {
    const { url, checks } = await providerSignIns.client.begin(provider, redirectUri, loginHint);
    const question: ProviderQuestion = { ownerId, provider: provider.name, redirectUri, checks };
    return { begun: true, url, ticket: providerSignIns.questions.open(question, address) };
  } catch (error) {
    if (!(error instanceof ProviderFailure)) throw error;
    logFailure(log, provider, error);
    return { begun: false, reason: error.code };
  }
}

/** Judges what somebody brought back. The ticket is used up by it, whatever comes out: nothing is shown twice. */
export async function returnFromProvider(
  { providerSignIns, log }: AskingContext,
  provider: IdentityProvider | undefined,
  brought: { ticket: string; query: string },
): Promise<Arrival> {
  const { questions } = providerSignIns;
  const question = questions.attempt(brought.ticket)?.value;
  const isFirst = questions.close(brought.ticket);
  if (!question || !isFirst || question.provider !== provider?.name) return refused('unusable');
  const { redirectUri, checks, ownerId } = question;
  try {
    const { query } = brought;
    const identity = await providerSignIns.client.complete(provider, { redirectUri, query, checks });
    return { proved: true, identity, ownerId };
  } catch (error) {
    if (!(error instanceof ProviderFailure)) throw error;
    logFailure(log, provider, error);
    return refused(error.code);
  }
}

function refused(reason: 'unusable' | ProviderFailureCode): Arrival {
  return { proved: false, reason };
}

function logFailure(log: AskingContext['log'], { name }: IdentityProvider, error: ProviderFailure): void {
  const detail = describeProviderFailure(error);
  log.warn({ provider: name, reason: error.code, detail }, 'a sign-in at an identity provider failed');
}
