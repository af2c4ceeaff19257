// Reads the names that people type, so that a wrong one is explained before anything is asked of Consign.
// Called by the commands. Throws CliError `usage`.
import { FileName, Slug, Version } from '#commlink/methods/fields.ts';
import { ApplianceUid } from '#commlink/methods/fleet-methods.ts';
import { EmailAddress, Language, UserRole } from '#commlink/methods/people-fields.ts';
import { compileSchema, type SchemaCheck } from '#commlink/schema.ts';
import { CliError } from './cli-error.ts';

const rolloutForm = /^rol_[A-Za-z0-9_-]{22}$/;
const slugCheck = compileSchema('name', Slug);
const versionCheck = compileSchema('version', Version);
const fileNameCheck = compileSchema('file name', FileName);
const uidCheck = compileSchema('uid', ApplianceUid);
const emailCheck = compileSchema('address', EmailAddress);
const roleCheck = compileSchema('role', UserRole);
const languageCheck = compileSchema('language', Language);

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

/** An appliance's uid. */
export function parseUid(text: string): string {
  if (fits(uidCheck, text)) return text;
  throw new CliError(
    'usage',
    `"${text}" is no uid of an appliance: apl_ and 22 characters more, as consign appliance list shows it.`,
  );
}

/** A rollout's id. */
export function parseRolloutId(text: string): string {
  if (rolloutForm.test(text)) return text;
  throw new CliError(
    'usage',
    `"${text}" is no id of a rollout: rol_ and 22 characters more, as consign rollout status shows it.`,
  );
}

/** An e-mail address. */
export function parseEmail(text: string): string {
  if (fits(emailCheck, text)) return text;
  throw new CliError('usage', `"${text}" is no e-mail address. Write for example alice@acme.example.`);
}

/** A role in a customer's account. */
export function parseRole(text: unknown): UserRole {
  if (roleCheck.matches(text)) return text;
  throw new CliError('usage', '--role is owner or downloader.');
}

/** A language of mails. */
export function parseLanguage(text: unknown): Language {
  if (languageCheck.matches(text)) return text;
  throw new CliError('usage', '--language is en or de.');
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
