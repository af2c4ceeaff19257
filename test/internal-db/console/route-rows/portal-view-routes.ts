// Rows of the console's route table: seeing the portal as a customer does.
import type { RouteRow } from '../route-row.ts';
import { probeText } from '../route-row.ts';

const support = ['support', 'operator'] as const;

/** By method and path as the route was registered. */
export const portalViewRows: Readonly<Record<string, RouteRow>> = {
  'GET /accounts/:account/portal': {
    who: support,
    request: async ({ account }) => ({ path: `/accounts/${account}/portal` }),
  },
  'POST /accounts/:account/portal': {
    who: support,
    request: async ({ account, user }) => ({
      path: `/accounts/${account}/portal`,
      body: { user, reason: probeText },
    }),
  },
};
