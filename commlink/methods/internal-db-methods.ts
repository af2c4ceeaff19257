// What a web-front may ask of internal-db, over the commlink. Every call made for a customer carries that customer's
// session (or personal token); there is no method that lists accounts, users or entitlements.
import { method } from '../method-table.ts';
import { Type, strictObject, type Static } from '../schema.ts';
import { catalogMethods } from './catalog-methods.ts';
import { SessionRefusal, customerCall, withSession } from './customer-call.ts';
import { deliveryMethods } from './delivery-methods.ts';
import { idempotencyMethods } from './idempotency-methods.ts';
import { Address, AtMs, Id, Line, NodeId, Secret, SealedSlice, SignedText } from './fields.ts';
import { fleetMethods } from './fleet-methods.ts';
import { ProviderUrl, identityMethods } from './identity-methods.ts';
import { ClientName, ProviderTitle } from './people-fields.ts';
import { KeyRefusal } from './key-refusal.ts';
import { peopleMethods } from './people-methods.ts';
import { portalViewMethods } from './portal-view-methods.ts';
import { SecondStep } from './second-factor-methods.ts';
import { OpenedSession, SessionOwner, TokenScopes } from './session-owner.ts';

/** A personal token as its owner sees it; the secret is shown once, at creation. */
export const PersonalToken = strictObject({
  id: Id,
  name: Line,
  scopes: TokenScopes,
  createdAtMs: AtMs,
  expiresAtMs: AtMs,
  lastUsedAtMs: Type.Union([AtMs, Type.Null()]),
});
export type PersonalToken = Static<typeof PersonalToken>;

/** A public SSH key as its owner sees it. */
export const SshKey = strictObject({
  id: Id,
  name: Line,
  /** The name that its wire form begins with: `ssh-ed25519`, `ecdsa-sha2-nistp256`, `ssh-rsa`. */
  keyType: Type.String({ maxLength: 64 }),
  keyBits: Type.Integer({ minimum: 1 }),
  /** As ssh-keygen -l shows it: `SHA256:` and 43 characters. */
  fingerprint: Type.String({ pattern: '^SHA256:[A-Za-z0-9+/]{43}$' }),
  createdAtMs: AtMs,
  /** Null: it does not end by itself. */
  expiresAtMs: Type.Union([AtMs, Type.Null()]),
  lastUsedAtMs: Type.Union([AtMs, Type.Null()]),
});
export type SshKey = Static<typeof SshKey>;

/** For the cluster's own bookkeeping: always. */
const housekeeper = { callers: ['web-front'] as const, deadlineMs: 10_000 };
/** Sealed credentials: base64url of HPKE encapsulated key and ciphertext of a LoginAttempt. */
export const SealedLogin = Type.String({ minLength: 60, maxLength: 8192, pattern: '^[A-Za-z0-9_-]+$' });

/** Parameters and result that a relay passes on unseen; shared with web-front-methods.ts. */
export const relayedMessages = {
  login: {
    params: strictObject({ node: NodeId, sealed: SealedLogin }),
    result: strictObject({ answer: SignedText }),
  },
  report: {
    params: strictObject({ node: NodeId, reports: Type.Array(SignedText, { minItems: 1, maxItems: 50 }) }),
    /** A signed ReportReceipt: what is durable in the database now. */
    result: strictObject({ receipt: SignedText }),
  },
  /** Asks, with a signed ArtifactRequest, for a part of an artifact. */
  artifact: {
    params: strictObject({ node: NodeId, request: SignedText }),
    result: strictObject({ sealed: SealedSlice }),
  },
  reconcile: {
    params: strictObject({ node: NodeId, statement: SignedText }),
    /** An unstage order for those of the statement that are no longer live; null when all are. */
    result: strictObject({ order: Type.Union([SignedText, Type.Null()]) }),
  },
} as const;

/** The table. Refusals of the business are results; errors are RpcError codes. */
export const internalDbMethods = {
  ...catalogMethods,
  ...peopleMethods,
  ...identityMethods,
  'session.open': method({
    ...customerCall,
    mutates: true,
    params: strictObject({
      username: Type.String({ maxLength: 128 }),
      password: Type.String({ maxLength: 256 }),
      address: Address,
      client: Type.Optional(ClientName),
    }),
    result: Type.Union([
      OpenedSession,
      /** The password was right; `session.finish` answers the challenge. */
      strictObject({
        opened: Type.Literal(false),
        reason: Type.Literal('second_factor'),
        retryAfterMs: Type.Literal(0),
        step: SecondStep,
      }),
      /** The password was right, and is not enough: this person comes by way of its organization's provider. */
      strictObject({
        opened: Type.Literal(false),
        reason: Type.Literal('provider_required'),
        retryAfterMs: Type.Literal(0),
        provider: ProviderTitle,
      }),
      strictObject({
        opened: Type.Literal(false),
        reason: Type.Union([
          Type.Literal('credentials'),
          Type.Literal('throttled'),
          Type.Literal('suspended'),
          /** Too many failed logins came from the address, or an operator banned it. */
          Type.Literal('banned'),
        ]),
        retryAfterMs: Type.Integer({ minimum: 0 }),
      }),
    ]),
  }),
  'session.describe': method({
    ...customerCall,
    mutates: false,
    params: strictObject(withSession),
    result: Type.Union([strictObject({ valid: Type.Literal(true), owner: SessionOwner }), SessionRefusal]),
  }),
  'session.close': method({
    ...customerCall,
    mutates: true,
    params: strictObject(withSession),
    result: strictObject({
      closed: Type.Boolean(),
      /** Where the provider that it was opened by way of ends its own session; null when there is none. */
      provider: Type.Union([strictObject({ title: Line, url: ProviderUrl }), Type.Null()]),
    }),
  }),
  'token.create': method({
    ...customerCall,
    mutates: true,
    params: strictObject({
      ...withSession,
      name: Type.String({ minLength: 1, maxLength: 100 }),
      lifetimeMs: Type.Integer({ minimum: 60_000, maximum: 366 * 86_400_000 }),
      /** Without it, all of them. */
      scopes: Type.Optional(TokenScopes),
    }),
    result: Type.Union([
      strictObject({ valid: Type.Literal(true), secret: Secret, token: PersonalToken }),
      SessionRefusal,
    ]),
  }),
  'token.list': method({
    ...customerCall,
    mutates: false,
    params: strictObject(withSession),
    result: Type.Union([
      strictObject({ valid: Type.Literal(true), tokens: Type.Array(PersonalToken, { maxItems: 200 }) }),
      SessionRefusal,
    ]),
  }),
  'token.revoke': method({
    ...customerCall,
    mutates: true,
    params: strictObject({ ...withSession, id: Id }),
    result: Type.Union([
      strictObject({ valid: Type.Literal(true), revoked: Type.Boolean() }),
      SessionRefusal,
    ]),
  }),
  /** Puts in a public key, given as OpenSSH's line; without a name it is called as the line's comment says. */
  'sshKey.add': method({
    ...customerCall,
    mutates: true,
    params: strictObject({
      ...withSession,
      line: Type.String({ maxLength: 12_000 }),
      name: Type.Union([Type.String({ minLength: 1, maxLength: 100 }), Type.Null()]),
      /** Without it, the key does not end by itself. */
      lifetimeMs: Type.Optional(Type.Integer({ minimum: 60_000, maximum: 3660 * 86_400_000 })),
    }),
    result: Type.Union([
      strictObject({ valid: Type.Literal(true), added: Type.Literal(true), key: SshKey }),
      strictObject({ valid: Type.Literal(true), added: Type.Literal(false), ...KeyRefusal.properties }),
      SessionRefusal,
    ]),
  }),
  'sshKey.list': method({
    ...customerCall,
    mutates: false,
    params: strictObject(withSession),
    result: Type.Union([
      strictObject({ valid: Type.Literal(true), keys: Type.Array(SshKey, { maxItems: 200 }) }),
      SessionRefusal,
    ]),
  }),
  'sshKey.remove': method({
    ...customerCall,
    mutates: true,
    params: strictObject({ ...withSession, id: Id }),
    result: Type.Union([
      strictObject({ valid: Type.Literal(true), removed: Type.Boolean() }),
      SessionRefusal,
    ]),
  }),
  ...deliveryMethods,
  ...fleetMethods,
  ...idempotencyMethods,
  ...portalViewMethods,
  'login.decide': method({ ...customerCall, mutates: true, ...relayedMessages.login }),
  'node.report': method({ ...housekeeper, mutates: true, ...relayedMessages.report }),
  'node.reconcile': method({ ...housekeeper, mutates: true, ...relayedMessages.reconcile }),
  'artifact.read': method({ ...housekeeper, mutates: false, ...relayedMessages.artifact }),
} as const;
