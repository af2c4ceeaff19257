// Field schemas that the parts of the administration's method table share. Imported by admin-methods.ts and staff-methods.ts.
import { Type, strictObject, type Static } from '../schema.ts';
import { AtMs, Id, Line, Slug } from './fields.ts';

const Nullable = <S extends Parameters<typeof Type.Union>[0][number]>(schema: S) =>
  Type.Union([schema, Type.Null()]);
const Range = Type.String({ minLength: 1, maxLength: 200 });

/** A staff role. */
export const StaffRole = Type.Union([
  Type.Literal('support'),
  Type.Literal('release-manager'),
  Type.Literal('operator'),
  Type.Literal('auditor'),
]);
export type StaffRole = Static<typeof StaffRole>;

/** The right of an account to a product; never deleted, only revoked. */
export const Entitlement = strictObject({
  id: Id,
  account: Slug,
  product: Slug,
  /** npm-style version range; `*` is every version, pre-releases included. */
  versions: Range,
  /** Channels included; null is every channel. */
  channels: Nullable(Type.Array(Slug, { minItems: 1, maxItems: 20 })),
  notBeforeMs: Nullable(AtMs),
  notAfterMs: Nullable(AtMs),
  downloadsMax: Nullable(Type.Integer({ minimum: 1 })),
  licenceAgreement: Nullable(Slug),
  grantedBy: Line,
  grantedAtMs: AtMs,
  grantReason: Line,
  revokedAtMs: Nullable(AtMs),
  revokedBy: Nullable(Line),
  revokeReason: Nullable(Line),
});
export type Entitlement = Static<typeof Entitlement>;
