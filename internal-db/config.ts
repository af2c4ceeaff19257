// The configuration file of internal-db, written by the launcher (or an operator), read once by main.ts.
import { NodeConfig } from '#commlink/node-config.ts';
import { Type, compileSchema, strictObject, type Static } from '#commlink/schema.ts';

const FilePath = Type.String({ minLength: 1, maxLength: 4096 });

/** The file's form. Paths are absolute; durations are milliseconds. */
export const InternalDbConfig = strictObject({
  node: NodeConfig,
  databaseFile: FilePath,
  /** Unix socket for the command line; made with mode 0600. */
  adminSocket: FilePath,
  /** The staff console; an internal address. Certificate and key are PEM files. */
  console: strictObject({
    host: Type.String({ minLength: 1, maxLength: 253 }),
    port: Type.Integer({ minimum: 0, maximum: 65_535 }),
    certFile: FilePath,
    keyFile: FilePath,
  }),
  /** How long a customer's delivery stays staged. */
  deliveryLifetimeMs: Type.Integer({ minimum: 1000, maximum: 366 * 86_400_000 }),
  /** How long a browser session lasts from sign-in. */
  sessionLifetimeMs: Type.Integer({ minimum: 1000, maximum: 366 * 86_400_000 }),
  logLevel: Type.Union([
    Type.Literal('trace'),
    Type.Literal('debug'),
    Type.Literal('info'),
    Type.Literal('warn'),
    Type.Literal('error'),
  ]),
});
export type InternalDbConfig = Static<typeof InternalDbConfig>;

/** Checks a parsed configuration file. */
export const internalDbConfigCheck = compileSchema('configuration of internal-db', InternalDbConfig);
