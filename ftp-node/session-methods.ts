// The door of the jail: what a session server may ask its stager, and the stager a session server, over the
// socket pair that it is born with (CR-LF lines of JSON, rpc.ts). Nothing else crosses.
import { method } from '#commlink/method-table.ts';
import { Type, strictObject, type Static } from '#commlink/schema.ts';
import { Address, AtMs, Bytes, Id, LoginVerdict, Protocol, Sha256, Slug } from '#commlink/methods/fields.ts';
import { LoginCredential } from '#commlink/methods/login-credential.ts';
import { protocolNames, type ProtocolName as Protocols } from './session/protocol-name.ts';
import { LiveSettings, SessionServerConfig } from './session/session-config.ts';

const Path = Type.String({ minLength: 1, maxLength: 512 });
const fromSession = { callers: ['session-server'] as const, deadlineMs: 20_000 };
const fromStager = { callers: ['stager'] as const, deadlineMs: 5_000 };

/** The socket that a connection came in by. */
const ProtocolName = Type.Unsafe<Protocols>(Type.Union(protocolNames.map((name) => Type.Literal(name))));
const Principal = Type.String({ maxLength: 128 });
/** A running download and what it may send; null is no limit. */
const PacedRate = strictObject({
  download: Id,
  bytesPerSecond: Type.Union([Type.Integer({ minimum: 1 }), Type.Null()]),
});

/** Why a connection is not admitted, before anything is read from it. */
export const ConnectionRefusal = Type.Union([
  Type.Literal('banned'),
  Type.Literal('too_many'),
  Type.Literal('too_many_from_address'),
  Type.Literal('draining'),
]);
export type ConnectionRefusal = Static<typeof ConnectionRefusal>;

/**
 * Why a transfer does not begin: the file is not staged (any more), its account begins too many a second, or there are
 * as many as there may be.
 */
export const TransferRefusal = Type.Union([
  Type.Literal('not_staged'),
  Type.Literal('too_many'),
  Type.Literal('too_many_transfers'),
]);
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
    params: strictObject({
      jailed: Type.Boolean(),
      /** Whether the kernel refuses it the system calls that it has no use for. */
      seccomp: Type.Boolean(),
      sshNativeCrypto: Type.Boolean(),
    }),
    result: strictObject({}),
  }),
  /** It has the one connection that it serves, and takes no other (isolation: session). */
  'server.occupied': method({
    ...fromSession,
    mutates: true,
    params: strictObject({}),
    result: strictObject({}),
  }),
  /** It becomes this account's, and may ask about no other from now on; the account's user in its namespace. */
  'account.enter': method({
    ...fromSession,
    mutates: true,
    params: strictObject({ account: Slug }),
    result: strictObject({ user: Type.Integer({ minimum: 1 }) }),
  }),
  /** It can't start, for a reason that an operator has to put right (StartupError). */
  'server.failed': method({
    ...fromSession,
    mutates: true,
    params: strictObject({ code: Type.String({ maxLength: 64 }), message: Type.String({ maxLength: 2000 }) }),
    result: strictObject({}),
  }),
  /** Asked for each accepted connection before a byte of it is read: limits and bans hold for the whole node. */
  'connection.open': method({
    ...fromSession,
    mutates: true,
    params: strictObject({ protocol: ProtocolName, address: Address }),
    result: Type.Union([
      strictObject({ admitted: Type.Literal(true), connection: Id }),
      strictObject({ admitted: Type.Literal(false), reason: ConnectionRefusal }),
    ]),
  }),
  /** It is closed, and its session with it. */
  'connection.close': method({
    ...fromSession,
    mutates: true,
    params: strictObject({ connection: Id }),
    result: strictObject({}),
  }),
  /** The connection's client has logged in. */
  'session.begin': method({
    ...fromSession,
    mutates: true,
    params: strictObject({
      connection: Id,
      account: Slug,
      principal: Principal,
      username: Type.String({ maxLength: 128 }),
      protocol: Protocol,
      expiresAtMs: AtMs,
    }),
    result: Type.Union([
      /** `isRevoked`: the delivery was ended after its login had been allowed; the session is to end at once. */
      strictObject({ begun: Type.Literal(true), session: Id, isRevoked: Type.Boolean() }),
      strictObject({ begun: Type.Literal(false), reason: Type.Literal('too_many') }),
    ]),
  }),
  /** The session is over, though its connection may not be. */
  'session.over': method({
    ...fromSession,
    mutates: true,
    params: strictObject({ session: Id }),
    result: strictObject({}),
  }),
  /** Seals the credential to internal-db and returns its verified verdict. */
  'login.verify': method({
    ...fromSession,
    mutates: false,
    params: strictObject({
      connection: Id,
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
      connection: Id,
      account: Slug,
      path: Path,
      principal: Principal,
      protocol: Protocol,
      address: Address,
      offsetBytes: Bytes,
      sizeBytes: Bytes,
      /** The delivery of a signed URL; null for a login, whose file's newest live delivery is taken. */
      delivery: Type.Union([Id, Type.Null()]),
    }),
    result: Type.Union([
      strictObject({
        begun: Type.Literal(true),
        download: Id,
        bytesPerSecond: PacedRate.properties.bytesPerSecond,
      }),
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
  /** These running transfers may send so much from now on; those that are not named go on as before. */
  'transfer.pace': method({
    ...fromStager,
    mutates: true,
    params: strictObject({ rates: Type.Array(PacedRate, { maxItems: 10_000 }) }),
    result: strictObject({}),
  }),
  /** Closes these sessions now, or connections that nobody has logged in on. */
  'session.cut': method({
    ...fromStager,
    mutates: true,
    params: strictObject({
      sessions: Type.Array(Id, { maxItems: 10_000 }),
      reason: Type.Union([Type.Literal('cut'), Type.Literal('banned')]),
    }),
    result: strictObject({ cutSessionCount: Type.Integer({ minimum: 0 }) }),
  }),
  /** Closes the sessions that logged in as this principal (`delivery:<id>`). */
  'session.end': method({
    ...fromStager,
    mutates: true,
    params: strictObject({ principal: Principal }),
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
  /** How late its event loop was, at worst, since it was last asked. */
  'server.measure': method({
    ...fromStager,
    deadlineMs: 1000,
    mutates: true,
    params: strictObject({}),
    result: strictObject({ lagMs: Type.Number({ minimum: 0 }) }),
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
