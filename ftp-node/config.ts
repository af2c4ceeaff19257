// The schema of the FTP node's configuration file. Written by the launcher or an operator, read by main.ts alone.
// File and directory paths are absolute.
import { NodeConfig } from '#commlink/node-config.ts';
import { Type, compileSchema, strictObject, type Static } from '#commlink/schema.ts';
import { JailPolicy, SessionLimitsSchema } from './session/session-config.ts';

const FilePath = Type.String({ minLength: 1, maxLength: 4096 });
const Port = Type.Integer({ minimum: 0, maximum: 65_535 });
const HostName = Type.String({ minLength: 1, maxLength: 253 });
/** -1 never is a user: the kernel takes it for "leave as it is". */
const UserId = Type.Integer({ minimum: 0, maximum: 4_294_967_294 });

/** The configuration of one FTP node. */
export const FtpNodeConfig = strictObject({
  node: NodeConfig,
  /** Artifacts by digest, and the accounts' hard links to them: both on one file system. */
  storeroomDirectory: FilePath,
  accountsDirectory: FilePath,
  ledgerFile: FilePath,
  /** Unix socket that takes artifacts in. */
  ingestSocket: FilePath,
  jail: JailPolicy,
  sessionUser: strictObject({ uid: UserId, gid: UserId }),
  sessionServerCount: Type.Integer({ minimum: 1, maximum: 64 }),
  listenHost: HostName,
  /** TLS for HTTPS and FTP. */
  certFile: FilePath,
  keyFile: FilePath,
  hostKeyFiles: Type.Array(FilePath, { minItems: 1, maxItems: 8 }),
  https: strictObject({
    port: Port,
    publicBase: Type.String({ pattern: '^https://[^/]+$', maxLength: 256 }),
  }),
  ftp: strictObject({
    port: Port,
    publicHost: HostName,
    passivePorts: strictObject({ from: Port, to: Port }),
  }),
  sftp: strictObject({ port: Port, publicHost: HostName }),
  reconcileIntervalMs: Type.Integer({ minimum: 1000, maximum: 2_147_483_647 }),
  logLevel: Type.String({ maxLength: 16 }),
  limits: Type.Optional(Type.Partial(SessionLimitsSchema, { additionalProperties: false })),
});
export type FtpNodeConfig = Static<typeof FtpNodeConfig>;

/** Checks a configuration. */
export const ftpNodeConfigCheck = compileSchema('configuration of the FTP node', FtpNodeConfig);
