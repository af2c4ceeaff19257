// Rows of the console's route table: signing in by way of an identity provider, of which the table's console has none; with a real
// one they are followed in test/end-to-end/identity-providers.test.ts.
import type { RouteRow } from '../route-row.ts';

const link = '/security/providers/idl_AAAAAAAAAAAAAAAAAAAAAA/remove';

/** By method and path as the route was registered. */
export const providerRows: Readonly<Record<string, RouteRow>> = {
  'GET /sign-in/with/:provider': {
    who: 'anybody',
    request: async () => ({ path: '/sign-in/with/vendor' }),
    answers: 403,
  },
  'GET /sign-in/return/:provider': {
    who: 'anybody',
    request: async () => ({ path: '/sign-in/return/vendor?code=none&state=none' }),
    answers: 403,
  },
  'POST /security/providers': {
    who: 'staff',
    request: async () => ({ body: { provider: 'vendor', password: 'not theirs' } }),
    answers: 422,
  },
  'POST /security/providers/:link/remove': {
    who: 'staff',
    request: async () => ({ path: link, body: { password: 'not theirs' } }),
    answers: 422,
  },
};
