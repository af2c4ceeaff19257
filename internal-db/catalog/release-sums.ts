// The digests of all files of a release as sha256sum writes them, signed. Called for `catalog.sums`.
import type { ParamsOf, ResultOf } from '#commlink/method-table.ts';
import type { catalogMethods } from '#commlink/methods/catalog-methods.ts';
import type { ServiceContext } from '../service-context.ts';
import type { AccountRecord } from '../store/accounts.ts';
import { findOwnRelease } from './customer-products.ts';

type Table = typeof catalogMethods;
type Sums = Extract<ResultOf<Table, 'catalog.sums'>, { valid: true }>;

/** The sums of a release that the account is shown. */
export async function signOwnReleaseSums(
  { store: { read }, clock, catalogMemory, releaseSigner }: ServiceContext,
  account: AccountRecord,
  wanted: Omit<ParamsOf<Table, 'catalog.sums'>, 'session'>,
): Promise<Sums> {
  const catalog = await catalogMemory.current();
  const shown = await findOwnRelease(read, catalog, { account, ...wanted, atMs: clock.nowMs() });
  if (!shown) return { valid: true, found: false };
  const artifacts = await catalog.artifactsOf(shown.release.id);
  const sums = artifacts.map(({ sha256, name }) => `${sha256}  ${name}\n`).join('');
  return {
    valid: true,
    found: true,
    sums,
    signature: releaseSigner.sign(sums),
    signer: releaseSigner.signer,
  };
}
