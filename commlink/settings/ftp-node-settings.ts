// What is configured of an FTP node through the cluster's configuration, and takes effect without a restart.
// Callers: ftp-node, which obeys it; the operator's side, which checks it before it is published.
import { Type, strictObject, type Static } from '../schema.ts';
import { HostName, IpNetwork, Port, commonSettings } from './link-settings.ts';
import { ProxyProtocolSettings } from './proxy-protocol-settings.ts';

const Count = Type.Integer({ minimum: 1 });
/** Zero is no limit. */
const Rate = Type.Integer({ minimum: 0 });
const TimeOfDay = Type.String({ pattern: '^([01][0-9]|2[0-3]):[0-5][0-9]$' });
const OptionalPort = Type.Union([Port, Type.Null()], { default: null });

/** The limits of one node, for all of its session servers together. An address of IPv6 stands for its /64. */
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
  /** Transfers that run at once: on the node, for one account, to one address. */
  transfersMax: Count,
  transfersPerAccountMax: Count,
  transfersPerAddressMax: Count,
  /** Bytes a second that are sent in all; 0 is no limit. */
  bytesPerSecondMax: Rate,
  bytesPerSecondPerAccountMax: Rate,
  bytesPerSecondPerAddressMax: Rate,
  /** SFTP: new keys are agreed on after so many bytes, or so long. */
  rekeyBytes: Type.Integer({ minimum: 1_048_576 }),
  rekeyIntervalMs: Type.Integer({ minimum: 1000 }),
  /** When the node stops, running transfers may take so long to finish; then they are broken off. */
  drainWithinMs: Type.Integer({ minimum: 0, maximum: 590_000 }),
});

/** Whether a node without the right to chroot may serve at all. */
export const JailPolicy = Type.Union([Type.Literal('required'), Type.Literal('where-possible')]);

/** Whether sessions share a process, or each has one that sees its account's directory alone, as a user of its own. */
export const Isolation = Type.Union([Type.Literal('shared'), Type.Literal('session')], { default: 'shared' });

/** The settings of an FTP node. */
export const FtpNodeSettings = strictObject({
  ...commonSettings,
  listenHost: HostName,
  https: strictObject({
    enabled: Type.Boolean(),
    port: Port,
    publicBase: Type.String({ pattern: '^https://[^/\\s]+$', maxLength: 256 }),
    /** Plain HTTP, for files that are signed and encrypted in themselves; null is off. */
    plainPort: OptionalPort,
  }),
  ftp: strictObject({
    enabled: Type.Boolean(),
    port: Port,
    publicHost: HostName,
    passivePorts: strictObject({ from: Port, to: Port }),
    /** Whether a login without TLS is refused. */
    requireTls: Type.Boolean(),
    /** Whether appliances may fetch packages without TLS, which are signed and encrypted in themselves. Nobody else may. */
    plainPackages: Type.Boolean({ default: false }),
    /** FTP over TLS from the first byte on; null is off. */
    implicitPort: OptionalPort,
    /** Whether PORT and EPRT are obeyed, towards the customer's own address. */
    activeMode: Type.Boolean({ default: false }),
    /** Whether a data connection must resume the TLS session of its control connection. */
    requireResumption: Type.Boolean({ default: false }),
    /** Whether MODE Z is offered. lftp uses it wherever it is, and it takes ten times the processor time and more. */
    compression: Type.Boolean({ default: false }),
    /** What PASV announces to customers from these networks instead of `publicHost`; the first that fits. */
    publicAddresses: Type.Array(strictObject({ network: IpNetwork, address: HostName }), {
      maxItems: 64,
      default: [],
    }),
  }),
  sftp: strictObject({ enabled: Type.Boolean(), port: Port, publicHost: HostName }),
  /** The oldest version of TLS that customers may use. */
  tlsMinimum: Type.Union([Type.Literal('TLSv1.2'), Type.Literal('TLSv1.3')], { default: 'TLSv1.2' }),
  proxyProtocol: ProxyProtocolSettings,
  jail: JailPolicy,
  isolation: Isolation,
  /** With `isolation: session`, the users that accounts get: so many from the first one on. */
  accountUids: strictObject(
    {
      from: Type.Integer({ minimum: 1000, maximum: 4_000_000_000 }),
      count: Type.Integer({ minimum: 1, maximum: 1_000_000 }),
    },
    { default: { from: 200_000, count: 65_536 } },
  ),
  /** With `isolation: session`, the processes that wait for a connection, and those that there may be in all. */
  sessionPool: strictObject(
    { warm: Type.Integer({ minimum: 1, maximum: 64 }), max: Type.Integer({ minimum: 1, maximum: 4000 }) },
    { default: { warm: 4, max: 100 } },
  ),
  /** Processes that speak with customers; 0 is one for each core. */
  sessionServerCount: Type.Integer({ minimum: 0, maximum: 64 }),
  /** A draining node takes no new sessions and deliveries, and lets its transfers finish. */
  draining: Type.Boolean({ default: false }),
  /** How artifacts are fetched that internal-db keeps. */
  artifacts: strictObject(
    {
      /** Bytes of fetched artifacts; above, those are dropped that are not placed here and were not used for longest. 0: no limit. */
      cacheBytesMax: Rate,
      /** Bytes that are fetched in a second; 0 is no limit. */
      bytesPerSecondMax: Rate,
      /** When artifacts are fetched that no customer waits for: times of day in UTC. None: always. */
      windows: Type.Array(strictObject({ from: TimeOfDay, to: TimeOfDay }), { maxItems: 8 }),
    },
    { default: { cacheBytesMax: 0, bytesPerSecondMax: 0, windows: [] } },
  ),
  /** How often all artifacts are read again and compared with their digests; 0: never. */
  storeroomCheck: strictObject(
    {
      intervalMs: Type.Integer({ minimum: 0, maximum: 366 * 86_400_000 }),
      /** Bytes that are read for it in a second; 0 is no limit. */
      bytesPerSecondMax: Rate,
    },
    { default: { intervalMs: 30 * 86_400_000, bytesPerSecondMax: 20_000_000 } },
  ),
  reconcileIntervalMs: Type.Integer({ minimum: 1000, maximum: 2_147_483_647 }),
  limits: Type.Partial(SessionLimitsSchema, { additionalProperties: false }),
});
export type FtpNodeSettings = Static<typeof FtpNodeSettings>;
