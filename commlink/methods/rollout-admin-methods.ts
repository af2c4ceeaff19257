// What operators may ask of internal-db about rollouts: bring a version to appliances in waves, hold it up, take it back, pin a
// version, and see who is behind. Spread into adminMethods.
import { method } from '../method-table.ts';
import { Type, strictObject, type Static } from '../schema.ts';
import { AtMs, Id, Line, Slug, Version } from './fields.ts';
import { ApplianceUid } from './fleet-methods.ts';
import { pageParams, pageResult } from './paging.ts';

const OrNull = <S extends Parameters<typeof Type.Union>[0][number]>(schema: S) =>
  Type.Union([schema, Type.Null()]);
const Actor = Type.String({ minLength: 1, maxLength: 128 });
const Reason = Type.String({ minLength: 1, maxLength: 500 });
const Count = Type.Integer({ minimum: 0 });
const Percent = Type.Integer({ minimum: 0, maximum: 100 });
const soakMsMax = 30 * 86_400_000;

/** A window as people write it: `mon-fri 22:00-04:00`, in UTC. */
const WindowText = Type.String({ minLength: 15, maxLength: 19 });
/** Who it is for: each list empty for all; of the tags one is enough. */
const targets = {
  groups: Type.Array(Slug, { maxItems: 50, uniqueItems: true }),
  tags: Type.Array(Slug, { maxItems: 50, uniqueItems: true }),
} as const;
const plan = {
  ...targets,
  /** Shares of all its targets, each larger than the one before, the last one all. */
  waves: Type.Array(
    strictObject({
      percent: Type.Integer({ minimum: 1, maximum: 100 }),
      soakMs: Type.Integer({ minimum: 0, maximum: soakMsMax }),
    }),
    { minItems: 1, maxItems: 20 },
  ),
  windows: Type.Array(WindowText, { maxItems: 16 }),
  failedPercentMax: Percent,
  missingPercentMax: Percent,
  /** Fewer than so many stop it only where they are a whole wave. */
  stopCountMin: Type.Integer({ minimum: 1, maximum: 1_000_000 }),
} as const;

/** Where a rollout stands. */
export const RolloutState = Type.Union([
  Type.Literal('running'),
  Type.Literal('paused'),
  Type.Literal('stopped'),
  Type.Literal('aborted'),
  Type.Literal('completed'),
]);
export type RolloutState = Static<typeof RolloutState>;

/** A rollout. */
export const Rollout = strictObject({
  id: Id,
  product: Slug,
  version: Version,
  kind: Type.Union([Type.Literal('update'), Type.Literal('rollback')]),
  state: RolloutState,
  stateReason: Line,
  stateSinceMs: AtMs,
  ...plan,
  /** How many waves are open, and their share. */
  waveCount: Count,
  openPercent: Percent,
  waveOpenedAtMs: OrNull(AtMs),
  waveSettledAtMs: OrNull(AtMs),
  previousVersion: OrNull(Version),
  reason: Line,
  createdBy: Line,
  createdAtMs: AtMs,
});
export type Rollout = Static<typeof Rollout>;

/** What became of the appliances in its open waves. */
export const RolloutCounts = strictObject({
  reached: Count,
  sent: Count,
  installed: Count,
  failed: Count,
  missing: Count,
  pending: Count,
});
export type RolloutCounts = Static<typeof RolloutCounts>;

/** For whom a version can be pinned. */
export const PinScope = Type.Union([Type.Literal('appliance'), Type.Literal('tag'), Type.Literal('group')]);
export type PinScope = Static<typeof PinScope>;
const PinSubject = Type.Union([Slug, ApplianceUid]);
const pinFields = { product: Slug, scope: PinScope, subject: PinSubject } as const;

/** A version that is held. */
export const VersionPin = strictObject({
  ...pinFields,
  version: Version,
  reason: Line,
  pinnedBy: Line,
  pinnedAtMs: AtMs,
});
export type VersionPin = Static<typeof VersionPin>;

/** An appliance that has not what it should have, and why. */
export const BehindAppliance = strictObject({
  uid: ApplianceUid,
  name: Line,
  account: Slug,
  group: Slug,
  installed: OrNull(Version),
  /** What its catalog names, and where that leads to. */
  offered: OrNull(Version),
  target: OrNull(Version),
  why: Type.String({ maxLength: 32 }),
  /** What the appliance says of it, where it has told why: which package it lacks, and in which version. */
  detail: OrNull(Line),
  rollout: OrNull(Id),
  lastBeatAtMs: OrNull(AtMs),
});
export type BehindAppliance = Static<typeof BehindAppliance>;

const caller = { callers: ['operator'] as const, deadlineMs: 60_000 };
const read = { ...caller, mutates: false };
const write = { ...caller, mutates: true };

/** The rows. RpcError `not_found`; `refused` with a sentence that says what to do. */
export const rolloutAdminMethods = {
  /** A draft may have its rollout already: it begins when the release is published. */
  'rollout.create': method({
    ...write,
    params: strictObject({ actor: Actor, product: Slug, version: Version, ...plan, reason: Reason }),
    result: strictObject({ rollout: Rollout }),
  }),
  'rollout.list': method({
    ...read,
    params: strictObject({ product: OrNull(Slug), ...pageParams }),
    result: strictObject({ rollouts: Type.Array(Rollout), ...pageResult }),
  }),
  'rollout.status': method({
    ...read,
    params: strictObject({ rollout: Id }),
    result: strictObject({ rollout: Rollout, counts: RolloutCounts }),
  }),
  'rollout.setState': method({
    ...write,
    params: strictObject({
      actor: Actor,
      rollout: Id,
      state: Type.Union([Type.Literal('running'), Type.Literal('paused'), Type.Literal('aborted')]),
      reason: Reason,
    }),
    result: strictObject({ rollout: Rollout }),
  }),
  /** Brings its targets another version at once, also an older one. `version` null: the one that they had before. */
  'rollout.rollback': method({
    ...write,
    params: strictObject({ actor: Actor, rollout: Id, version: OrNull(Version), reason: Reason }),
    result: strictObject({ rollout: Rollout }),
  }),
  'pin.put': method({
    ...write,
    params: strictObject({ actor: Actor, ...pinFields, version: Version, reason: Reason }),
    result: strictObject({ pin: VersionPin }),
  }),
  'pin.remove': method({
    ...write,
    params: strictObject({ actor: Actor, ...pinFields, reason: Reason }),
    result: strictObject({}),
  }),
  'pin.list': method({
    ...read,
    params: strictObject(pageParams),
    result: strictObject({ pins: Type.Array(VersionPin), ...pageResult }),
  }),
  /** Appliances that have not the version that they should have, by uid. */
  'rollout.behind': method({
    ...read,
    params: strictObject({ product: Slug, ...pageParams }),
    result: strictObject({ appliances: Type.Array(BehindAppliance), ...pageResult }),
  }),
} as const;
