// Rows of the portal's route table: staff who see the portal as a customer does, and what the customer is told of it.
import type { RouteRow } from '../route-row.ts';

const wayIn = { who: 'anybody', others: 'same' } as const;

/** By method and path as the route was registered. */
export const portalViewRows: Readonly<Record<string, RouteRow>> = {
  'GET /view-as-customer': { ...wayIn, request: async () => ({ path: '/view-as-customer?code=none' }) },
  'POST /view-as-customer': { ...wayIn, request: async () => ({ body: { code: 'none' } }), answers: 410 },
  'GET /history/views': { who: 'customer', others: 'own' },
  'GET /api/v1/views': { who: 'customer', others: 'own' },
};
