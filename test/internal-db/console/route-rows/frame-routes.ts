// Rows of the console's route table: what stands around every page.
import type { RouteRow } from '../route-row.ts';

/** By method and path as the route was registered. */
export const frameRows: Readonly<Record<string, RouteRow>> = {
  'GET /assets/:name': { who: 'anybody', request: async () => ({ path: '/assets/design.css' }) },
  'GET /branding/colours.css': { who: 'anybody' },
  'GET /branding/logo': { who: 'anybody' },
  'GET /favicon.ico': { who: 'anybody' },
  'POST /language': {
    who: 'anybody',
    request: async () => ({ body: { language: 'de', next: '/accounts' } }),
  },
};
