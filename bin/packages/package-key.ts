// The file beside a package that has its content key: 0600, made by `consign package build`, handed to internal-db when the package
// is signed, and not needed again after that but to look into the package. Called by the package commands.
import { existsSync } from 'node:fs';
import { readPrivateFile, writePrivateFile } from '#commlink/private-file.ts';
import { Sha256 } from '#commlink/methods/fields.ts';
import { Type, compileSchema, strictObject, type Static } from '#commlink/schema.ts';
import { CliError } from '../cli-error.ts';

const PackageKey = strictObject({
  format: Type.Literal('consign-package-key/1'),
  /** Of the package file. */
  sha256: Sha256,
  key: Type.String({ pattern: '^[A-Za-z0-9_-]{43}$' }),
});
type PackageKey = Static<typeof PackageKey>;
const keyCheck = compileSchema('package key', PackageKey);

/** The file of a package's key. */
function keyFileOf(packageFile: string): string {
  return `${packageFile}.key`;
}

/** Writes it. */
export async function writePackageKey(packageFile: string, sha256: string, key: Uint8Array): Promise<void> {
  const content: PackageKey = {
    format: 'consign-package-key/1',
    sha256,
    key: Buffer.from(key).toString('base64url'),
  };
  await writePrivateFile(keyFileOf(packageFile), `${JSON.stringify(content)}\n`);
}

/** Reads it: raw, base64url. Throws CliError `notFound`, or `failed` for the key of another package; StartupError `KEY_FILE_…`. */
export async function readPackageKey(packageFile: string, sha256: string): Promise<string> {
  const file = keyFileOf(packageFile);
  if (!existsSync(file))
    throw new CliError(
      'notFound',
      `There is no ${file}, which consign package build has written beside the package.`,
    );
  const text = await readPrivateFile(file);
  let content: PackageKey | null = null;
  try {
    content = keyCheck.parse(JSON.parse(text));
  } catch {
    // The cause is left out on purpose: a parser's message may quote the key.
    throw new CliError('failed', `${file} holds no package key. Build the package anew.`);
  }
  if (content.sha256 === sha256) return content.key;
  throw new CliError('failed', `${file} is the key of another package. Build the package anew.`);
}
