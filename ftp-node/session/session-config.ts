// What a session server is told, and all that it may know: addresses to listen on, key files that it reads before the
// jail shuts, the public keys that verify download URLs, limits. No node key, no key bag, no storeroom.
// The stager makes it; session/main.ts gets it as the answer to `server.configure`.
import { NodeId, Slug } from '#commlink/methods/fields.ts';
import { Type, strictObject, type Static } from '#commlink/schema.ts';

const Port = Type.Integer({ minimum: 0, maximum: 65_535 });
const FilePath = Type.String({ minLength: 1, maxLength: 4096 });
const Count = Type.Integer({ minimum: 1 });

/** See SessionLimits in session-services.ts. */
export const SessionLimitsSchema = strictObject({
  connectionsMax: Count,
  connectionsPerAddressMax: Count,
  sessionsPerAccountMax: Count,
  loginDeadlineMs: Count,
  loginAttemptsMax: Count,
  idleTimeoutMs: Count,
  stallTimeoutMs: Count,
  dataConnectionTimeoutMs: Count,
  commandBytesMax: Count,
  readChunkBytes: Count,
});

/** Whether a node without the right to chroot may serve at all. */
export const JailPolicy = Type.Union([Type.Literal('required'), Type.Literal('where-possible')]);

/** The configuration of one session server. */
export const SessionServerConfig = strictObject({
  cluster: Slug,
  /** The node's id, to which download URLs are bound. */
  node: NodeId,
  accountsDirectory: FilePath,
  jail: JailPolicy,
  sessionUser: strictObject({ uid: Type.Integer({ minimum: 0 }), gid: Type.Integer({ minimum: 0 }) }),
  listenHost: Type.String({ minLength: 1, maxLength: 253 }),
  certFile: FilePath,
  keyFile: FilePath,
  hostKeyFiles: Type.Array(FilePath, { minItems: 1, maxItems: 8 }),
  internalDbKeys: Type.Array(Type.String({ maxLength: 64 }), { maxItems: 16 }),
  httpsPort: Port,
  ftp: strictObject({
    port: Port,
    publicHost: Type.String({ minLength: 1, maxLength: 253 }),
    passivePorts: strictObject({ from: Port, to: Port }),
  }),
  sftpPort: Port,
  /** More than one session server shares the ports (SO_REUSEPORT). */
  sharePorts: Type.Boolean(),
  limits: SessionLimitsSchema,
  logLevel: Type.String({ maxLength: 16 }),
});
export type SessionServerConfig = Static<typeof SessionServerConfig>;
