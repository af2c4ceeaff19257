// What a session server is told, and all that it may know: certificate and host keys as texts, the public keys that verify
// download URLs, limits. No node key, no key bag, no storeroom; its listening sockets it inherits (session-process.ts).
// The stager makes it; session/main.ts gets it as the answer to `server.configure`, over its socket pair. It holds
// private keys, so it is never logged.
import { Slug } from '#commlink/methods/fields.ts';
import { Type, strictObject, type Static } from '#commlink/schema.ts';
import { ClusterPolicy, NodeIdentity } from '#commlink/settings/cluster-configuration.ts';
import { FtpNodeSettings, JailPolicy, SessionLimitsSchema } from '#commlink/settings/ftp-node-settings.ts';

const { certificate, privateKey, hostKeys } = NodeIdentity.properties;
const { tlsMinimum, proxyProtocol, isolation, ftp } = FtpNodeSettings.properties;
const {
  publicHost,
  publicAddresses,
  passivePorts,
  requireTls,
  plainPackages,
  activeMode,
  requireResumption,
  compression,
} = ftp.properties;

const {
  loginDeadlineMs,
  loginAttemptsMax,
  idleTimeoutMs,
  stallTimeoutMs,
  dataConnectionTimeoutMs,
  commandBytesMax,
  readChunkBytes,
  passivePortsPerAccountMax,
  rekeyBytes,
  rekeyIntervalMs,
} = SessionLimitsSchema.properties;

/** What changes while a session server runs, all of it at once. */
export const LiveSettings = strictObject({
  /** Whether client requests are admitted, and how long they are held while they are not. */
  admissionOpen: Type.Boolean(),
  patienceMs: ClusterPolicy.properties.patienceMs,
  /** Whether the node takes no new sessions; those that are there end when they are idle for a moment. */
  draining: Type.Boolean(),
  /** When it has to stop, running transfers may take so long. */
  drainWithinMs: SessionLimitsSchema.properties.drainWithinMs,
  /** Raw Ed25519 public keys of the internal-db members. */
  internalDbKeys: Type.Array(Type.String({ maxLength: 64 }), { maxItems: 1000 }),
  logLevel: FtpNodeSettings.properties.logLevel,
});
export type LiveSettings = Static<typeof LiveSettings>;

/** The configuration of one session server. All but `live` stays as it is for the life of its process. */
export const SessionServerConfig = strictObject({
  cluster: Slug,
  accountsDirectory: Type.String({ minLength: 1, maxLength: 4096 }),
  jail: JailPolicy,
  sessionUser: strictObject({ uid: Type.Integer({ minimum: 0 }), gid: Type.Integer({ minimum: 0 }) }),
  /** PEM texts. */
  identity: strictObject({ certificate, privateKey, hostKeys }),
  /** The protocols that it serves. */
  https: Type.Boolean(),
  http: Type.Boolean(),
  ftp: Type.Union([
    strictObject({
      /** Whether it serves the port for TLS from the first byte on, too. */
      implicitTls: Type.Boolean(),
      publicHost,
      publicAddresses,
      passivePorts,
      requireTls,
      plainPackages,
      activeMode,
      requireResumption,
      compression,
    }),
    Type.Null(),
  ]),
  sftp: Type.Boolean(),
  tlsMinimum,
  proxyProtocol,
  isolation,
  limits: strictObject({
    loginDeadlineMs,
    loginAttemptsMax,
    idleTimeoutMs,
    stallTimeoutMs,
    dataConnectionTimeoutMs,
    commandBytesMax,
    readChunkBytes,
    passivePortsPerAccountMax,
    rekeyBytes,
    rekeyIntervalMs,
  }),
  live: LiveSettings,
});
export type SessionServerConfig = Static<typeof SessionServerConfig>;
