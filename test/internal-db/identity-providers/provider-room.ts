// A running internal-db with a real provider for acme's people, and the ways through it that a browser takes.
import type { ParamsOf, ResultOf } from '#commlink/method-table.ts';
import type { internalDbMethods } from '#commlink/methods/internal-db-methods.ts';
import type { CustomerIdentityProvider } from '#commlink/settings/identity-provider-settings.ts';
import { startIdentityProvider, type RunningProvider } from '../../rig/identity-provider.ts';
import { address, portalUrl, startPeopleRoom } from '../support/people-room.ts';
import type { Teardown } from '../support/running-room.ts';

type Table = typeof internalDbMethods;
type Begun = Extract<ResultOf<Table, 'identity.begin'>, { reason: 'begun' }>;
type Finished = ResultOf<Table, 'identity.finish'>;

/** A room with a provider called `acme`; `change` is laid over its settings. */
export async function startProviderRoom(t: Teardown, change: Partial<CustomerIdentityProvider> = {}) {
  const provider = await startIdentityProvider(t, {
    redirectUris: [`${portalUrl}/sign-in/return/acme`, `${portalUrl}/sign-in/return/other`],
    afterSignOut: [`${portalUrl}/sign-in`],
  });
  const acme = { ...settingsFor(provider), ...change };
  const room = await startPeopleRoom(t, { identityProviders: [acme, { ...acme, name: 'other' }] });
  await room.addMember('kim', 'downloader');
  provider.people.set('kim', {
    email: 'kim@acme.test',
    email_verified: true,
    name: 'Kim Possible',
  });
  const call: typeof room.webFront.call = (method, params) => room.webFront.call(method, params);
  const begin = async (name = 'acme'): Promise<Begun> => {
    const begun = await call('identity.begin', { provider: name, email: null, address });
    if (begun.reason !== 'begun') throw new Error(`not begun: ${begun.reason}`);
    return begun;
  };
  const finish = (
    brought: { ticket: string; back: URL } & Partial<ParamsOf<Table, 'identity.finish'>>,
  ): Promise<Finished> => {
    const { back, ...rest } = brought;
    const query = back.search.slice(1);
    return call('identity.finish', {
      provider: 'acme',
      query,
      language: 'en',
      address,
      client: null,
      ...rest,
    });
  };
  const signIn = async (person: string): Promise<Finished> => {
    const { url, ticket } = await begin();
    return await finish({ ticket, back: await provider.visit(url, person) });
  };
  /** From now on the provider is the only way in for its people; those who are there have passwords. */
  const requireProvider = (): void => {
    const { identityProviders } = room.services.context.settings();
    for (const one of identityProviders) Object.assign(one, { required: true });
  };
  return { ...room, provider, begin, finish, signIn, requireProvider };
}

/** All that runs. */
export type ProviderRoom = Awaited<ReturnType<typeof startProviderRoom>>;

/** The settings of acme's provider. */
export function settingsFor(provider: RunningProvider): CustomerIdentityProvider {
  const { issuer, clientId, clientSecretFile, authorityFile } = provider;
  return {
    name: 'acme',
    title: 'Acme sign-in',
    issuer,
    clientId,
    clientSecretFile,
    clientAuthentication: 'basic',
    authorityFile,
    allowedNetworks: ['127.0.0.0/8', '::1'],
    scopes: ['openid', 'email', 'profile'],
    secondFactor: 'claims',
    acrValues: [],
    createUsers: false,
    required: false,
    for: 'customers',
    accounts: ['acme'],
    domains: ['acme.test'],
    shown: true,
  };
}
