// What the operator's command line may ask about staff, and about ends of entitlements: the part of the administration's table
// that belongs to the console. Spread into adminMethods.
import { method } from '../method-table.ts';
import { Type, strictObject } from '../schema.ts';
import { Entitlement, StaffRole } from './administration-fields.ts';
import { AtMs, Id, Line, Slug } from './fields.ts';

const Actor = Type.String({ minLength: 1, maxLength: 128 });
const Reason = Type.String({ minLength: 1, maxLength: 500 });
const write = { callers: ['operator'] as const, deadlineMs: 30_000, mutates: true };

/** A member of staff as lists show them. */
const StaffMember = strictObject({
  name: Slug,
  displayName: Line,
  role: StaffRole,
  createdAtMs: AtMs,
  endedAtMs: Type.Union([AtMs, Type.Null()]),
  hasSecondFactor: Type.Boolean(),
});

/** The rows. RpcError `not_found`, `conflict`, `refused` with messages fit for a terminal. */
export const staffMethods = {
  'entitlement.extend': method({
    ...write,
    params: strictObject({
      actor: Actor,
      entitlement: Id,
      notAfterMs: Type.Union([AtMs, Type.Null()]),
      reason: Reason,
    }),
    result: strictObject({ entitlement: Entitlement }),
  }),
  'staff.list': method({
    ...write,
    mutates: false,
    params: strictObject({}),
    result: strictObject({ staff: Type.Array(StaffMember) }),
  }),
  'staff.setRole': method({
    ...write,
    params: strictObject({ actor: Actor, name: Slug, role: StaffRole, reason: Reason }),
    result: strictObject({ staff: StaffMember }),
  }),
  /** Ends their sessions too. They can be let in again. */
  'staff.setEnded': method({
    ...write,
    params: strictObject({ actor: Actor, name: Slug, ended: Type.Boolean(), reason: Reason }),
    result: strictObject({ staff: StaffMember }),
  }),
  /** Whoever has lost the second factor sets up a new one at the next sign-in. Ends their sessions. */
  'staff.resetSecondFactor': method({
    ...write,
    params: strictObject({ actor: Actor, name: Slug, reason: Reason }),
    result: strictObject({ staff: StaffMember }),
  }),
} as const;
