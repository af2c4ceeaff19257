// The keys that the fleet's roots and packages are signed with, away from what is online: files in the form of operators' keys, each
// under its passphrase. Called by the fleet and package commands; what is secret stays in its file.
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  createOperatorKeys,
  operatorOf,
  readOperatorKeys,
  writeOperatorKeys,
  type OperatorKeys,
} from '#commlink/operator/operator-keys.ts';
import { CliError } from '../cli-error.ts';
import type { CommandInput, Explained, Invocation } from '../command-spec.ts';
import { fleetKeysMax } from '../limits.ts';
import { askNewPassphrase, askPassphrase } from '../operator/operator-key.ts';
import { decodePublicOperator, encodePublicOperator } from '../operator/public-operator.ts';

/** The option of commands that sign. */
export const withOption: Explained = ['--with <files...>', 'the key files to sign with'];

/** `2/3`: how many of how many keys must sign. Throws CliError `usage`. */
export function parseThreshold(text: string): { threshold: number; count: number } {
  const [, threshold, count] = (/^(\d{1,2})\/(\d{1,2})$/.exec(text) ?? []).map(Number);
  const fits = threshold !== undefined && count !== undefined && threshold >= 1;
  if (fits && threshold <= count && count <= fleetKeysMax) return { threshold, count };
  throw new CliError(
    'usage',
    `"${text}" says not how many keys must sign. Write for example 2/3: two of three.`,
  );
}

/** Makes keys `name-1` and so on into a folder, all under one new passphrase, which their owners then change. */
export async function makeKeyFiles(
  invocation: Invocation,
  { folder, names, isOpen }: { folder: string; names: readonly string[]; isOpen: boolean },
): Promise<OperatorKeys[]> {
  const taken = names.map((name) => fileOf(folder, name)).find((file) => existsSync(file));
  if (taken !== undefined)
    throw new CliError('conflict', `${taken} is there already, and is left as it is. Name another folder.`);
  const passphrase = isOpen ? null : await askNewPassphrase(invocation);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const keys = names.map(createOperatorKeys);
  for (const key of keys) await writeOperatorKeys(fileOf(folder, key.name), key, passphrase);
  return keys;
}

/** Opens the keys that --with names. Throws CliError `usage`, StartupError for a file that does not open. */
export async function readSigners(invocation: Invocation, input: CommandInput): Promise<OperatorKeys[]> {
  const files = input.severalOptions('with');
  if (files.length === 0) throw new CliError('usage', '--with is needed: the key files to sign with.');
  const keys: OperatorKeys[] = [];
  for (const keyFile of files) {
    if (!existsSync(keyFile)) throw new CliError('notFound', `There is no key file ${keyFile}.`);
    const source = { ...invocation, operatorFiles: { keyFile } };
    keys.push(await readOperatorKeys(keyFile, () => askPassphrase(source)));
  }
  return keys;
}

/** The raw signing keys in the public parts that `consign operator show` prints. Throws CliError `usage`. */
export function parsePublicKeys(texts: readonly string[]): string[] {
  return texts.map((text) => decodePublicOperator('key', text).signingKey);
}

/** The public part of a key, to be handed to others. */
export function publicPartOf(keys: OperatorKeys): string {
  return encodePublicOperator(operatorOf(keys));
}

function fileOf(folder: string, name: string): string {
  return join(folder, `${name}.key`);
}
