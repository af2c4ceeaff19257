// What the operator's command line may ask about appliances, over the administration socket. Spread into adminMethods.
import { beatPluginsMax, beatProblemsMax, outputCharactersMax } from '../fleet/limits.ts';
import { method } from '../method-table.ts';
import { Type, strictObject, type Static } from '../schema.ts';
import { AtMs, Bytes, Id, Line, Sha256, Slug } from './fields.ts';
import {
  Appliance,
  ApplianceName,
  ApplianceProduct,
  ApplianceUid,
  MadeCodes,
  codeWish,
  enrolmentCodeLifetimeMsMax,
} from './fleet-methods.ts';
import { PublicUrl } from '../settings/link-settings.ts';
import { pageParams, pageResult } from './paging.ts';

const OrNull = <S extends Parameters<typeof Type.Union>[0][number]>(schema: S) =>
  Type.Union([schema, Type.Null()]);
const Actor = Type.String({ minLength: 1, maxLength: 128 });
const Reason = Type.String({ minLength: 1, maxLength: 500 });
const caller = { callers: ['operator'] as const, deadlineMs: 30_000 };
const read = { ...caller, mutates: false };
const write = { ...caller, mutates: true };
const changed = strictObject({ appliance: Appliance });

/** Something that happened to an appliance; `detail` is JSON. */
export const ApplianceEvent = strictObject({
  atMs: AtMs,
  kind: Type.String({ maxLength: 32 }),
  detail: Type.String({ maxLength: 16_384 }),
});
export type ApplianceEvent = Static<typeof ApplianceEvent>;

/** A configuration file on an appliance: what it was sent, and what it has confirmed. */
export const ApplianceFile = strictObject({
  path: Type.String({ maxLength: 512 }),
  sentSha256: OrNull(Sha256),
  sentAtMs: OrNull(AtMs),
  confirmedSha256: OrNull(Sha256),
  confirmedAtMs: OrNull(AtMs),
});
export type ApplianceFile = Static<typeof ApplianceFile>;

/** Messages that were turned away, by why and from whom. */
export const FleetRefusal = strictObject({
  kind: Type.String({ maxLength: 32 }),
  subject: Line,
  address: Line,
  refusedCount: Bytes,
  firstAtMs: AtMs,
  lastAtMs: AtMs,
});
export type FleetRefusal = Static<typeof FleetRefusal>;

const ExitCode = OrNull(Type.Integer({ minimum: -255, maximum: 255 }));
const Word = Type.String({ maxLength: 64 });
const Output = Type.String({ maxLength: outputCharactersMax });

/** What an appliance's newest beat says beside what is installed: unproven, as the appliance has it. */
export const ApplianceReport = strictObject({
  atMs: AtMs,
  cause: Word,
  address: Line,
  /** The machine's clock less the centre's. */
  clockOffsetMs: Type.Integer(),
  plugins: Type.Array(
    strictObject({
      name: Line,
      phase: Type.Union([Type.Literal('initial'), Type.Literal('post')]),
      exitCode: ExitCode,
      output: Output,
      /** A JSON text of its own making. */
      data: OrNull(Output),
    }),
    { maxItems: beatPluginsMax },
  ),
  problems: Type.Array(strictObject({ code: Word, about: Line, atMs: AtMs }), { maxItems: beatProblemsMax }),
  /** Since the beat before. `resumed`: bytes that an earlier attempt had left. */
  downloads: strictObject({ bytes: Bytes, resumed: Bytes, source: OrNull(Word) }),
});
export type ApplianceReport = Static<typeof ApplianceReport>;

/** All that is known of an appliance. */
export const ApplianceFacts = strictObject({
  appliance: Appliance,
  products: Type.Array(ApplianceProduct, { maxItems: 100 }),
  files: Type.Array(ApplianceFile, { maxItems: 500 }),
  events: Type.Array(ApplianceEvent, { maxItems: 200 }),
  /** Null before its first beat. */
  report: OrNull(ApplianceReport),
  restoringSinceMs: OrNull(AtMs),
  catalog: OrNull(
    strictObject({ version: Bytes, sha256: Sha256, madeAtMs: AtMs, fetchedAtMs: OrNull(AtMs) }),
  ),
});
export type ApplianceFacts = Static<typeof ApplianceFacts>;

/** The rows. RpcError `not_found`: no such appliance, account, type, site. */
export const fleetAdminMethods = {
  'appliance.invite': method({
    ...write,
    params: strictObject({ actor: Actor, account: Slug, group: OrNull(Slug), ...codeWish }),
    /** `centre`: where the appliance enrols, as the settings have it; `roots`: what it is to trust first, by its digest. */
    result: strictObject({ codes: MadeCodes, centre: OrNull(PublicUrl), roots: OrNull(Sha256) }),
  }),
  'appliance.list': method({
    ...read,
    params: strictObject({
      ...pageParams,
      account: OrNull(Slug),
      type: OrNull(Slug),
      site: OrNull(Slug),
      group: OrNull(Slug),
      tag: OrNull(Slug),
      state: OrNull(Appliance.properties.state),
      isMissing: OrNull(Type.Boolean()),
    }),
    result: strictObject({ ...pageResult, appliances: Type.Array(Appliance, { maxItems: 100 }) }),
  }),
  'appliance.show': method({ ...read, params: strictObject({ uid: ApplianceUid }), result: ApplianceFacts }),
  /** Has it beat now; `waited` false: it does not wait for a ping, and beats at its time. */
  'appliance.ping': method({
    ...read,
    params: strictObject({ uid: ApplianceUid }),
    result: strictObject({ waited: Type.Boolean() }),
  }),
  /**
   * Brings it back to what it confirmed last, and makes a code by which a machine that has lost everything, or a new one, takes its
   * place. RpcError `refused`: it is retired.
   */
  'appliance.restore': method({
    ...write,
    params: strictObject({
      actor: Actor,
      uid: ApplianceUid,
      reason: Reason,
      lifetimeMs: Type.Integer({ minimum: 60_000, maximum: enrolmentCodeLifetimeMsMax }),
    }),
    result: strictObject({
      appliance: Appliance,
      id: Id,
      code: Type.String({ maxLength: 64 }),
      expiresAtMs: AtMs,
      centre: OrNull(PublicUrl),
      roots: OrNull(Sha256),
    }),
  }),
  /** Ends a quarantine. RpcError `refused`: it is in none. */
  'appliance.release': method({
    ...write,
    params: strictObject({ actor: Actor, uid: ApplianceUid, reason: Reason }),
    result: changed,
  }),
  /** Retires it for good. */
  'appliance.retire': method({
    ...write,
    params: strictObject({ actor: Actor, uid: ApplianceUid, reason: Reason }),
    result: changed,
  }),
  /** Changes what it is counted among; null leaves as it is. An empty `site` takes it from its site. */
  'appliance.change': method({
    ...write,
    params: strictObject({
      actor: Actor,
      uid: ApplianceUid,
      name: OrNull(ApplianceName),
      group: OrNull(Slug),
      site: OrNull(Type.Union([Slug, Type.Literal('')])),
      tags: OrNull(Type.Array(Slug, { maxItems: 20, uniqueItems: true })),
    }),
    result: changed,
  }),
  /** Messages that were turned away, those that came last first. */
  'appliance.refusals': method({
    ...read,
    params: strictObject(pageParams),
    result: strictObject({ refusals: Type.Array(FleetRefusal), ...pageResult }),
  }),
} as const;
