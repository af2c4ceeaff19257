// What internal-db answers a web-front about products, releases and licence agreements: one handler for each row of
// catalogMethods. Put together with the others in customer-handlers.ts.
import type { Handlers } from '#commlink/method-table.ts';
import type { catalogMethods } from '#commlink/methods/catalog-methods.ts';
import type { AuthenticatedCaller } from '../identity/authenticate-secret.ts';
import { acceptOwnLicence, listOwnLicences, readOwnLicence } from '../licences/customer-licences.ts';
import type { ServiceContext } from '../service-context.ts';
import { describeHome } from './customer-home.ts';
import {
  describeOwnProduct,
  describeOwnRelease,
  listOwnEntitlements,
  listOwnProducts,
} from './customer-products.ts';
import { searchOwnCatalog } from './customer-search.ts';
import { signOwnReleaseSums } from './release-sums.ts';

/** Runs `work` for the caller that a secret belongs to, or answers that there is none. */
export type WithCaller = <T>(
  secret: string,
  work: (caller: AuthenticatedCaller) => Promise<T>,
) => Promise<T | { readonly valid: false }>;

/** The handlers. */
export function createCatalogHandlers(
  context: ServiceContext,
  withCaller: WithCaller,
): Handlers<typeof catalogMethods> {
  return {
    'catalog.home': ({ session }) => withCaller(session, (caller) => describeHome(context, caller)),
    'catalog.products': ({ session, ...page }) =>
      withCaller(session, (caller) => listOwnProducts(context, caller, page)),
    'catalog.product': ({ session, ...wanted }) =>
      withCaller(session, (caller) => describeOwnProduct(context, caller, wanted)),
    'catalog.release': ({ session, ...wanted }) =>
      withCaller(session, (caller) => describeOwnRelease(context, caller, wanted)),
    'catalog.sums': ({ session, ...wanted }) =>
      withCaller(session, ({ account }) => signOwnReleaseSums(context, account, wanted)),
    'catalog.search': ({ session, query }) =>
      withCaller(session, async ({ account }) => ({
        valid: true as const,
        matches: await searchOwnCatalog(context, account, query),
      })),
    'entitlement.listOwn': ({ session, ...page }) =>
      withCaller(session, ({ account }) => listOwnEntitlements(context, account.id, page)),
    'licence.listOwn': ({ session }) =>
      withCaller(session, async ({ account }) => ({
        valid: true as const,
        licences: await listOwnLicences(context, account.id),
      })),
    'licence.read': ({ session, ...wanted }) =>
      withCaller(session, (caller) => readOwnLicence(context, caller, wanted)),
    'licence.accept': ({ session, ...wanted }) =>
      withCaller(session, (caller) => acceptOwnLicence(context, caller, wanted)),
  };
}
