// Rows of the route table: signing in by way of an identity provider, of which the table's portal has none; with a real one they
// are followed in test/end-to-end/identity-providers.test.ts.
import { customerPassword as password } from '../route-customers.ts';
import type { RouteRow } from '../route-row.ts';

/** By method and path as the route was registered. */
export const providerRows: Readonly<Record<string, RouteRow>> = {
  'GET /sign-in/with/:provider': {
    who: 'anybody',
    others: 'same',
    request: async () => ({ path: '/sign-in/with/acme' }),
    answers: 403,
  },
  'GET /sign-in/return/:provider': {
    who: 'anybody',
    others: 'same',
    request: async () => ({ path: '/sign-in/return/acme?code=none&state=none' }),
    answers: 403,
  },
  'POST /account/security/providers': {
    who: 'customer',
    others: 'own',
    request: async () => ({ body: { provider: 'acme', password } }),
    answers: 404,
  },
  'POST /account/security/providers/:id/remove': {
    who: 'customer',
    others: 'refused',
    request: async ({ addWaysIn }) => {
      const { link } = await addWaysIn();
      return { path: `/account/security/providers/${link}/remove`, body: { password } };
    },
  },
};
