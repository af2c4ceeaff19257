// Reads the operator's key, and asks for its passphrase: at the terminal without showing it, or from a private file that
// CONSIGN_OPERATOR_PASSPHRASE_FILE names. Called only for commands that sign, open or prove something.
import { existsSync } from 'node:fs';
import { readOperatorKeys, type OperatorKeys } from '#commlink/operator/operator-keys.ts';
import { readPrivateFile } from '#commlink/private-file.ts';
import { CliError } from '../cli-error.ts';
import { passphraseCharacters } from '../limits.ts';
import { askHidden, type Terminal } from '../terminal.ts';

/** What finding and opening the key depends on. */
export interface KeySource {
  readonly operatorFiles: { readonly keyFile: string };
  readonly passphraseFile: string | null;
  readonly terminal: Terminal;
}

const noTerminalAdvice =
  'Put the passphrase into a file that only you can read, and name it with CONSIGN_OPERATOR_PASSPHRASE_FILE.';

/** Reads the key. Throws CliError `notFound` when there is none, StartupError for one that is exposed or does not open. */
export async function readOperatorKey(source: KeySource): Promise<OperatorKeys> {
  const { keyFile } = source.operatorFiles;
  if (!existsSync(keyFile)) {
    throw new CliError(
      'notFound',
      `There is no operator key ${keyFile}. Name yours with --key or CONSIGN_OPERATOR_KEY, or make one: consign operator init NAME`,
    );
  }
  return readOperatorKeys(keyFile, () => askPassphrase(source));
}

/** The passphrase of a key that has one. */
export async function askPassphrase({ operatorFiles, passphraseFile, terminal }: KeySource): Promise<string> {
  if (passphraseFile !== null) return readPassphraseFile(passphraseFile);
  return askHidden(terminal, `Passphrase of ${operatorFiles.keyFile}: `, noTerminalAdvice);
}

/** A new passphrase, asked for twice; null when none is wanted. Throws CliError `usage`. */
export async function askNewPassphrase({ passphraseFile, terminal }: KeySource): Promise<string | null> {
  if (passphraseFile !== null) return checkPassphrase(await readPassphraseFile(passphraseFile));
  const passphrase = await askHidden(terminal, 'New passphrase (empty for none): ', noTerminalAdvice);
  if (passphrase === '') return null;
  checkPassphrase(passphrase);
  if ((await askHidden(terminal, 'Again: ')) === passphrase) return passphrase;
  throw new CliError('usage', 'The two passphrases differ. Nothing was changed.');
}

async function readPassphraseFile(file: string): Promise<string> {
  return (await readPrivateFile(file)).split(/\r?\n/)[0] ?? '';
}

function checkPassphrase(passphrase: string): string {
  const { min, max } = passphraseCharacters;
  if (passphrase.length >= min && passphrase.length <= max) return passphrase;
  throw new CliError('usage', `A passphrase has ${min} to ${max} characters. Nothing was changed.`);
}
