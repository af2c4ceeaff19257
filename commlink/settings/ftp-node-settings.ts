// What is configured of an FTP node through the cluster's configuration, and takes effect without a restart.
// Callers: ftp-node, which obeys it; the operator's side, which checks it before it is published.
import { Type, strictObject, type Static } from '../schema.ts';
import { HostName, Port, commonSettings } from './link-settings.ts';

const Count = Type.Integer({ minimum: 1 });

/** The limits of one session server; those of transfers hold for all of a node together. */
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
  /** Passive ports that wait for the data connections of one account. Never more than half of the range. */
  passivePortsPerAccountMax: Count,
  /** Transfers that one account may begin; more are held back for a moment, and then declined. */
  transfersPerAccountPerSecondMax: Count,
});

/** Whether a node without the right to chroot may serve at all. */
export const JailPolicy = Type.Union([Type.Literal('required'), Type.Literal('where-possible')]);

/** The settings of an FTP node. */
export const FtpNodeSettings = strictObject({
  ...commonSettings,
  listenHost: HostName,
  https: strictObject({
    enabled: Type.Boolean(),
    port: Port,
    publicBase: Type.String({ pattern: '^https://[^/\\s]+$', maxLength: 256 }),
  }),
  ftp: strictObject({
    enabled: Type.Boolean(),
    port: Port,
    publicHost: HostName,
    passivePorts: strictObject({ from: Port, to: Port }),
    /** Whether a login without TLS is refused. */
    requireTls: Type.Boolean(),
  }),
  sftp: strictObject({ enabled: Type.Boolean(), port: Port, publicHost: HostName }),
  jail: JailPolicy,
  sessionServerCount: Type.Integer({ minimum: 1, maximum: 64 }),
  reconcileIntervalMs: Type.Integer({ minimum: 1000, maximum: 2_147_483_647 }),
  limits: Type.Partial(SessionLimitsSchema, { additionalProperties: false }),
});
export type FtpNodeSettings = Static<typeof FtpNodeSettings>;
