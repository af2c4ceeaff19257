// What a web-front may ask of internal-db about signing in by way of an identity provider (OpenID Connect), and about a person's
// links to one. internal-db speaks with the provider; the web-front sends the browser there and passes on what it brings back,
// of which neither is of any use without what internal-db keeps. Spread into internalDbMethods.
import { method } from '../method-table.ts';
import { Type, strictObject, type Static } from '../schema.ts';
import { customerCall, withSession } from './customer-call.ts';
import { Address, AtMs, Id, Line, Secret, Slug } from './fields.ts';
import {
  ClientName,
  EmailAddress,
  Language,
  ProviderTitle,
  TypedPassword,
  answerWithSession,
  outcomeWithSession,
} from './people-fields.ts';
import { SecondStep } from './second-factor-methods.ts';
import { OpenedSession } from './session-owner.ts';

/** What a provider may add to the address that it sends somebody back to. */
export const providerQueryCharactersMax = 4096;

/** An address of a provider's, with what it is asked. */
export const ProviderUrl = Type.String({ pattern: '^https://', maxLength: 16_384 });

/** Where to send the browser, and what it must bring back beside the provider's answer. */
const departure = { url: ProviderUrl, ticket: Secret };

/** Why a way through a provider ended. */
export const ProviderRefusalReason = Type.Union([
  /** There is no such provider (any more), or nowhere for it to send people back to. */
  Type.Literal('provider_unknown'),
  Type.Literal('provider_down'),
  /** It says no: the person cancelled, or may not. */
  Type.Literal('provider_refused'),
  /** What came back was made for something else, or is not what the provider signs. */
  Type.Literal('answer_wrong'),
  /** The ticket is unknown, was used, or is too old. */
  Type.Literal('unusable'),
  /** Nobody here is the person, and nobody invited them. */
  Type.Literal('unknown_person'),
  Type.Literal('email_unverified'),
  /** Its address is in several accounts: a link says which one is meant. */
  Type.Literal('several'),
  /** Somebody else is linked to that person there. */
  Type.Literal('linked_already'),
  /** Whom the address names here is linked to somebody else there. */
  Type.Literal('linked_otherwise'),
  Type.Literal('suspended'),
  Type.Literal('banned'),
]);
export type ProviderRefusalReason = Static<typeof ProviderRefusalReason>;

const Refused = strictObject({
  opened: Type.Literal(false),
  reason: ProviderRefusalReason,
  retryAfterMs: Type.Integer({ minimum: 0 }),
});

/** Links that a person may have. */
export const identityLinksMax = 20;

/** A link as its owner sees it. */
export const IdentityLink = strictObject({
  id: Id,
  /** As the provider is called now; its issuer, when none of the settings is it any more. */
  title: Line,
  createdAtMs: AtMs,
  lastUsedAtMs: Type.Union([AtMs, Type.Null()]),
});
export type IdentityLink = Static<typeof IdentityLink>;

/** The rows. */
export const identityMethods = {
  /** The providers on everybody's sign-in page, and those for an address. The same whether somebody has that address or not. */
  'identity.providers': method({
    ...customerCall,
    mutates: false,
    params: strictObject({ email: Type.Union([EmailAddress, Type.Null()]) }),
    result: strictObject({
      providers: Type.Array(ProviderTitle, { maxItems: 50 }),
      /** Whether there are more, for addresses of some domains. */
      byAddress: Type.Boolean(),
    }),
  }),
  'identity.begin': method({
    ...customerCall,
    mutates: false,
    params: strictObject({
      provider: Slug,
      email: Type.Union([EmailAddress, Type.Null()]),
      address: Address,
    }),
    result: Type.Union([
      strictObject({ opened: Type.Literal(false), reason: Type.Literal('begun'), ...departure }),
      Refused,
    ]),
  }),
  /** What the browser brought back: a session, a second step, a link that was made, or why not. */
  'identity.finish': method({
    ...customerCall,
    deadlineMs: 20_000,
    mutates: true,
    params: strictObject({
      provider: Slug,
      ticket: Secret,
      query: Type.String({ maxLength: providerQueryCharactersMax }),
      language: Language,
      address: Address,
      client: ClientName,
    }),
    result: Type.Union([
      OpenedSession,
      strictObject({ opened: Type.Literal(false), reason: Type.Literal('linked') }),
      /** `session.finish` answers the challenge. */
      strictObject({
        opened: Type.Literal(false),
        reason: Type.Literal('second_factor'),
        username: Slug,
        step: SecondStep,
      }),
      Refused,
    ]),
  }),
  'identity.describe': method({
    ...customerCall,
    mutates: false,
    params: strictObject(withSession),
    result: answerWithSession({
      links: Type.Array(IdentityLink, { maxItems: identityLinksMax }),
      /** The providers that the caller could link itself to. */
      offered: Type.Array(ProviderTitle, { maxItems: 50 }),
    }),
  }),
  /** Sends the caller to a provider to be linked to who it is there; `identity.finish` makes the link. */
  'identity.beginLink': method({
    ...customerCall,
    mutates: true,
    params: strictObject({ ...withSession, provider: Slug, password: TypedPassword, address: Address }),
    result: outcomeWithSession({ ...departure, title: Line }),
  }),
  'identity.unlink': method({
    ...customerCall,
    mutates: true,
    params: strictObject({ ...withSession, id: Id, password: TypedPassword }),
    result: outcomeWithSession({}),
  }),
} as const;
