// Rows of the route table: the language switch, the vendor's colours and logo.
import type { RouteRow } from '../route-row.ts';

/** By method and path as the route was registered. */
export const designRows: Readonly<Record<string, RouteRow>> = {
  // The portal of the table has none of its own; branding.test.ts has one.
  'GET /branding/:version/:name': {
    who: 'anybody',
    others: 'same',
    request: async () => ({ path: '/branding/none/logo' }),
    answers: 404,
  },
  'POST /language': {
    who: 'anybody',
    others: 'same',
    request: async () => ({ body: { language: 'de', next: '/' } }),
  },
};
