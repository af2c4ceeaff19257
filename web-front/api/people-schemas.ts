// The shapes of the API about people: one's own particulars, sessions and second factors, and an organization's members.
// Times are RFC 3339 in UTC.
import { Time } from '#commlink/api/moment.ts';
import { Type, strictObject, type Static, type TSchema } from '#commlink/schema.ts';
import { Id, Line, Slug } from '#commlink/methods/fields.ts';
import { Cursor, pageRowsMax } from '#commlink/methods/paging.ts';
import {
  ClientName,
  EmailAddress,
  Language,
  PersonName,
  TypedPassword,
  UserRole,
} from '#commlink/methods/people-fields.ts';
import { Challenge, PasskeyOptions, PasskeyResponse } from '#commlink/methods/second-factor-methods.ts';

const OrNull = <S extends TSchema>(schema: S) => Type.Union([schema, Type.Null()]);
const person = { name: Slug, displayName: Line, role: UserRole } as const;

/** GET /profile. */
export const ProfileView = strictObject({
  ...person,
  email: OrNull(EmailAddress),
  pendingEmail: OrNull(EmailAddress),
  language: Language,
  createdAt: Time,
});
export type ProfileView = Static<typeof ProfileView>;

/** PATCH /profile. */
export const ProfileBody = strictObject({ displayName: PersonName, language: Language });
/** POST /profile/email. */
export const EmailBody = strictObject({ email: EmailAddress, password: TypedPassword });
/** POST /profile/password. */
export const PasswordBody = strictObject({ password: TypedPassword, newPassword: TypedPassword });
/** What asks for the password and for nothing else. */
export const ProofBody = strictObject({ password: TypedPassword });

/** How many sessions a wish ended. */
export const EndedSessionsView = strictObject({ endedSessionCount: Type.Integer({ minimum: 0 }) });

const OwnSessionView = strictObject({
  id: Id,
  isCurrent: Type.Boolean(),
  address: Type.String(),
  client: ClientName,
  createdAt: Time,
  lastUsedAt: Time,
  expiresAt: Time,
});
/** One of them. */
export type OwnSessionView = Static<typeof OwnSessionView>;
/** GET /sessions. */
export const OwnSessionsView = strictObject({ sessions: Type.Array(OwnSessionView) });

/** GET /views. */
export const ToldViewsView = strictObject({
  views: Type.Array(strictObject({ id: Id, user: Slug, reason: Line, openedAt: Time })),
});

const MemberView = strictObject({
  id: Id,
  ...person,
  email: OrNull(EmailAddress),
  hasSecondFactor: Type.Boolean(),
  lastSignInAt: OrNull(Time),
  createdAt: Time,
});
/** One of them. */
export type MemberView = Static<typeof MemberView>;

/** An open invitation. */
export const InvitationView = strictObject({
  id: Id,
  email: EmailAddress,
  role: UserRole,
  invitedBy: Line,
  createdAt: Time,
  expiresAt: Time,
});
export type InvitationView = Static<typeof InvitationView>;

/** GET /members: one page; the first has the open invitations, too. */
export const MembersView = strictObject({
  members: Type.Array(MemberView),
  invitations: Type.Array(InvitationView),
  next: OrNull(Cursor),
});
/** Which page of GET /members. */
export const MembersQuery = strictObject({
  after: Type.Optional(Cursor),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: pageRowsMax, default: pageRowsMax })),
});
/** Given when the sign-in was more than 15 minutes ago. */
const proof = { password: Type.Optional(TypedPassword) } as const;
/** POST /invitations. */
export const InvitationBody = strictObject({
  email: EmailAddress,
  role: UserRole,
  language: Language,
  ...proof,
});
/** PATCH /members/{id}. */
export const RoleBody = strictObject({ role: UserRole, ...proof });

const PasskeyView = strictObject({ id: Id, name: Line, createdAt: Time, lastUsedAt: OrNull(Time) });
/** One of them. */
export type PasskeyView = Static<typeof PasskeyView>;
/** GET /second-factors. */
export const SecondFactorsView = strictObject({
  totpSince: OrNull(Time),
  recoveryCodesLeft: Type.Integer({ minimum: 0 }),
  passkeys: Type.Array(PasskeyView),
  passkeysPossible: Type.Boolean(),
});
export type SecondFactorsView = Static<typeof SecondFactorsView>;

const IdentityLinkView = strictObject({ id: Id, title: Line, createdAt: Time, lastUsedAt: OrNull(Time) });
/** One of them. */
export type IdentityLinkView = Static<typeof IdentityLinkView>;
/** GET /identity-links. */
export const IdentityLinksView = strictObject({ links: Type.Array(IdentityLinkView) });
/** POST /identity-links/{id}/remove. */
export const UnlinkBody = strictObject({ password: TypedPassword });

/** POST /second-factors/totp. */
export const TotpBegunView = strictObject({
  challenge: Challenge,
  uri: Type.String(),
  secret: Type.String(),
});
/** POST /second-factors/totp/confirm. */
export const TotpConfirmBody = strictObject({ challenge: Challenge, code: Type.String({ maxLength: 32 }) });
/** New recovery codes, given here alone; null where the ones before stay. */
export const RecoveryCodesView = strictObject({ recoveryCodes: OrNull(Type.Array(Type.String())) });
/** POST /second-factors/passkeys/begin. */
export const PasskeyBegunView = strictObject({ challenge: Challenge, options: PasskeyOptions });
/** POST /second-factors/passkeys. */
export const PasskeyBody = strictObject({
  challenge: Challenge,
  response: PasskeyResponse,
  name: PersonName,
});
/** The new passkey, and recovery codes with the first factor. */
export const CreatedPasskeyView = strictObject({
  ...PasskeyView.properties,
  ...RecoveryCodesView.properties,
});
