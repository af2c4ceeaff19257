// GET /me and GET /products.
import type { PortalApp } from '../http/portal-app.ts';
import { requireCredential } from '../http/session.ts';
import type { PortalServices } from '../portal-services.ts';
import { responses } from './responses.ts';
import { MeView, ProductsView } from './schemas.ts';
import { viewMe, viewProducts } from './views.ts';

/** Adds the routes. */
export function addCatalogApi(api: PortalApp, { internalDb, publicUrl }: PortalServices): void {
  const reading = { mutates: false, publicUrl };
  const meSchema = {
    operationId: 'getMe',
    summary: 'Whose credential this is, and until when it is valid',
    tags: ['catalog'],
    response: responses({ status: 200, description: 'The owner.', schema: MeView }),
  };
  api.get('/me', { schema: meSchema }, async (request) => {
    const session = requireCredential(request, reading);
    const { owner } = await internalDb.callForSession('session.describe', { session });
    return viewMe(owner);
  });

  const productsSchema = {
    operationId: 'listProducts',
    summary: 'The products, releases and files that you may download now',
    tags: ['catalog'],
    response: responses({ status: 200, description: 'Newest releases first.', schema: ProductsView }),
  };
  api.get('/products', { schema: productsSchema }, async (request) => {
    const session = requireCredential(request, reading);
    const { products } = await internalDb.callForSession('catalog.list', { session });
    return viewProducts(products);
  });
}
