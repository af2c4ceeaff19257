// Changes by staff that can be made to need a second person: one proposes, another with the same permission approves. Part
// of internal-db's settings; callers: console-settings.ts, internal-db/second-person/, and whoever lists them.
import { Type, type Static } from '../schema.ts';

/** By name. What each is, and who may propose and approve it, is in internal-db/second-person/dangerous-changes.ts. */
export const DangerousChangeKind = Type.Union([
  Type.Literal('release.withdraw'),
  /** A table of changes in which something is revoked. */
  Type.Literal('entitlement.bulk'),
  Type.Literal('account.suspend'),
  /** Somebody new, another role, let in again, second factors taken: whatever would make a second person out of one. */
  Type.Literal('staff.change'),
  Type.Literal('staff.end'),
  Type.Literal('user.resetSecondFactor'),
]);
export type DangerousChangeKind = Static<typeof DangerousChangeKind>;

/** Those that need a second person. */
export const SecondPerson = Type.Array(DangerousChangeKind, { maxItems: 16, uniqueItems: true });
