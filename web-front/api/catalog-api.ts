// Who the caller is, products, releases with their signed digests, search, and the account's rights.
import type { PortalApp } from '../http/portal-app.ts';
import { requireCredential } from '../http/session.ts';
import { pagePresetRows } from '../limits.ts';
import { PortalProblem } from '../portal-problem.ts';
import type { PortalServices } from '../portal-services.ts';
import {
  EntitlementsView,
  PageQuery,
  ProductParams,
  ProductView,
  ProductsView,
  ReleaseParams,
  ReleaseView,
  ReleasesQuery,
  SearchQuery,
  SearchView,
  SumsView,
} from './catalog-schemas.ts';
import {
  viewEntitlement,
  viewProduct,
  viewProductSummary,
  viewRelease,
  viewReleaseSummary,
} from './catalog-views.ts';
import { responses } from './responses.ts';
import { MeView } from './schemas.ts';
import { viewMe } from './api-views.ts';

const tags = ['catalog'];
const noSuchRelease = 'Your account has no such release.';

/** Adds the routes. */
export function addCatalogApi(api: PortalApp, services: PortalServices): void {
  addOwnerRoutes(api, services);
  addProductRoutes(api, services);
  addReleaseRoutes(api, services);
}

function addOwnerRoutes(api: PortalApp, { internalDb, publicUrl }: PortalServices): void {
  const reading = { mutates: false, publicUrl };
  const meSchema = {
    operationId: 'getMe',
    summary: 'Whose credential this is, and until when it is valid',
    tags,
    response: responses({ status: 200, description: 'The owner.', schema: MeView }),
  };
  api.get('/me', { schema: meSchema }, async (request) => {
    const session = requireCredential(request, reading);
    const { owner } = await internalDb.callForSession('session.describe', { session });
    return viewMe(owner);
  });

  const entitlementsSchema = {
    operationId: 'listEntitlements',
    summary: 'What your account has a right to, the latest grant first; ended and revoked rights too',
    tags,
    querystring: PageQuery,
    response: responses({ status: 200, description: 'A page.', schema: EntitlementsView }, [400]),
  };
  api.get('/entitlements', { schema: entitlementsSchema }, async (request) => {
    const session = requireCredential(request, reading);
    const { after = null, limit = pagePresetRows } = request.query;
    const found = await internalDb.callForSession('entitlement.listOwn', { session, after, limit });
    return { entitlements: found.entitlements.map(viewEntitlement), next: found.next };
  });
}

function addProductRoutes(api: PortalApp, { internalDb, publicUrl }: PortalServices): void {
  const reading = { mutates: false, publicUrl };
  const productsSchema = {
    operationId: 'listProducts',
    summary: 'Your products by name, each with its newest release',
    tags,
    querystring: PageQuery,
    response: responses({ status: 200, description: 'A page.', schema: ProductsView }, [400]),
  };
  api.get('/products', { schema: productsSchema }, async (request) => {
    const session = requireCredential(request, reading);
    const { after = null, limit = pagePresetRows } = request.query;
    const found = await internalDb.callForSession('catalog.products', { session, after, limit });
    return { products: found.products.map(viewProductSummary), next: found.next };
  });

  const productSchema = {
    operationId: 'getProduct',
    summary: 'A product with its newest release, and a page of its releases, newest version first',
    tags,
    params: ProductParams,
    querystring: ReleasesQuery,
    response: responses({ status: 200, description: 'The product.', schema: ProductView }, [400, 404]),
  };
  api.get('/products/:product', { schema: productSchema }, async (request) => {
    const session = requireCredential(request, reading);
    const { product } = request.params;
    const { channel = null, after = null, limit = pagePresetRows } = request.query;
    const wanted = { session, product, channel, after, limit };
    const found = await internalDb.callForSession('catalog.product', wanted);
    if (!found.found) throw new PortalProblem('not_found', 'Your account has no such product.');
    const { channels, newest, releases, next } = found;
    const shown = { newest: newest && viewRelease(newest), releases: releases.map(viewReleaseSummary) };
    return { ...viewProduct(found.product), channels, ...shown, next };
  });

  const searchSchema = {
    operationId: 'search',
    summary: 'Products, releases and files that you may have, by their words; the best 50',
    tags,
    querystring: SearchQuery,
    response: responses({ status: 200, description: 'Best match first.', schema: SearchView }, [400]),
  };
  api.get('/search', { schema: searchSchema }, async (request) => {
    const session = requireCredential(request, reading);
    const query = request.query.q;
    const { matches } = await internalDb.callForSession('catalog.search', { session, query });
    return { matches };
  });
}

function addReleaseRoutes(api: PortalApp, { internalDb, publicUrl }: PortalServices): void {
  const reading = { mutates: false, publicUrl };
  const releaseSchema = {
    operationId: 'getRelease',
    summary: 'A release with its notes and files',
    tags,
    params: ReleaseParams,
    response: responses({ status: 200, description: 'The release.', schema: ReleaseView }, [400, 404]),
  };
  api.get('/products/:product/releases/:version', { schema: releaseSchema }, async (request) => {
    const session = requireCredential(request, reading);
    const found = await internalDb.callForSession('catalog.release', { session, ...request.params });
    if (!found.found) throw new PortalProblem('not_found', noSuchRelease);
    return viewRelease(found.release);
  });

  const sumsSchema = {
    operationId: 'getReleaseSums',
    summary: 'The digests of a release’s files, signed: for sha256sum -c and ssh-keygen -Y verify',
    tags,
    params: ReleaseParams,
    response: responses({ status: 200, description: 'The sums.', schema: SumsView }, [400, 404]),
  };
  api.get('/products/:product/releases/:version/sums', { schema: sumsSchema }, async (request) => {
    const session = requireCredential(request, reading);
    const found = await internalDb.callForSession('catalog.sums', { session, ...request.params });
    if (!found.found) throw new PortalProblem('not_found', noSuchRelease);
    const { sums, signature, signer } = found;
    return { sums, signature, signer };
  });
}
