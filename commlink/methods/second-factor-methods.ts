// Second factors of a customer's person: time-based codes (RFC 6238), recovery codes, and passkeys (WebAuthn level 3),
// and the second step of a sign-in. Spread into internalDbMethods. Options for the browser, and what it answers, travel
// as JSON texts: the WebAuthn library on one side and the browser on the other know their form.
import { method } from '../method-table.ts';
import { Type, strictObject, type Static } from '../schema.ts';
import { customerCall, withSession } from './customer-call.ts';
import { Address, AtMs, Id, Line, Secret } from './fields.ts';
import {
  ClientName,
  PersonName,
  ProviderTitle,
  TypedPassword,
  answerWithSession,
  outcome,
  outcomeWithSession,
} from './people-fields.ts';
import { OpenedSession } from './session-owner.ts';

/** JSON of PublicKeyCredentialCreationOptions or …RequestOptions, as `parse…OptionsFromJSON` of a browser takes it. */
export const PasskeyOptions = Type.String({ minLength: 2, maxLength: 16_384 });
/** JSON of a browser's PublicKeyCredential, as its `toJSON` makes it. */
export const PasskeyResponse = Type.String({ minLength: 2, maxLength: 16_384 });
/** A question that was asked, and is answered once. */
export const Challenge = Secret;

/** What may be shown in the second step. */
export const SecondStep = strictObject({
  challenge: Challenge,
  totp: Type.Boolean(),
  recoveryCodes: Type.Boolean(),
  /** Options for the browser; null when the person has no passkey. */
  passkey: Type.Union([PasskeyOptions, Type.Null()]),
});
export type SecondStep = Static<typeof SecondStep>;

/** What proves the second factor. */
export const FactorProof = Type.Union([
  strictObject({ kind: Type.Literal('totp'), code: Type.String({ maxLength: 32 }) }),
  strictObject({ kind: Type.Literal('recovery'), code: Type.String({ maxLength: 64 }) }),
  strictObject({ kind: Type.Literal('passkey'), response: PasskeyResponse }),
]);
export type FactorProof = Static<typeof FactorProof>;

/** Passkeys that a person may have. */
export const passkeysMax = 20;

/** A passkey as its owner sees it. */
export const Passkey = strictObject({
  id: Id,
  name: Line,
  createdAtMs: AtMs,
  lastUsedAtMs: Type.Union([AtMs, Type.Null()]),
});
export type Passkey = Static<typeof Passkey>;

/** What a person has switched on. */
export const SecondFactors = strictObject({
  totpSinceMs: Type.Union([AtMs, Type.Null()]),
  recoveryCodesLeft: Type.Integer({ minimum: 0 }),
  passkeys: Type.Array(Passkey, { maxItems: passkeysMax }),
  /** Whether the vendor's portal has a name that passkeys can be bound to. */
  passkeysPossible: Type.Boolean(),
});
export type SecondFactors = Static<typeof SecondFactors>;

/** Codes that replace the second factor once each; shown only now. Null: the person's older ones stay. */
const RecoveryCodes = Type.Union([
  Type.Array(Type.String({ maxLength: 32 }), { minItems: 1, maxItems: 20 }),
  Type.Null(),
]);

/** The rows. */
export const secondFactorMethods = {
  /** The options for a sign-in with a passkey alone. */
  'passkey.beginSignIn': method({
    ...customerCall,
    mutates: false,
    params: strictObject({ address: Address }),
    result: outcome({ challenge: Challenge, options: PasskeyOptions }),
  }),
  /** The second step of a sign-in, or the only one with a passkey. Wrong codes leave the challenge for some more tries. */
  'session.finish': method({
    ...customerCall,
    mutates: true,
    params: strictObject({
      challenge: Challenge,
      proof: FactorProof,
      address: Address,
      client: ClientName,
    }),
    result: Type.Union([
      OpenedSession,
      /** A passkey alone is not enough: this person comes by way of its organization's provider. */
      strictObject({
        opened: Type.Literal(false),
        reason: Type.Literal('provider_required'),
        retryAfterMs: Type.Literal(0),
        provider: ProviderTitle,
      }),
      strictObject({
        opened: Type.Literal(false),
        reason: Type.Union([
          Type.Literal('code_wrong'),
          /** The challenge is used up or too old: begin again with the password. */
          Type.Literal('unusable'),
          Type.Literal('throttled'),
          Type.Literal('suspended'),
          Type.Literal('banned'),
        ]),
        retryAfterMs: Type.Integer({ minimum: 0 }),
      }),
    ]),
  }),
  'secondFactor.describe': method({
    ...customerCall,
    mutates: false,
    params: strictObject(withSession),
    result: answerWithSession({ factors: SecondFactors }),
  }),
  /** A new secret, which counts only once a code of it was shown. One that is on already is replaced then. */
  'totp.begin': method({
    ...customerCall,
    mutates: false,
    params: strictObject({ ...withSession, password: TypedPassword }),
    result: outcomeWithSession({
      challenge: Challenge,
      uri: Type.String({ maxLength: 1024 }),
      /** Base32, as it is typed into an app by hand. */
      secret: Type.String({ maxLength: 64 }),
    }),
  }),
  'totp.confirm': method({
    ...customerCall,
    mutates: true,
    params: strictObject({ ...withSession, challenge: Challenge, code: Type.String({ maxLength: 32 }) }),
    result: outcomeWithSession({ recoveryCodes: RecoveryCodes }),
  }),
  'totp.remove': method({
    ...customerCall,
    mutates: true,
    params: strictObject({ ...withSession, password: TypedPassword }),
    result: outcomeWithSession({}),
  }),
  /** New codes; the older ones are void. */
  'recoveryCodes.renew': method({
    ...customerCall,
    mutates: true,
    params: strictObject({ ...withSession, password: TypedPassword }),
    result: outcomeWithSession({ recoveryCodes: RecoveryCodes }),
  }),
  'passkey.beginRegistration': method({
    ...customerCall,
    mutates: false,
    params: strictObject({ ...withSession, password: TypedPassword }),
    result: outcomeWithSession({ challenge: Challenge, options: PasskeyOptions }),
  }),
  'passkey.register': method({
    ...customerCall,
    mutates: true,
    params: strictObject({
      ...withSession,
      challenge: Challenge,
      response: PasskeyResponse,
      name: PersonName,
    }),
    result: outcomeWithSession({ passkey: Passkey, recoveryCodes: RecoveryCodes }),
  }),
  'passkey.remove': method({
    ...customerCall,
    mutates: true,
    params: strictObject({ ...withSession, id: Id, password: TypedPassword }),
    result: outcomeWithSession({}),
  }),
} as const;
