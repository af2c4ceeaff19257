// The private file of a node's keys. Callers: what starts a node, the launcher, backups; an appliance keeps its own the same way.
import { decodeNodeKeys, encodeNodeKeys, type NodeKeys } from './node-keys.ts';
import { readPrivateFile, writePrivateFile } from './private-file.ts';
import { StartupError } from './startup-error.ts';

/** Writes the private keys as JSON of two PKCS#8 PEM texts, mode 0600, replacing the file as a whole. */
export async function writeNodeKeys(file: string, keys: NodeKeys): Promise<void> {
  await writePrivateFile(file, `${encodeNodeKeys(keys)}\n`);
}

/** Reads what writeNodeKeys wrote. Throws StartupError `KEY_FILE_INVALID`, `…_UNREADABLE` or `…_EXPOSED`. */
export async function readNodeKeys(file: string): Promise<NodeKeys> {
  const text = await readPrivateFile(file);
  try {
    return decodeNodeKeys(text);
  } catch (error) {
    // The cause is left out on purpose: a parser's message may quote the key.
    const name = error instanceof Error ? error.name : 'unknown';
    const hint = 'Restore it from a backup, or join the node anew.';
    throw new StartupError('KEY_FILE_INVALID', `${file} holds no valid node keys (${name}). ${hint}`);
  }
}
