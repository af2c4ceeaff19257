// What goes on at an ftp-node now: its customers' connections and what they fetch, as the node lists them, and the signed
// order to end some of them. Used by the tables of ftp-node, web-front and internal-db; shown by `consign sessions`.
import { Type, strictObject, type Static } from '../schema.ts';
import { Address, AtMs, Bytes, Id, NodeId, Protocol, Slug, StagedPath } from './fields.ts';

const Nullable = <S extends Parameters<typeof Type.Union>[0][number]>(schema: S) =>
  Type.Union([schema, Type.Null()]);

/** Sessions in one answer. A node may have more; the answer says how many. */
export const sessionsListedMax = 5000;
/** Sessions that one order ends. */
export const sessionsPerCutMax = 500;

/** The transfer that a session runs now. */
export const LiveTransfer = strictObject({
  download: Id,
  delivery: Id,
  path: StagedPath,
  offsetBytes: Bytes,
  /** Since the offset. */
  sentBytes: Bytes,
  sizeBytes: Bytes,
  /** Over the last seconds. */
  bytesPerSecond: Bytes,
  startedAtMs: AtMs,
});
export type LiveTransfer = Static<typeof LiveTransfer>;

/** A session of a customer who is logged in, a download by signed URL, or a connection before its login (`account` null). */
export const LiveSession = strictObject({
  id: Id,
  /** The connection that it runs on, by the node's own name for it. */
  connection: Type.String({ maxLength: 64 }),
  protocol: Type.Union([Protocol, Type.Literal('http')]),
  address: Address,
  account: Nullable(Slug),
  principal: Nullable(Type.String({ maxLength: 128 })),
  username: Nullable(Type.String({ maxLength: 128 })),
  startedAtMs: AtMs,
  /** Since when nothing is transferred; null during a transfer. */
  idleSinceMs: Nullable(AtMs),
  /** The one that began last, and how many there are: SFTP may run several. */
  transfer: Nullable(LiveTransfer),
  transferCount: Type.Integer({ minimum: 0 }),
});
export type LiveSession = Static<typeof LiveSession>;

/** Order to end sessions at one node, signed by internal-db. One that is over already is passed over. */
export const CutOrder = strictObject({
  cluster: Slug,
  node: NodeId,
  order: Id,
  sessions: Type.Array(Id, { minItems: 1, maxItems: sessionsPerCutMax }),
  issuedAtMs: AtMs,
});
export type CutOrder = Static<typeof CutOrder>;

/** What `sessions.list` answers, and what is passed on of it. */
export const SessionListing = strictObject({
  sessions: Type.Array(LiveSession, { maxItems: sessionsListedMax }),
  /** All that fit the question, also those that the list has no room for. */
  sessionCount: Type.Integer({ minimum: 0 }),
});
export type SessionListing = Static<typeof SessionListing>;
