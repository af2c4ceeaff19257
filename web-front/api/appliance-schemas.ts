// The shapes of the JSON API about appliances, as its description serves them.
import { Time } from '#commlink/api/moment.ts';
import { Id, Line, Sha256, Slug, Version } from '#commlink/methods/fields.ts';
import { Appliance, ApplianceUid, CodeLabel } from '#commlink/methods/fleet-methods.ts';
import { Cursor, pageRowsMax } from '#commlink/methods/paging.ts';
import { Type, strictObject, type Static, type TSchema } from '#commlink/schema.ts';
import { codeLimits } from '../limits.ts';

const OrNull = <S extends TSchema>(schema: S) => Type.Union([schema, Type.Null()]);

/** An appliance. */
export const ApplianceView = strictObject({
  uid: ApplianceUid,
  name: Line,
  type: Slug,
  site: OrNull(Slug),
  group: Slug,
  tags: Type.Array(Slug),
  state: Appliance.properties.state,
  agentVersion: Type.String(),
  enrolledAt: Time,
  lastBeatAt: OrNull(Time),
  /** Since when its beat is overdue. */
  missingSince: OrNull(Time),
});
export type ApplianceView = Static<typeof ApplianceView>;

/** GET /appliances. */
export const AppliancesView = strictObject({ appliances: Type.Array(ApplianceView), next: OrNull(Cursor) });
/** What it takes. */
export const AppliancesQuery = strictObject({
  after: Type.Optional(Cursor),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: pageRowsMax })),
});
/** GET /appliances/{uid}. */
export const DescribedApplianceView = strictObject({
  ...ApplianceView.properties,
  products: Type.Array(
    strictObject({
      product: Slug,
      sentVersion: OrNull(Version),
      confirmedVersion: OrNull(Version),
      outcome: OrNull(Line),
    }),
  ),
});
/** Which appliance. */
export const ApplianceParams = strictObject({ id: ApplianceUid });

/** GET /enrolment-codes. */
export const CodesView = strictObject({
  codes: Type.Array(
    strictObject({
      id: Id,
      type: Slug,
      site: OrNull(Slug),
      label: Line,
      /** Which appliance has used it. */
      appliance: OrNull(ApplianceUid),
      madeAt: Time,
      expiresAt: Time,
      usedAt: OrNull(Time),
      withdrawnAt: OrNull(Time),
    }),
  ),
  /** The digest of the roots that a new appliance is to trust first: `--roots`. */
  roots: OrNull(Sha256),
});
export type CodesView = Static<typeof CodesView>;

/** POST /enrolment-codes. */
export const CodeBody = strictObject({
  type: Slug,
  site: Type.Optional(Slug),
  label: Type.Optional(CodeLabel),
  count: Type.Optional(Type.Integer({ minimum: 1, maximum: codeLimits.countMax })),
  lifetimeDays: Type.Optional(Type.Integer({ minimum: codeLimits.days.min, maximum: codeLimits.days.max })),
});
/** Its answer. */
export const MadeCodesView = strictObject({
  codes: Type.Array(strictObject({ id: Id, code: Type.String(), expiresAt: Time })),
});
