// An operator's keys: Ed25519 signs versions of the configuration and proves the operator, X25519 is what the
// configuration is sealed to. One 0600 file, under a passphrase if the operator wants one; no node ever has it.
// Callers: the command line and the launcher, which make and read the file; commlink/operator/ and the links use the keys.
import { decodeNodeKeys, createNodeKeys, encodeNodeKeys, type NodeKeys } from '../node-keys.ts';
import type { Operator } from '../configuration/blocks/manifest.ts';
import { Slug } from '../methods/fields.ts';
import { readPrivateFile, writePrivateFile } from '../private-file.ts';
import { StartupError } from '../process-lifecycle.ts';
import { Type, compileSchema, strictObject, type Static } from '../schema.ts';
import { SealedText, openWithPassphrase, sealWithPassphrase } from './passphrase-seal.ts';

/** An operator's name and keys. `id` is the thumbprint of the signing key, as with nodes. */
export interface OperatorKeys extends NodeKeys {
  readonly name: string;
}

const OperatorKeyFile = Type.Union([
  strictObject({ version: Type.Literal(1), name: Slug, keys: Type.String({ maxLength: 8192 }) }),
  strictObject({ version: Type.Literal(1), name: Slug, sealed: SealedText }),
]);
type OperatorKeyFile = Static<typeof OperatorKeyFile>;
const fileCheck = compileSchema('operator key file', OperatorKeyFile);

/** Makes fresh keys. */
export function createOperatorKeys(name: string): OperatorKeys {
  return { name, ...createNodeKeys() };
}

/** The public half, as it stands in manifests. */
export function operatorOf({ name, id, signing, sealing }: OperatorKeys): Operator {
  return { name, id, signingKey: signing.raw, sealingKey: sealing.raw };
}

/** Writes the file, 0600, as a whole; under the passphrase, or without one for null. */
export async function writeOperatorKeys(
  file: string,
  keys: OperatorKeys,
  passphrase: string | null,
): Promise<void> {
  const { name } = keys;
  const text = encodeNodeKeys(keys);
  const content: OperatorKeyFile =
    passphrase === null
      ? { version: 1, name, keys: text }
      : { version: 1, name, sealed: await sealWithPassphrase(text, passphrase, name) };
  await writePrivateFile(file, `${JSON.stringify(content)}\n`);
}

/** Whether reading the file needs a passphrase. Throws what readOperatorKeys throws about the file. */
export async function needsPassphrase(file: string): Promise<boolean> {
  return 'sealed' in (await readKeyFile(file));
}

/**
 * Reads what writeOperatorKeys wrote; the passphrase is asked for only if there is one. Throws StartupError
 * `KEY_FILE_UNREADABLE`, `KEY_FILE_EXPOSED`, `KEY_FILE_INVALID` or `PASSPHRASE_WRONG`.
 */
export async function readOperatorKeys(
  file: string,
  askPassphrase: () => Promise<string>,
): Promise<OperatorKeys> {
  const content = await readKeyFile(file);
  const { name } = content;
  if ('keys' in content) return { name, ...keysFrom(file, content.keys) };
  const opened = await openWithPassphrase(content.sealed, await askPassphrase(), name);
  if (opened === undefined)
    throw new StartupError(
      'PASSPHRASE_WRONG',
      `The passphrase does not open ${file}, or the file is damaged. Try again, or restore the file from a backup.`,
    );
  return { name, ...keysFrom(file, opened) };
}

async function readKeyFile(file: string): Promise<OperatorKeyFile> {
  const text = await readPrivateFile(file);
  try {
    return fileCheck.parse(JSON.parse(text));
  } catch {
    // The cause is left out on purpose: a parser's message may quote the key.
    throw invalid(file);
  }
}

function keysFrom(file: string, text: string): NodeKeys {
  try {
    return decodeNodeKeys(text);
  } catch {
    throw invalid(file);
  }
}

function invalid(file: string): StartupError {
  return new StartupError(
    'KEY_FILE_INVALID',
    `${file} holds no valid operator keys. Restore it from a backup, or have another operator replace this one.`,
  );
}
