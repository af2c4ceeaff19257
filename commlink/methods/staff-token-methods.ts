// What the operator's command line may ask about the tokens with which programs of the staff use the console's API. Spread into
// adminMethods.
import { method } from '../method-table.ts';
import { Type, strictObject, type Static } from '../schema.ts';
import { AtMs, Id, Secret, Slug } from './fields.ts';

const dayMs = 86_400_000;
const Actor = Type.String({ minLength: 1, maxLength: 128 });
const caller = { callers: ['operator'] as const, deadlineMs: 30_000 };
const write = { ...caller, mutates: true };

/** How many days a token may be valid. */
export const staffTokenLifetimeDays = { min: 1, max: 366, preset: 90 } as const;
/** What a token may do, as far as the role of its owner allows it at that moment: look, or look and change. */
export const StaffTokenScope = Type.Union([Type.Literal('read'), Type.Literal('write')]);
export type StaffTokenScope = Static<typeof StaffTokenScope>;
/** What its owner calls it. */
export const StaffTokenName = Type.String({ minLength: 1, maxLength: 100 });

/** A token without its secret. */
export const StaffToken = strictObject({
  id: Id,
  name: StaffTokenName,
  scope: StaffTokenScope,
  createdAtMs: AtMs,
  expiresAtMs: AtMs,
  lastUsedAtMs: Type.Union([AtMs, Type.Null()]),
});
export type StaffToken = Static<typeof StaffToken>;

/** The rows. RpcError `not_found`: the member of staff, or the token; `refused`: their access has ended, or too many. */
export const staffTokenMethods = {
  /** The secret is told here alone, once. */
  'staffToken.create': method({
    ...write,
    params: strictObject({
      actor: Actor,
      staff: Slug,
      name: StaffTokenName,
      scope: StaffTokenScope,
      lifetimeMs: Type.Integer({
        minimum: staffTokenLifetimeDays.min * dayMs,
        maximum: staffTokenLifetimeDays.max * dayMs,
      }),
    }),
    result: strictObject({ token: StaffToken, secret: Secret }),
  }),
  'staffToken.list': method({
    ...caller,
    mutates: false,
    params: strictObject({ staff: Slug }),
    result: strictObject({ tokens: Type.Array(StaffToken) }),
  }),
  'staffToken.revoke': method({
    ...write,
    params: strictObject({ actor: Actor, staff: Slug, id: Id }),
    result: strictObject({ revoked: Type.Literal(true) }),
  }),
} as const;
