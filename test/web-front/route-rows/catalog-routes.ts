// Rows of the route table: products, releases, search and licence agreements, on pages and in the API.
import type { RouteRequest, RouteRow } from '../route-row.ts';

const release = '/products/probe-product/1.0.0';
const apiRelease = '/api/v1/products/probe-product/releases/1.0.0';

const licence = 'probe-terms/1';

const at = (path: string, body?: RouteRequest['body']) => async (): Promise<RouteRequest> => ({
  path,
  ...(body ? { body } : {}),
});

/** By method and path as the route was registered. */
export const catalogRows: Readonly<Record<string, RouteRow>> = {
  'GET /products/:product': { who: 'customer', others: 'refused', request: at('/products/probe-product') },
  'GET /products/:product/:version': { who: 'customer', others: 'refused', request: at(release) },
  'GET /products/:product/:version/SHA256SUMS': {
    who: 'customer',
    others: 'refused',
    request: at(`${release}/SHA256SUMS`),
  },
  'GET /products/:product/:version/SHA256SUMS.sig': {
    who: 'customer',
    others: 'refused',
    request: at(`${release}/SHA256SUMS.sig`),
  },
  'POST /products/:product/:version/set': {
    who: 'customer',
    others: 'refused',
    request: at(`${release}/set`, { form: 'mirror' }),
  },
  'GET /search': { who: 'customer', others: 'own', request: at('/search?q=probe') },
  'GET /licences': { who: 'customer', others: 'own' },
  'GET /licences/:name': {
    who: 'customer',
    others: 'refused',
    request: at('/licences/probe-terms'),
  },
  'GET /licences/:name/:version': { who: 'customer', others: 'refused', request: at(`/licences/${licence}`) },
  'POST /licences/:name/:version/accept': {
    who: 'owner',
    others: 'refused',
    request: at(`/licences/${licence}/accept`, { consent: 'yes' }),
  },

  'GET /api/v1/products/:product': {
    who: 'customer',
    others: 'refused',
    request: at('/api/v1/products/probe-product'),
  },
  'GET /api/v1/products/:product/releases/:version': {
    who: 'customer',
    others: 'refused',
    request: at(apiRelease),
  },
  'GET /api/v1/products/:product/releases/:version/sums': {
    who: 'customer',
    others: 'refused',
    request: at(`${apiRelease}/sums`),
  },
  'POST /api/v1/products/:product/releases/:version/set': {
    who: 'customer',
    others: 'refused',
    request: at(`${apiRelease}/set`),
  },
  'GET /api/v1/search': { who: 'customer', others: 'own', request: at('/api/v1/search?q=probe') },
  'GET /api/v1/entitlements': { who: 'customer', others: 'own' },
  'GET /api/v1/home': { who: 'customer', others: 'own' },
  'GET /api/v1/licences': { who: 'customer', others: 'own' },
  'GET /api/v1/licences/:name/:version': {
    who: 'customer',
    others: 'refused',
    request: at(`/api/v1/licences/${licence}`),
  },
  'POST /api/v1/licences/:name/:version/acceptance': {
    who: 'owner',
    others: 'refused',
    request: at(`/api/v1/licences/${licence}/acceptance`),
  },
};
