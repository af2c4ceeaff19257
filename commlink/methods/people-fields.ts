// What the methods about a customer's people have in common: addresses, roles, languages, and how a wish is refused.
// Used by people-methods.ts and second-factor-methods.ts, by the services behind them, and by the pages.
import { Type, strictObject, type Static } from '../schema.ts';
import { SessionRefusal } from './customer-call.ts';
import { Line, Slug } from './fields.ts';

/** Characters of a password that somebody chooses: NIST SP 800-63B-4, section 3.1.1.2 asks for 15, or 8 with a second factor. */
export const passwordCharacters = { min: 12, max: 256 } as const;

/** The languages of pages and mails. */
export const Language = Type.Union([Type.Literal('en'), Type.Literal('de')]);
export type Language = Static<typeof Language>;

/** What a person may do: owners manage the people and see everybody's downloads; downloaders see their own. */
export const UserRole = Type.Union([Type.Literal('owner'), Type.Literal('downloader')]);
export type UserRole = Static<typeof UserRole>;

/** An e-mail address as HTML's `<input type=email>` takes it: no spaces, no line ends, no display name. */
export const EmailAddress = Type.String({
  minLength: 3,
  maxLength: 254,
  pattern:
    "^[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(?:\\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*$",
});

/** What a person is called, without control characters. */
export const PersonName = Type.String({
  minLength: 1,
  maxLength: 100,
  pattern: '^[^\\u0000-\\u001f\\u007f]+$',
});

/** A password as it was typed; whether it is good enough is the service's to say. */
export const TypedPassword = Type.String({ maxLength: passwordCharacters.max });

/** The secret of a link that was mailed. */
export const LinkToken = Type.String({ minLength: 1, maxLength: 128 });

/** What a browser calls itself, to tell sessions apart; null when it says nothing. */
export const ClientName = Type.Union([Type.String({ maxLength: 300 }), Type.Null()]);

/** A user as sessions and member lists show it. */
export const PersonIdentity = { name: Slug, displayName: Line, role: UserRole } as const;

/** Why a wish was refused; `explanation` says it in English, for callers of the API. */
export const PeopleRefusalReason = Type.Union([
  /** The password that proves who asks is wrong, or (throttled) may not be tried now: `retryAfterMs` says until when. */
  Type.Literal('password_wrong'),
  Type.Literal('throttled'),
  /** The sign-in was too long ago for this: the password is asked for, too. */
  Type.Literal('proof_needed'),
  /** The new password is too short, or is made of what everybody knows. */
  Type.Literal('password_weak'),
  Type.Literal('name_taken'),
  Type.Literal('name_unusable'),
  /** Somebody in this account has that address already. */
  Type.Literal('address_taken'),
  /** An account keeps at least one owner. */
  Type.Literal('last_owner'),
  Type.Literal('not_found'),
  Type.Literal('too_many'),
  /** A code, or an authenticator's answer, that does not fit or was used before. */
  Type.Literal('code_wrong'),
  /** A link or a challenge that is unknown, was used, or is too old: all look the same. */
  Type.Literal('unusable'),
  /** Mails, or passkeys, are not set up by the vendor. */
  Type.Literal('mail_off'),
  Type.Literal('passkeys_off'),
  /** An identity provider can't be reached; or it is the only way in, and can't be unlinked. */
  Type.Literal('provider_down'),
  Type.Literal('provider_required'),
]);
export type PeopleRefusalReason = Static<typeof PeopleRefusalReason>;

/** A wish that was not fulfilled. */
export const PeopleRefusal = strictObject({
  done: Type.Literal(false),
  reason: PeopleRefusalReason,
  explanation: Line,
  /** When it makes sense to try again; 0 when waiting does not help. */
  retryAfterMs: Type.Integer({ minimum: 0 }),
});
export type PeopleRefusal = Static<typeof PeopleRefusal>;

/** An identity provider as people see it. */
export const ProviderTitle = strictObject({ name: Slug, title: Line });
export type ProviderTitle = Static<typeof ProviderTitle>;

type Properties = Parameters<typeof Type.Object>[0];

/** The answer to a wish of somebody without a session: done, or why not. */
export const outcome = <P extends Properties>(properties: P) =>
  Type.Union([strictObject({ done: Type.Literal(true), ...properties }), PeopleRefusal]);

/** The same for somebody with one. */
export const outcomeWithSession = <P extends Properties>(properties: P) =>
  Type.Union([
    strictObject({ valid: Type.Literal(true), done: Type.Literal(true), ...properties }),
    strictObject({ valid: Type.Literal(true), ...PeopleRefusal.properties }),
    SessionRefusal,
  ]);

/** What is read with a session. */
export const answerWithSession = <P extends Properties>(properties: P) =>
  Type.Union([strictObject({ valid: Type.Literal(true), ...properties }), SessionRefusal]);
