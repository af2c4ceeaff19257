// Whose session it is: what every page and every call of the API knows of its caller.
// Used by the method tables of internal-db, its sign-in services, and the web-front.
import { Type, strictObject, type Static } from '../schema.ts';
import { AtMs, Id, Line, Secret, Slug } from './fields.ts';
import { EmailAddress, UserRole } from './people-fields.ts';

/** What a personal token may be used for: `read` the catalog and the history; make `downloads`. */
export const TokenScope = Type.Union([Type.Literal('read'), Type.Literal('downloads')]);
export type TokenScope = Static<typeof TokenScope>;

/** Scopes of one token. */
export const TokenScopes = Type.Array(TokenScope, { minItems: 1, maxItems: 2, uniqueItems: true });

/** Who a session belongs to. */
export const SessionOwner = strictObject({
  user: strictObject({
    id: Id,
    name: Slug,
    displayName: Line,
    role: UserRole,
    email: Type.Union([EmailAddress, Type.Null()]),
  }),
  account: strictObject({ id: Id, name: Slug, displayName: Line }),
  /** How the caller proved itself: a browser session or a personal token. */
  kind: Type.Union([Type.Literal('session'), Type.Literal('token')]),
  /** Whether it is staff who see the portal as this user does: nothing can be changed. */
  isStaffView: Type.Boolean(),
  /** A session has both, but for such a view. */
  scopes: TokenScopes,
  expiresAtMs: AtMs,
});
export type SessionOwner = Static<typeof SessionOwner>;

/** A sign-in that is complete. */
export const OpenedSession = strictObject({
  opened: Type.Literal(true),
  session: Secret,
  owner: SessionOwner,
});
