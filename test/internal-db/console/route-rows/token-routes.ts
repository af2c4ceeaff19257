// Rows of the console's route table: one's own tokens for the API.
import { probeText, type RouteRow } from '../route-row.ts';

/** By method and path as the route was registered. */
export const tokenRows: Readonly<Record<string, RouteRow>> = {
  'GET /tokens': { who: 'staff' },
  'POST /tokens': {
    who: 'staff',
    // Nobody has so many of them; that each role has made one with such a name is what the page then shows.
    request: async () => ({
      body: { name: probeText, scope: 'read', days: '30', password: 'staff password 1' },
    }),
  },
  'POST /tokens/:token/revoke': {
    who: 'staff',
    request: async () => ({ path: '/tokens/sat_AAAAAAAAAAAAAAAAAAAAAA/revoke', body: {} }),
    answers: 404,
  },
};
