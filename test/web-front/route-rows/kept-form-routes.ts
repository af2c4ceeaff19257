// Row of the portal's route table: the form that was sent when its session was over. A browser that keeps none is led on.
import type { RouteRow } from '../route-row.ts';

/** By method and path as the route was registered. */
export const keptFormRows: Readonly<Record<string, RouteRow>> = {
  'GET /typed': { who: 'customer', others: 'same', request: async () => ({ path: '/typed?page=/tokens' }) },
};
