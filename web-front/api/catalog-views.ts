// From internal-db's records of products, releases, rights and agreements to the API's views, field by field.
import { time, timeOrNull } from '#commlink/api/moment.ts';
import type {
  FullRelease,
  OwnEntitlement,
  OwnLicence,
  ProductDetail,
  ProductSummary,
  ReleaseSummary,
} from '#commlink/methods/catalog-methods.ts';
import type { EntitlementsView, LicencesView, ProductsView, ReleaseView } from './catalog-schemas.ts';

/** A product without its releases. */
export function viewProduct(product: ProductSummary | ProductDetail) {
  const { name, title, description, standing, endsAtMs, licence } = product;
  return { name, title, description, standing, endsAt: timeOrNull(endsAtMs), licence };
}

/** A product in a list. */
export function viewProductSummary(product: ProductSummary): ProductsView['products'][number] {
  return { ...viewProduct(product), newest: product.newest && viewReleaseSummary(product.newest) };
}

/** A release in a list. */
export function viewReleaseSummary({ version, channel, publishedAtMs, licence }: ReleaseSummary) {
  return { version, channel, publishedAt: time(publishedAtMs), licence };
}

/** A release with its files. */
export function viewRelease(release: FullRelease): ReleaseView {
  const files = release.files.map(({ publishedAtMs: _publishedAtMs, ...file }) => file);
  return { ...viewReleaseSummary(release), notes: release.notes, files };
}

/** A right. */
export function viewEntitlement(right: OwnEntitlement): EntitlementsView['entitlements'][number] {
  const { notBeforeMs, notAfterMs, grantedAtMs, revokedAtMs, ...terms } = right;
  return {
    ...terms,
    notBefore: timeOrNull(notBeforeMs),
    notAfter: timeOrNull(notAfterMs),
    grantedAt: time(grantedAtMs),
    revokedAt: timeOrNull(revokedAtMs),
  };
}

/** A version of an agreement. */
export function viewLicence(licence: OwnLicence): LicencesView['licences'][number] {
  const { name, version, title, inForceAtMs, state, acceptedAtMs } = licence;
  return { name, version, title, inForceAt: time(inForceAtMs), state, acceptedAt: timeOrNull(acceptedAtMs) };
}
