// Who may not come in with a password or a passkey of ours any more, since the settings require a provider for them: whoever
// leaves the customer, and is ended at its provider, gets in with neither. Tokens, SSH keys and open sessions go on until they are
// ended here. Called at every door that takes a password.
import type { ProviderTitle } from '#commlink/methods/people-fields.ts';
import type { CustomerIdentityProvider } from '#commlink/settings/identity-provider-settings.ts';
import type { ServiceContext } from '../service-context.ts';
import type { AccountRecord, UserRecord } from '../store/accounts.ts';
import { servesAccount, vouchesFor } from './provider-identity.ts';

type RequiringContext = Pick<ServiceContext, 'providerSignIns' | 'store'>;

/** The provider that a customer's user must come by: that of its account and of its address's domain. Null: none. */
export function requiredProvider(
  { providerSignIns }: Pick<RequiringContext, 'providerSignIns'>,
  { user, account }: { user: Pick<UserRecord, 'email'>; account: Pick<AccountRecord, 'name'> },
): ProviderTitle | null {
  const found = providerSignIns
    .forCustomers()
    .find(
      (provider) =>
        provider.required && servesAccount(provider, account.name) && speaksFor(provider, user.email),
    );
  return found ? { name: found.name, title: found.title } : null;
}

/** Without an address: one of an account's own that speaks for all of its people. */
function speaksFor(provider: CustomerIdentityProvider, email: string | null): boolean {
  if (email !== null) return vouchesFor(provider, email);
  return provider.accounts !== null && provider.domains.length === 0;
}

/**
 * The provider that a member of staff must come by: one that it is linked to. Who is not linked keeps the password, so that
 * somebody gets in while the provider is away.
 */
export async function requiredStaffProvider(
  { providerSignIns, store }: RequiringContext,
  staffId: string,
): Promise<ProviderTitle | null> {
  const required = providerSignIns.forStaff().filter((provider) => provider.required);
  if (required.length === 0) return null;
  const links = await store.read.identityLinks.linksOf(staffId);
  const found = required.find(({ issuer }) => links.some((link) => link.issuer === issuer));
  return found ? { name: found.name, title: found.title } : null;
}
