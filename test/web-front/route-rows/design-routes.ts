// Rows of the route table: the language switch.
import type { RouteRow } from '../route-row.ts';

/** By method and path as the route was registered. */
export const designRows: Readonly<Record<string, RouteRow>> = {
  'POST /language': {
    who: 'anybody',
    others: 'same',
    request: async () => ({ body: { language: 'de', next: '/' } }),
  },
};
