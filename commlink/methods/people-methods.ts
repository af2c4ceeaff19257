// What a web-front may ask of internal-db about a customer's people: their profile, password and sessions, the members of
// their organization, and the links that they get by mail. Spread into internalDbMethods. Who asks for a forgotten
// password learns nothing about who exists; who changes something shows a browser session, and for what could lock its
// owner out, the password too.
import { method } from '../method-table.ts';
import { Type, strictObject, type Static } from '../schema.ts';
import { customerCall, withSession } from './customer-call.ts';
import { Address, AtMs, Id, Line } from './fields.ts';
import { pageParams, pageResult } from './paging.ts';
import {
  ClientName,
  EmailAddress,
  Language,
  LinkToken,
  PersonIdentity,
  PersonName,
  TypedPassword,
  UserRole,
  answerWithSession,
  outcome,
  outcomeWithSession,
} from './people-fields.ts';
import { secondFactorMethods } from './second-factor-methods.ts';
import { OpenedSession } from './session-owner.ts';

const OrNull = <S extends Parameters<typeof Type.Union>[0][number]>(schema: S) =>
  Type.Union([schema, Type.Null()]);

/** A person's own particulars. */
export const Profile = strictObject({
  ...PersonIdentity,
  email: OrNull(EmailAddress),
  /** An address that was asked for and is not confirmed yet. */
  pendingEmail: OrNull(EmailAddress),
  language: Language,
  createdAtMs: AtMs,
});
export type Profile = Static<typeof Profile>;

/** Sessions that a person sees in its list: the newest. */
export const ownSessionsMax = 100;

/** A browser session as its owner sees it. */
export const OwnSession = strictObject({
  id: Id,
  isCurrent: Type.Boolean(),
  address: Address,
  client: ClientName,
  createdAtMs: AtMs,
  lastUsedAtMs: AtMs,
  expiresAtMs: AtMs,
});
export type OwnSession = Static<typeof OwnSession>;

/** A member of an organization as its owners see it. */
export const Member = strictObject({
  id: Id,
  ...PersonIdentity,
  email: OrNull(EmailAddress),
  hasSecondFactor: Type.Boolean(),
  lastSignInAtMs: OrNull(AtMs),
  createdAtMs: AtMs,
});
export type Member = Static<typeof Member>;

/** Open invitations that an account may have. */
export const openInvitationsMax = 100;

/** An invitation that was neither accepted nor withdrawn, and is not too old. */
export const Invitation = strictObject({
  id: Id,
  email: EmailAddress,
  role: UserRole,
  invitedBy: Line,
  createdAtMs: AtMs,
  expiresAtMs: AtMs,
});
export type Invitation = Static<typeof Invitation>;

const withPassword = { ...withSession, password: TypedPassword };

/** The rows. */
export const peopleMethods = {
  ...secondFactorMethods,
  'profile.describe': method({
    ...customerCall,
    mutates: false,
    params: strictObject(withSession),
    result: answerWithSession({ profile: Profile }),
  }),
  'profile.update': method({
    ...customerCall,
    mutates: true,
    params: strictObject({ ...withSession, displayName: PersonName, language: Language }),
    result: outcomeWithSession({ profile: Profile }),
  }),
  /** Mails a link to the new address; the old one stays until that was followed. */
  'email.request': method({
    ...customerCall,
    mutates: true,
    params: strictObject({ ...withPassword, email: EmailAddress }),
    result: outcomeWithSession({}),
  }),
  'email.confirm': method({
    ...customerCall,
    mutates: true,
    params: strictObject({ token: LinkToken }),
    result: outcome({ email: EmailAddress }),
  }),
  /** Ends the person's other sessions, in browsers and at nodes; keys and tokens stay. */
  'password.change': method({
    ...customerCall,
    mutates: true,
    params: strictObject({ ...withPassword, newPassword: TypedPassword }),
    result: outcomeWithSession({ endedSessionCount: Type.Integer({ minimum: 0 }) }),
  }),
  /** Done, or throttled: the same whether somebody has that address or not, in the same time. */
  'password.requestReset': method({
    ...customerCall,
    mutates: true,
    params: strictObject({ email: EmailAddress, language: Language, address: Address }),
    result: outcome({}),
  }),
  /** What the page of the link shows before it is used. */
  'password.describeReset': method({
    ...customerCall,
    mutates: false,
    params: strictObject({ token: LinkToken }),
    result: outcome({ username: PersonIdentity.name, expiresAtMs: AtMs }),
  }),
  /** Sets a password and ends all sessions. A second factor stays on. */
  'password.reset': method({
    ...customerCall,
    mutates: true,
    params: strictObject({ token: LinkToken, newPassword: TypedPassword, address: Address }),
    result: outcome({ username: PersonIdentity.name }),
  }),
  'session.list': method({
    ...customerCall,
    mutates: false,
    params: strictObject(withSession),
    result: answerWithSession({ sessions: Type.Array(OwnSession, { maxItems: ownSessionsMax }) }),
  }),
  'session.end': method({
    ...customerCall,
    mutates: true,
    params: strictObject({ ...withSession, id: Id }),
    result: outcomeWithSession({}),
  }),
  /** Ends all of the caller's sessions but this one. */
  'session.endOthers': method({
    ...customerCall,
    mutates: true,
    params: strictObject(withSession),
    result: outcomeWithSession({ endedSessionCount: Type.Integer({ minimum: 0 }) }),
  }),
  /**
   * By name; for owners only (RpcError `refused`), as are the other rows about members and invitations. The first page
   * has the invitations, too.
   */
  'member.list': method({
    ...customerCall,
    mutates: false,
    params: strictObject({ ...withSession, ...pageParams }),
    result: answerWithSession({
      /** Whether the caller's sign-in was so long ago that invitations and changes of roles ask for the password. */
      proofNeeded: Type.Boolean(),
      members: Type.Array(Member, { maxItems: 100 }),
      invitations: Type.Array(Invitation, { maxItems: openInvitationsMax }),
      ...pageResult,
    }),
  }),
  /** Mails an invitation; an older one to the same address is void then. Refused without the password: `proof_needed`. */
  'member.invite': method({
    ...customerCall,
    mutates: true,
    params: strictObject({
      ...withSession,
      email: EmailAddress,
      role: UserRole,
      language: Language,
      password: Type.Optional(TypedPassword),
    }),
    result: outcomeWithSession({ invitation: Invitation }),
  }),
  'invitation.withdraw': method({
    ...customerCall,
    mutates: true,
    params: strictObject({ ...withSession, id: Id }),
    result: outcomeWithSession({}),
  }),
  'member.changeRole': method({
    ...customerCall,
    mutates: true,
    params: strictObject({
      ...withSession,
      id: Id,
      role: UserRole,
      password: Type.Optional(TypedPassword),
    }),
    result: outcomeWithSession({}),
  }),
  /** Takes everything at once: sessions here and at nodes, keys, tokens, deliveries. The name is not given again. */
  'member.remove': method({
    ...customerCall,
    mutates: true,
    params: strictObject({ ...withSession, id: Id }),
    result: outcomeWithSession({}),
  }),
  'invitation.describe': method({
    ...customerCall,
    mutates: false,
    params: strictObject({ token: LinkToken }),
    result: outcome({
      accountDisplayName: Line,
      email: EmailAddress,
      role: UserRole,
      suggestedUsername: Type.String({ maxLength: 64 }),
      expiresAtMs: AtMs,
    }),
  }),
  /** Makes the user and signs it in. A refusal leaves the invitation open, so that another name may be tried. */
  'invitation.accept': method({
    ...customerCall,
    mutates: true,
    params: strictObject({
      token: LinkToken,
      username: Type.String({ maxLength: 64 }),
      displayName: PersonName,
      password: TypedPassword,
      language: Language,
      address: Address,
      client: ClientName,
    }),
    result: outcome({ signIn: OpenedSession }),
  }),
} as const;
