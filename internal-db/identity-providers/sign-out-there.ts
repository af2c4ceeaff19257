// Where somebody who signs out here can sign out at the provider, too (OpenID Connect RP-Initiated Logout 1.0). Asked for before
// the session is ended. A provider that can't be asked now is left out: the sign-out here does not wait for it.
import type { ServiceContext } from '../service-context.ts';
import { describeProviderFailure } from './provider-failure.ts';

/** The provider's title, and the address that ends its session. */
export interface ProviderSignOut {
  readonly title: string;
  readonly url: string;
}

/** For the session with this hash; null when no provider opened it, or that one has no sign-out. */
export async function findSignOut(
  { store, providerSignIns, log }: Pick<ServiceContext, 'store' | 'providerSignIns' | 'log'>,
  sessionHash: Uint8Array,
): Promise<ProviderSignOut | null> {
  const session = await store.read.identityLinks.providerSession(sessionHash);
  const all = [...providerSignIns.forCustomers(), ...providerSignIns.forStaff()];
  const provider = all.find(({ name }) => name === session?.provider);
  const returnTo = provider ? providerSignIns.signInPage(provider) : null;
  if (!session || !provider || returnTo === null) return null;
  try {
    const idToken = await providerSignIns.openIdToken(session);
    const url = await providerSignIns.client.signOutUrl(provider, { idToken, returnTo });
    return url === null ? null : { title: provider.title, url };
  } catch (error) {
    log.warn(
      { provider: provider.name, detail: describeProviderFailure(error) },
      'no sign-out at the provider',
    );
    return null;
  }
}
