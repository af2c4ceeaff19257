// What a web-front may ask of internal-db for appliances, and for the customers whose they are. Spread into internalDbMethods. What
// an appliance says is signed by it, and passed on unread: internal-db knows its key. What it is answered is signed or proves
// itself; nothing of it needs trust in the web-front.
import { applianceMessageBytesMax, beatReplyBytesMax, bundleBytesMax } from '../fleet/limits.ts';
import { enrolmentReplyBytesMax, sourcesReplyBytesMax } from '../fleet/limits.ts';
import { method } from '../method-table.ts';
import { plainLinePattern } from '../name-patterns.ts';
import { Type, strictObject, type Static } from '../schema.ts';
import { SessionRefusal, customerCall, withSession } from './customer-call.ts';
import { Address, AtMs, Bytes, Id, Line, Sha256, Slug, Version } from './fields.ts';
import { pageParams, pageResult } from './paging.ts';

const OrNull = <S extends Parameters<typeof Type.Union>[0][number]>(schema: S) =>
  Type.Union([schema, Type.Null()]);

/** The uid of an appliance. */
export const ApplianceUid = Type.String({ pattern: '^apl_[A-Za-z0-9_-]{22}$' });
/** What an appliance has signed (commlink/fleet/appliance-message.ts). */
const Message = Type.String({ minLength: 90, maxLength: applianceMessageBytesMax });
const fromAppliance = strictObject({ message: Message, address: Address });

/** Beats that one call brings. */
export const beatsPerCallMax = 64;

/**
 * Why an appliance is turned away. `unknown`: there is no such uid; `signature`: it is not signed by its key; `stale`: an older
 * message than the newest that was taken, or a request from another time; `code`: no such code, or used, or over; `full`: the
 * account has as many appliances as it may; `no_catalog`: there is none for it now; `not_ready`: the fleet is not set up; `fault`:
 * this message, and maybe no other, could not be taken.
 */
export const ApplianceRefusal = Type.Union([
  Type.Literal('malformed'),
  Type.Literal('unknown'),
  Type.Literal('signature'),
  Type.Literal('stale'),
  Type.Literal('retired'),
  Type.Literal('code'),
  Type.Literal('full'),
  Type.Literal('not_ready'),
  Type.Literal('no_catalog'),
  Type.Literal('fault'),
]);
export type ApplianceRefusal = Static<typeof ApplianceRefusal>;

const refused = strictObject({ accepted: Type.Literal(false), reason: ApplianceRefusal });
/** An answer for an appliance, or why it gets none. */
const answered = (textMax: number) =>
  Type.Union([
    strictObject({ accepted: Type.Literal(true), reply: Type.String({ maxLength: textMax }) }),
    refused,
  ]);
const BeatAnswer = answered(beatReplyBytesMax);
/** What becomes of a beat: a signed BeatReply, or a refusal. */
export type BeatAnswer = Static<typeof BeatAnswer>;

/** A machine, as its newest beat has it. */
export const ApplianceMachine = strictObject({
  loadAverage: Type.Number(),
  memoryFreeBytes: Bytes,
  memoryBytes: Bytes,
  diskFreeBytes: Bytes,
  diskBytes: Bytes,
  uptimeSeconds: Bytes,
});
export type ApplianceMachine = Static<typeof ApplianceMachine>;

/** An appliance, as its account and staff see it. `machine` is null before its first beat. */
export const Appliance = strictObject({
  uid: ApplianceUid,
  name: Line,
  account: Slug,
  type: Slug,
  site: OrNull(Slug),
  group: Slug,
  tags: Type.Array(Slug, { maxItems: 50 }),
  state: Type.Union([Type.Literal('active'), Type.Literal('quarantined'), Type.Literal('retired')]),
  stateReason: Line,
  enrolledAtMs: AtMs,
  lastBeatAtMs: OrNull(AtMs),
  missingSinceMs: OrNull(AtMs),
  agentVersion: Type.String({ maxLength: 64 }),
  machine: OrNull(ApplianceMachine),
});
export type Appliance = Static<typeof Appliance>;

/** A product on an appliance: what it was sent, and what it has confirmed. */
export const ApplianceProduct = strictObject({
  product: Slug,
  sentVersion: OrNull(Version),
  sentAtMs: OrNull(AtMs),
  confirmedVersion: OrNull(Version),
  confirmedAtMs: OrNull(AtMs),
  outcome: OrNull(Type.String({ maxLength: 32 })),
  outcomeVersion: OrNull(Type.String({ maxLength: 64 })),
  outcomeCode: OrNull(Type.String({ maxLength: 64 })),
  outcomeAtMs: OrNull(AtMs),
});
export type ApplianceProduct = Static<typeof ApplianceProduct>;

/** A one-time code, without its secret. */
export const EnrolmentCode = strictObject({
  id: Id,
  type: Slug,
  site: OrNull(Slug),
  group: Slug,
  label: Line,
  /** It gives this appliance new keys. */
  uid: OrNull(ApplianceUid),
  madeBy: Line,
  madeAtMs: AtMs,
  expiresAtMs: AtMs,
  usedAtMs: OrNull(AtMs),
  usedByUid: OrNull(ApplianceUid),
  withdrawnAtMs: OrNull(AtMs),
});
export type EnrolmentCode = Static<typeof EnrolmentCode>;

/** Codes that one request makes, and how long they may be good. */
export const enrolmentCodesMax = 100;
/** The longest that a code is good. */
export const enrolmentCodeLifetimeMsMax = 90 * 86_400_000;

/** What people call an appliance. */
export const ApplianceName = Type.String({ minLength: 1, maxLength: 100, pattern: plainLinePattern });
/** What an appliance is called that does not say so itself; empty: it gets a name. */
export const CodeLabel = Type.String({ maxLength: 100, pattern: `^$|${plainLinePattern}` });
/** What codes are made for. */
export const codeWish = {
  type: Slug,
  site: OrNull(Slug),
  label: CodeLabel,
  count: Type.Integer({ minimum: 1, maximum: enrolmentCodesMax }),
  lifetimeMs: Type.Integer({ minimum: 60_000, maximum: enrolmentCodeLifetimeMsMax }),
} as const;
/** Codes that were made: shown once. */
export const MadeCodes = Type.Array(
  strictObject({ id: Id, code: Type.String({ maxLength: 64 }), expiresAtMs: AtMs }),
  { maxItems: enrolmentCodesMax },
);

const forAppliance = { callers: ['web-front'] as const, deadlineMs: 10_000 };
const valid = { valid: Type.Literal(true) } as const;

/** The rows. Refusals of appliances are results. */
export const fleetMethods = {
  /** Exchanges a one-time code for a uid; the reply is an EnrolmentReply as JSON. */
  'fleet.enrol': method({
    ...forAppliance,
    mutates: true,
    params: fromAppliance,
    result: answered(enrolmentReplyBytesMax),
  }),
  /** Takes beats, in order, in one transaction; the replies are signed BeatReplies. */
  'fleet.beats': method({
    ...forAppliance,
    mutates: true,
    params: strictObject({ beats: Type.Array(fromAppliance, { minItems: 1, maxItems: beatsPerCallMax }) }),
    result: strictObject({
      answers: Type.Array(BeatAnswer, { maxItems: beatsPerCallMax }),
      /** How often an appliance is to beat. */
      intervalMs: Type.Integer({ minimum: 1 }),
    }),
  }),
  /** The catalog of an appliance, with the roots that are newer than those it knows. `known`: the mark of the one that it has. */
  'fleet.catalog': method({
    ...forAppliance,
    mutates: true,
    params: strictObject({
      ...fromAppliance.properties,
      known: OrNull(Sha256),
      directorRoot: Type.Integer({ minimum: 1 }),
      packagesRoot: Type.Integer({ minimum: 1 }),
    }),
    result: Type.Union([
      strictObject({
        accepted: Type.Literal(true),
        sha256: Sha256,
        /** Null: it is the known one. */
        bundle: OrNull(Type.String({ maxLength: bundleBytesMax })),
      }),
      refused,
    ]),
  }),
  /** Where targets can be fetched; the reply is a SourcesReply, sealed to the appliance and signed. */
  'fleet.sources': method({
    ...forAppliance,
    mutates: true,
    params: fromAppliance,
    result: answered(sourcesReplyBytesMax),
  }),
  /** Whose request for pings this is; the web-front waits by itself. */
  'fleet.pingRequest': method({
    ...forAppliance,
    mutates: false,
    params: fromAppliance,
    result: Type.Union([strictObject({ accepted: Type.Literal(true), uid: ApplianceUid }), refused]),
  }),
  /** The appliances of the caller's account, by name. */
  'appliance.list': method({
    ...customerCall,
    mutates: false,
    params: strictObject({ ...withSession, ...pageParams }),
    result: Type.Union([
      strictObject({
        ...valid,
        ...pageResult,
        appliances: Type.Array(Appliance, { maxItems: 100 }),
        counts: strictObject({ active: Bytes, missing: Bytes, quarantined: Bytes, retired: Bytes }),
      }),
      SessionRefusal,
    ]),
  }),
  /** One of them. RpcError `not_found`. */
  'appliance.describe': method({
    ...customerCall,
    mutates: false,
    params: strictObject({ ...withSession, uid: ApplianceUid }),
    result: Type.Union([
      strictObject({
        ...valid,
        appliance: Appliance,
        products: Type.Array(ApplianceProduct, { maxItems: 100 }),
      }),
      SessionRefusal,
    ]),
  }),
  /** What codes can be made for, and those that were made, newest first; owners only. */
  'enrolmentCode.list': method({
    ...customerCall,
    mutates: false,
    params: strictObject(withSession),
    result: Type.Union([
      strictObject({
        ...valid,
        types: Type.Array(strictObject({ name: Slug, title: Line }), { maxItems: 500 }),
        sites: Type.Array(strictObject({ name: Slug, title: Line }), { maxItems: 1000 }),
        codes: Type.Array(EnrolmentCode, { maxItems: 200 }),
        /** What the machine is to trust first, by its digest; null before the fleet is set up. */
        roots: OrNull(Sha256),
      }),
      SessionRefusal,
    ]),
  }),
  /**
   * Makes codes for the default group; owners only. RpcError `not_found`: the type, or it runs nothing that the account is entitled to,
   * or the site; `refused`: too many are open.
   */
  'enrolmentCode.create': method({
    ...customerCall,
    mutates: true,
    params: strictObject({ ...withSession, ...codeWish }),
    result: Type.Union([strictObject({ ...valid, codes: MadeCodes }), SessionRefusal]),
  }),
  'enrolmentCode.withdraw': method({
    ...customerCall,
    mutates: true,
    params: strictObject({ ...withSession, id: Id }),
    result: Type.Union([strictObject({ ...valid, withdrawn: Type.Boolean() }), SessionRefusal]),
  }),
} as const;
