// Other places where people may prove who they are: OpenID Connect providers, of the vendor for its staff, and of customers
// (or of a service that they use) for theirs. Callers: internal-db, which alone speaks with them; the operator's side, which
// checks what a schema can't (identity-provider-problems.ts).
import { StaffRole } from '../methods/administration-fields.ts';
import { Slug } from '../methods/fields.ts';
import { Type, strictObject, type Static } from '../schema.ts';
import { IpNetwork } from './link-settings.ts';

const Word = Type.String({ minLength: 1, maxLength: 256 });
const FileName = Type.Union([Type.String({ minLength: 1, maxLength: 4096, pattern: '^/' }), Type.Null()], {
  default: null,
});

/** The domain of an e-mail address, in lower case. */
const EmailDomain = Type.String({
  pattern: '^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$',
  maxLength: 253,
});

/** What all providers have. */
const common = {
  /** Stands in the address that the provider sends people back to, and in the audit log. */
  name: Slug,
  /** What the button says. */
  title: Type.String({ minLength: 1, maxLength: 60, pattern: '^[^\\u0000-\\u001f\\u007f]+$' }),
  /** As the provider writes it; its description is at `<issuer>/.well-known/openid-configuration`. */
  issuer: Type.String({ pattern: '^https://[^\\s?#]+$', maxLength: 512 }),
  clientId: Word,
  /** The file (0600) on internal-db's machine that holds the client's secret; null for a client without one (PKCE alone). */
  clientSecretFile: FileName,
  /** How the secret is shown; most providers take either. */
  clientAuthentication: Type.Union([Type.Literal('basic'), Type.Literal('post')], { default: 'basic' }),
  /** A file with the authority's certificate, where the machine does not know it. */
  authorityFile: FileName,
  /** Networks that the provider may be in although they are not public. */
  allowedNetworks: Type.Array(IpNetwork, { maxItems: 16, default: [] }),
  scopes: Type.Array(Word, { maxItems: 16, default: ['openid', 'email', 'profile'] }),
  /**
   * Whose second factor counts: `ours` is asked for always; `claims`: ours, unless the provider says (`amr` has `mfa`, or
   * `acr` is one of `acrValues`) that it asked for one; `theirs`: the provider's sign-in is enough.
   */
  secondFactor: Type.Union([Type.Literal('ours'), Type.Literal('claims'), Type.Literal('theirs')], {
    default: 'claims',
  }),
  acrValues: Type.Array(Word, { maxItems: 16, default: [] }),
  /** Whether somebody who is unknown here becomes a user at the first sign-in. */
  createUsers: Type.Boolean({ default: false }),
  /** Whether the people whom it is for can't sign in with a password or a passkey of ours any more. */
  required: Type.Boolean({ default: false }),
} as const;

/** A provider for customers' people. It vouches for the accounts and e-mail domains that are named, and for nobody else. */
export const CustomerIdentityProvider = strictObject({
  ...common,
  for: Type.Literal('customers'),
  /** The accounts whose people it may sign in; null: any. */
  accounts: Type.Union([Type.Array(Slug, { minItems: 1, maxItems: 100 }), Type.Null()], { default: null }),
  /** The domains of e-mail addresses that it may vouch for; empty: any. */
  domains: Type.Array(EmailDomain, { maxItems: 100, default: [] }),
  /** Whether its button is on everybody's sign-in page; else who types an address of one of its domains is led to it. */
  shown: Type.Boolean({ default: false }),
});
export type CustomerIdentityProvider = Static<typeof CustomerIdentityProvider>;

/** The vendor's own provider for its staff. */
export const StaffIdentityProvider = strictObject({
  ...common,
  for: Type.Literal('staff'),
  /** The claim that is a member's name here, so that somebody is known at the first sign-in; null: people link themselves. */
  nameClaim: Type.Union([Word, Type.Null()], { default: null }),
  /** The claim that says the role, a text or a list; the first row that fits counts, at each sign-in. Null: roles are given here. */
  roles: Type.Union(
    [
      strictObject({
        claim: Word,
        values: Type.Array(strictObject({ value: Word, role: StaffRole }), { minItems: 1, maxItems: 32 }),
      }),
      Type.Null(),
    ],
    { default: null },
  ),
});
export type StaffIdentityProvider = Static<typeof StaffIdentityProvider>;

/** One provider. */
export const IdentityProvider = Type.Union([CustomerIdentityProvider, StaffIdentityProvider]);
export type IdentityProvider = Static<typeof IdentityProvider>;

/** All of them. */
export const IdentityProviders = Type.Array(IdentityProvider, { maxItems: 50, default: [] });
