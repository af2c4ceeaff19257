// The keys that all internal-dbs of one database share: what the database keeps secret is sealed to one, releases are signed
// with the other. Each has them in a private file beside its SQLite file or choice of a database; the database itself knows
// only which they are. A node's own keys are never shared. Called by open-database-keys.ts and hand-over-keys.ts.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { readNodeKeys, writeNodeKeys } from '#commlink/node-key-file.ts';
import { createNodeKeys, decodeNodeKeys, encodeNodeKeys, type NodeKeys } from '#commlink/node-keys.ts';
import { readPrivateFile } from '#commlink/private-file.ts';

const fileName = 'database-keys.json';
/** Where an older program has the key that it signs releases with. */
const releaseKeyFileName = 'release-signing-key.pem';

/** They have the form of a node's: `signing` is for releases. */
export type DatabaseKeys = Pick<NodeKeys, 'signing' | 'sealing'>;

/** The file of the internal-db with this SQLite file. */
export function databaseKeysFile(databaseFile: string): string {
  return path.join(path.dirname(databaseFile), fileName);
}

/** Null when there are none. Throws StartupError `KEY_FILE_…`. */
export async function readDatabaseKeys(databaseFile: string): Promise<NodeKeys | null> {
  const file = databaseKeysFile(databaseFile);
  return existsSync(file) ? readNodeKeys(file) : null;
}

/** Keeps them, in place of others. */
export async function writeDatabaseKeys(databaseFile: string, keys: NodeKeys): Promise<void> {
  await writeNodeKeys(databaseKeysFile(databaseFile), keys);
}

/** Makes new ones. What customers know releases' signatures by stays when an older program has made it. */
export async function createDatabaseKeys(databaseFile: string): Promise<NodeKeys> {
  const keys = createNodeKeys();
  const releaseKeyFile = path.join(path.dirname(databaseFile), releaseKeyFileName);
  if (!existsSync(releaseKeyFile)) return keys;
  const { sealing } = JSON.parse(encodeNodeKeys(keys)) as { sealing: string };
  return decodeNodeKeys(JSON.stringify({ signing: await readPrivateFile(releaseKeyFile), sealing }));
}

/** Says which keys they are, and nothing else of them. */
export function fingerprintOf({ signing, sealing }: DatabaseKeys): string {
  return `${signing.raw}.${sealing.raw}`;
}
