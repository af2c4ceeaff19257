// Where a delivery's link is: parsed once, from a verified grant or from the ledger, into a place that is safe to
// append to the accounts directory. Callers: the stager, the reconciler, the ledger's readers. Trusts nothing, not even
// internal-db's signature: a name like `..` in a signed grant is refused all the same.
import { Slug } from '#commlink/methods/fields.ts';
import { compileSchema } from '#commlink/schema.ts';
import { CustomerPathError, parseCustomerPath } from '../session/customer-path.ts';

declare const parsed: unique symbol;

/** A parsed place. `path` is `<product>/<version>/<file>`; `relative` has the account in front. */
export interface StagedPlace {
  readonly account: string;
  readonly path: string;
  readonly relative: string;
  readonly [parsed]: true;
}

const slug = compileSchema('account name', Slug);

/** The place of `path` in an account's directory, or null when it is not exactly three plain segments. */
export function parseStagedPlace(account: string, path: string): StagedPlace | null {
  const segments = path.split('/');
  const isPlain = (segment: string): boolean => segment !== '' && !segment.startsWith('.');
  if (!slug.matches(account) || segments.length !== 3 || !segments.every(isPlain)) return null;
  try {
    if (parseCustomerPath(path) !== `/${path}`) return null;
  } catch (error) {
    if (error instanceof CustomerPathError) return null;
    throw error;
  }
  return { account, path, relative: `${account}/${path}` } as StagedPlace;
}
