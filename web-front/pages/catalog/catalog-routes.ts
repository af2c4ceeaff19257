// The routes of the home page, of products and releases, and of the search.
import { Slug, Version } from '#commlink/methods/fields.ts';
import { Cursor } from '#commlink/methods/paging.ts';
import { Type, strictObject } from '#commlink/schema.ts';
import type { PortalApp } from '../../http/portal-app.ts';
import { loadViewer, requireSession, viewerOf } from '../../http/session.ts';
import { listLimits } from '../../limits.ts';
import { PortalProblem } from '../../portal-problem.ts';
import type { PortalServices } from '../../portal-services.ts';
import { visitorFamily } from './file-order.ts';
import { homePage } from './home-page.ts';
import { productPage } from './product-page.ts';
import { releasePage } from './release-page.ts';
import { searchPage } from './search-page.ts';

const HomeQuery = strictObject({ after: Type.Optional(Cursor) });
const ProductParams = strictObject({ product: Slug });
const ProductQuery = strictObject({ channel: Type.Optional(Slug), after: Type.Optional(Cursor) });
const ReleaseParams = strictObject({ product: Slug, version: Version });
const ReleaseQuery = strictObject({ page: Type.Optional(Type.String({ pattern: '^[1-9][0-9]{0,2}$' })) });
const SearchQuery = strictObject({ q: Type.Optional(Type.String({ maxLength: 200 })) });
const page = 'text/html; charset=utf-8';

/** Adds the routes. */
export function addCatalogRoutes(app: PortalApp, services: PortalServices): void {
  const { frameFor, internalDb } = services;

  app.get('/', { schema: { querystring: HomeQuery, hide: true } }, async (request, reply) => {
    const session = requireSession(request);
    const after = request.query.after ?? null;
    const [home, { owner, products, next }] = await Promise.all([
      after === null ? internalDb.callForSession('catalog.home', { session }) : null,
      internalDb.callForSession('catalog.products', { session, after, limit: listLimits.products }),
    ]);
    const viewer = viewerOf(owner, session);
    return reply.type(page).send(homePage(frameFor(request), viewer, { home, products, next }));
  });

  const productSchema = { params: ProductParams, querystring: ProductQuery, hide: true };
  app.get('/products/:product', { schema: productSchema }, async (request, reply) => {
    const session = requireSession(request);
    const { product } = request.params;
    const { channel = null, after = null } = request.query;
    const limit = listLimits.releases;
    const wanted = { session, product, channel, after, limit };
    const found = await internalDb.callForSession('catalog.product', wanted);
    if (!found.found) throw new PortalProblem('not_found', 'Your account has no such product.');
    const visitor = visitorFamily(request.headers);
    const view = { ...found, channel, isFirst: after === null, visitor };
    return reply.type(page).send(productPage(frameFor(request), viewerOf(found.owner, session), view));
  });

  const releaseSchema = { params: ReleaseParams, querystring: ReleaseQuery, hide: true };
  app.get('/products/:product/:version', { schema: releaseSchema }, async (request, reply) => {
    const session = requireSession(request);
    const [found, sums] = await Promise.all([
      internalDb.callForSession('catalog.release', { session, ...request.params }),
      internalDb.callForSession('catalog.sums', { session, ...request.params }),
    ]);
    if (!found.found || !sums.found)
      throw new PortalProblem('not_found', 'Your account has no such release.');
    const { product, release } = found;
    const visitor = visitorFamily(request.headers);
    const view = { product, release, visitor, page: Number(request.query.page ?? 1), signer: sums.signer };
    return reply.type(page).send(releasePage(frameFor(request), viewerOf(found.owner, session), view));
  });

  app.get('/search', { schema: { querystring: SearchQuery, hide: true } }, async (request, reply) => {
    const session = requireSession(request);
    const query = request.query.q ?? '';
    const [viewer, { matches }] = await Promise.all([
      loadViewer(services, session),
      internalDb.callForSession('catalog.search', { session, query }),
    ]);
    return reply.type(page).send(searchPage(frameFor(request), viewer, { query, matches }));
  });
}
