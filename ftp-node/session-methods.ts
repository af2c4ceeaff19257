// The door of the jail: what a session server may ask its stager, and the stager a session server, over the
// socket pair that it is born with (CR-LF lines of JSON, rpc.ts). Nothing else crosses.
import { method } from '#commlink/method-table.ts';
import { Type, strictObject, type Static } from '#commlink/schema.ts';
import { Address, AtMs, Bytes, Id, LoginVerdict, Protocol, Sha256, Slug } from '#commlink/methods/fields.ts';
import { LoginCredential } from '#commlink/methods/login-credential.ts';
import { LiveSettings, SessionServerConfig } from './session/session-config.ts';

const Path = Type.String({ minLength: 1, maxLength: 512 });
const fromSession = { callers: ['session-server'] as const, deadlineMs: 20_000 };
const fromStager = { callers: ['stager'] as const, deadlineMs: 5_000 };

/** Why a transfer does not begin: the file is not staged (any more), or its account begins too many a second. */
export const TransferRefusal = Type.Union([Type.Literal('not_staged'), Type.Literal('too_many')]);
export type TransferRefusal = Static<typeof TransferRefusal>;

/** What the stager answers a session server. */
export const stagerMethods = {
  /** Asked first, and once: what to serve and how. */
  'server.configure': method({
    ...fromSession,
    mutates: false,
    params: strictObject({}),
    result: SessionServerConfig,
  }),
  /** Keys are read, modules loaded, and the jail is shut; it waits for `server.accept`. */
  'server.prepared': method({
    ...fromSession,
    mutates: true,
    params: strictObject({ jailed: Type.Boolean(), sshNativeCrypto: Type.Boolean() }),
    result: strictObject({}),
  }),
  /** It can't start, for a reason that an operator has to put right (StartupError). */
  'server.failed': method({
    ...fromSession,
    mutates: true,
    params: strictObject({ code: Type.String({ maxLength: 64 }), message: Type.String({ maxLength: 2000 }) }),
    result: strictObject({}),
  }),
  /** Seals the credential to internal-db and returns its verified verdict. */
  'login.verify': method({
    ...fromSession,
    mutates: false,
    params: strictObject({
      protocol: Protocol,
      address: Address,
      username: Type.String({ maxLength: 128 }),
      credential: LoginCredential,
    }),
    result: LoginVerdict,
  }),
  /** The recorded facts of a staged file; null when nothing is staged there. */
  'staging.describe': method({
    ...fromSession,
    mutates: false,
    params: strictObject({ account: Slug, path: Path, delivery: Type.Union([Id, Type.Null()]) }),
    result: Type.Union([
      strictObject({
        delivery: Id,
        sha256: Sha256,
        sizeBytes: Bytes,
        mediaType: Type.String(),
        publishedAtMs: AtMs,
      }),
      Type.Null(),
    ]),
  }),
  /** Registers a transfer before its first byte, or says why there is none. May take a moment when they are too many. */
  'transfer.begin': method({
    ...fromSession,
    mutates: true,
    params: strictObject({
      account: Slug,
      path: Path,
      principal: Type.String({ maxLength: 128 }),
      protocol: Protocol,
      address: Address,
      offsetBytes: Bytes,
      sizeBytes: Bytes,
      /** The delivery of a signed URL; null for a login, whose file's newest live delivery is taken. */
      delivery: Type.Union([Id, Type.Null()]),
    }),
    result: Type.Union([
      strictObject({ begun: Type.Literal(true), download: Id }),
      strictObject({ begun: Type.Literal(false), refusal: TransferRefusal }),
    ]),
  }),
  'transfer.progress': method({
    ...fromSession,
    mutates: true,
    params: strictObject({ download: Id, sentBytes: Bytes }),
    result: strictObject({}),
  }),
  'transfer.end': method({
    ...fromSession,
    mutates: true,
    params: strictObject({
      download: Id,
      sentBytes: Bytes,
      outcome: Type.Union([
        Type.Literal('complete'),
        Type.Literal('partial'),
        Type.Literal('aborted'),
        Type.Literal('revoked'),
      ]),
    }),
    result: strictObject({}),
  }),
} as const;

/** What a session server answers its stager. */
export const sessionServerMethods = {
  /** Listens on its sockets from now on. */
  'server.accept': method({
    ...fromStager,
    mutates: true,
    params: strictObject({}),
    result: strictObject({}),
  }),
  /** Goes on with these. */
  'server.adjust': method({
    ...fromStager,
    mutates: true,
    params: LiveSettings,
    result: strictObject({}),
  }),
  /**
   * Stops accepting, answers, and goes on with the sessions that it has until they are over, or `withinMs` have passed;
   * then the process exits by itself.
   */
  'server.retire': method({
    ...fromStager,
    mutates: true,
    params: strictObject({ withinMs: Type.Integer({ minimum: 0, maximum: 2_147_483_647 }) }),
    result: strictObject({}),
  }),
  /** Stops these transfers now; their sockets are destroyed. One that is about to begin does not. */
  'transfer.cut': method({
    ...fromStager,
    mutates: true,
    params: strictObject({ downloads: Type.Array(Id, { maxItems: 10_000 }) }),
    result: strictObject({ cutTransferCount: Type.Integer({ minimum: 0 }) }),
  }),
  /** Closes the sessions that logged in as this principal (`delivery:<id>`). */
  'session.end': method({
    ...fromStager,
    mutates: true,
    params: strictObject({ principal: Type.String({ maxLength: 128 }) }),
    result: strictObject({ endedSessionCount: Type.Integer({ minimum: 0 }) }),
  }),
  /** Takes no new sessions; answers when the last one is gone, or when it has ended those that were left. */
  'server.drain': method({
    ...fromStager,
    deadlineMs: 600_000,
    mutates: true,
    params: strictObject({ withinMs: Type.Integer({ minimum: 0, maximum: 590_000 }) }),
    result: strictObject({ remainingSessionCount: Type.Integer({ minimum: 0 }) }),
  }),
  'server.describe': method({
    ...fromStager,
    mutates: false,
    params: strictObject({}),
    result: strictObject({
      sessionCount: Type.Integer(),
      transferCount: Type.Integer(),
      jailed: Type.Boolean(),
      sshNativeCrypto: Type.Boolean(),
    }),
  }),
} as const;
