// The schema of the FTP node's configuration file: what belongs to this machine. All else comes with the cluster's
// configuration (commlink/settings/ftp-node-settings.ts). Written by the launcher or `consign node join`, read by main.ts
// alone. File and directory paths are absolute.
import { NodeBootstrap } from '#commlink/configuration/node-bootstrap.ts';
import { Type, compileSchema, strictObject, type Static } from '#commlink/schema.ts';

const FilePath = Type.String({ minLength: 1, maxLength: 4096 });
/** -1 never is a user: the kernel takes it for "leave as it is". */
const UserId = Type.Integer({ minimum: 0, maximum: 4_294_967_294 });

/** The configuration of one FTP node's machine. */
export const FtpNodeConfig = strictObject({
  node: NodeBootstrap,
  /** Artifacts by digest, and the accounts' hard links to them: both on one file system. */
  storeroomDirectory: FilePath,
  accountsDirectory: FilePath,
  ledgerFile: FilePath,
  /** Unix socket that takes artifacts in. */
  ingestSocket: FilePath,
  sessionUser: strictObject({ uid: UserId, gid: UserId }),
});
export type FtpNodeConfig = Static<typeof FtpNodeConfig>;

/** Checks a configuration. */
export const ftpNodeConfigCheck = compileSchema('configuration of the FTP node', FtpNodeConfig);
