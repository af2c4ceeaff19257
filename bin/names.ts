// Reads the names that people type, so that a wrong one is explained before anything is asked of Consign.
// Called by the commands. Throws CliError `usage`.
import { FileName, Slug, Version } from '#commlink/methods/fields.ts';
import { compileSchema, type SchemaCheck } from '#commlink/schema.ts';
import { CliError } from './cli-error.ts';

const slugCheck = compileSchema('name', Slug);
const versionCheck = compileSchema('version', Version);
const fileNameCheck = compileSchema('file name', FileName);

const fits = (check: SchemaCheck<string>, value: unknown): boolean => check.matches(value);

/** A name of an account, user, product, channel. `what` is for the sentence: "account". */
export function parseSlug(text: string, what: string): string {
  if (fits(slugCheck, text)) return text;
  throw new CliError(
    'usage',
    `"${text}" can't be the name of ${/^[aeiou]/.test(what) ? 'an' : 'a'} ${what}. Use lower-case letters, digits, dots and dashes, at most 64, with a letter or digit first and last.`,
  );
}

/** A semantic version; whether it is one in every detail is decided by internal-db. */
export function parseVersion(text: string): string {
  if (fits(versionCheck, text) && /^\d/.test(text)) return text;
  throw new CliError('usage', `"${text}" is no version. Write for example 1.4.0 or 2.0.0-rc.1.`);
}

/** A file's name in a release. */
export function parseFileName(text: string): string {
  if (fits(fileNameCheck, text)) return text;
  throw new CliError(
    'usage',
    `"${text}" can't be a file name in a release: one name without slashes and control characters, not starting with a dot, at most 200 characters.`,
  );
}

/** `PRODUCT`, `PRODUCT/VERSION` or `PRODUCT/VERSION/FILE`. */
export interface Target {
  readonly product: string;
  readonly version: string | null;
  readonly file: string | null;
}

/** Reads a target; what is left out is null. */
export function parseTarget(text: string): Target {
  const [product = '', version, ...rest] = text.split('/');
  return {
    product: parseSlug(product, 'product'),
    version: version === undefined || version === '' ? null : parseVersion(version),
    file: rest.length === 0 || rest[0] === '' ? null : parseFileName(rest.join('/')),
  };
}
