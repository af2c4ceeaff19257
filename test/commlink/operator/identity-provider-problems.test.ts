// Identity providers in a configuration: what would vouch for too many, or could not work, is said before it is published.
import t from 'tap';
import { findIdentityProviderProblems } from '#commlink/operator/identity-provider-problems.ts';
import { completeSettings } from '#commlink/settings/complete-settings.ts';
import type { ClusterConfiguration } from '#commlink/settings/cluster-configuration.ts';
import { internalDbSettings } from '../../internal-db/support/test-cluster.ts';

const base = { issuer: 'https://id.example', clientId: 'consign', title: 'Provider' };
const customers = { ...base, for: 'customers', name: 'acme', accounts: ['acme'] };
const staff = { ...base, for: 'staff', name: 'vendor' };
const roles = { claim: 'groups', values: [{ value: 'ops', role: 'operator' }] };

const cases: Record<string, { providers: object[]; addresses?: boolean; says: RegExp[] }> = {
  'one for an account, one for staff': { providers: [customers, staff], says: [] },
  'one that could sign in as anybody': {
    providers: [{ ...customers, accounts: null }],
    says: [/sign in as anybody/],
  },
  'one for domains of whatever account': {
    providers: [{ ...customers, accounts: null, domains: ['acme.example'] }],
    says: [],
  },
  'one that would make users of no account': {
    providers: [{ ...customers, accounts: null, domains: ['acme.example'], createUsers: true }],
    says: [/one account/],
  },
  'one that would make staff of nobody knows what': {
    providers: [{ ...staff, createUsers: true }],
    says: [/nameClaim and roles/],
  },
  'one that makes staff': {
    providers: [{ ...staff, createUsers: true, nameClaim: 'preferred_username', roles }],
    says: [],
  },
  'two of one name': {
    providers: [customers, { ...staff, name: 'acme' }],
    says: [/two providers called acme/],
  },
  'scopes that name nobody': { providers: [{ ...customers, scopes: ['email'] }], says: [/"openid"/] },
  'no address to come back to': {
    providers: [customers, staff],
    addresses: false,
    says: [/set portalUrl/, /set console\/publicUrl/],
  },
};

for (const [what, { providers, addresses = true, says }] of Object.entries(cases)) {
  t.test(what, async (t) => {
    const before = internalDbSettings();
    const settings = completeSettings('internal-db', {
      ...before,
      portalUrl: addresses ? 'https://portal.example' : null,
      console: { ...before.console, publicUrl: addresses ? 'https://console.example' : null },
      identityProviders: providers,
    });
    const nodes: ClusterConfiguration['nodes'] = { db1: { role: 'internal-db', settings } };
    const found = findIdentityProviderProblems({ nodes } as ClusterConfiguration);
    t.equal(found.length, says.length, JSON.stringify(found));
    says.forEach((words, index) => t.match(found[index]?.message, words));
  });
}

t.test('what is not said of a provider is the careful choice', async (t) => {
  const { identityProviders } = completeSettings('internal-db', {
    ...internalDbSettings(),
    identityProviders: [customers],
  });
  t.match(identityProviders, [
    { secondFactor: 'claims', createUsers: false, required: false, shown: false, allowedNetworks: [] },
  ]);
});

t.test('an issuer in clear is no setting', async (t) => {
  const settings = {
    ...internalDbSettings(),
    identityProviders: [{ ...customers, issuer: 'http://id.example' }],
  };
  t.throws(() => completeSettings('internal-db', settings), { code: 'SCHEMA_MISMATCH' });
});
