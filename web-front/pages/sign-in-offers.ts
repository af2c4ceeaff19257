// The identity providers that a sign-in page offers: asked of internal-db for each page, so that the page is there, with the
// password alone, when internal-db is away. Called by every route that shows the page.
import type { ProviderTitle } from '#commlink/methods/people-fields.ts';
import { PortalProblem } from '../portal-problem.ts';
import type { PortalServices } from '../portal-services.ts';

/** What is offered beside the password. */
export interface SignInOffers {
  readonly providers: readonly ProviderTitle[];
  /** Whether there are more for who gives an e-mail address. */
  readonly byAddress: boolean;
  /** The address that was given; null when none was. */
  readonly email: string | null;
}

/** Asks for them; with an address, for those of its domain, too. */
export async function loadOffers(
  { internalDb }: Pick<PortalServices, 'internalDb'>,
  email: string | null = null,
): Promise<SignInOffers> {
  try {
    const { providers, byAddress } = await internalDb.call('identity.providers', { email });
    return { providers, byAddress, email };
  } catch (error) {
    const isAway = error instanceof PortalProblem && awayCodes.has(error.code);
    if (!isAway) throw error;
    return { providers: [], byAddress: false, email };
  }
}

/** The same, with the provider that somebody must come by if that is why the sign-in was refused. */
export function offerRequired(
  offers: SignInOffers,
  refused: { readonly reason: string; readonly provider?: ProviderTitle },
): SignInOffers {
  const { provider } = refused;
  const isOffered = offers.providers.some(({ name }) => name === provider?.name);
  return !provider || isOffered ? offers : { ...offers, providers: [provider, ...offers.providers] };
}

const awayCodes: ReadonlySet<string> = new Set(['service_unavailable', 'try_again']);
