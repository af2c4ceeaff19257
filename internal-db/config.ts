// The configuration file of internal-db: what must be known on its own machine. Everything else is the cluster's
// configuration (#commlink/settings/internal-db-settings.ts). Written by the launcher or `consign node join`; read once
// by main.ts.
import { NodeBootstrap } from '#commlink/configuration/node-bootstrap.ts';
import { Type, compileSchema, strictObject, type Static } from '#commlink/schema.ts';

const FilePath = Type.String({ minLength: 1, maxLength: 4096 });

/** The file's form. Paths are absolute. */
export const InternalDbConfig = strictObject({
  node: NodeBootstrap,
  /** Where SQLite keeps what internal-db knows; its other files are beside it, PostgreSQL or not (database-choice.ts). */
  databaseFile: FilePath,
  /** Unix socket for the command line; made with mode 0600. */
  adminSocket: FilePath,
});
export type InternalDbConfig = Static<typeof InternalDbConfig>;

/** Checks a parsed configuration file. */
export const internalDbConfigCheck = compileSchema('configuration of internal-db', InternalDbConfig);
