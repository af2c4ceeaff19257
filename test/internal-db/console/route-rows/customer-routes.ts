// Rows of the console's route table: new customers, and help for their people. No mail is configured there.
import { probeText, type RouteRecords, type RouteRequest, type RouteRow } from '../route-row.ts';

const support = ['support', 'operator'] as const;

/** By method and path as the route was registered. */
export const customerRows: Readonly<Record<string, RouteRow>> = {
  // What nobody has typed is not there.
  'GET /kept/:form': { who: 'staff', request: async () => ({ path: '/kept/none' }), answers: 404 },
  'GET /new-customer': { who: support },
  'POST /new-customer': {
    who: support,
    request: async () => ({ body: { name: `new-${crypto.randomUUID()}`, displayName: probeText } }),
    answers: 303,
  },
  'POST /accounts/:account/place': {
    who: ['operator'],
    request: ofAccount('place', () => ({ region: 'eu', nodes: '' })),
    answers: 303,
  },
  'POST /accounts/:account/invite': {
    who: support,
    request: ofAccount('invite', () => ({ email: 'new@customer.test' })),
    answers: 422,
  },
  'POST /accounts/:account/send-reset': {
    who: support,
    request: ofAccount('send-reset', ({ user }) => ({ user, reason: probeText })),
    answers: 422,
  },
};

function ofAccount(change: string, fields: (records: RouteRecords) => Record<string, string>) {
  return async (records: RouteRecords): Promise<RouteRequest> => ({
    path: `/accounts/${records.account}/${change}`,
    body: fields(records),
  });
}
