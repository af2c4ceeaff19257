// Rows of the route table: an organization's appliances and the codes for new ones; and what appliances themselves ask, which says
// nothing to who shows no message that an appliance has signed (test/web-front/fleet-routes.test.ts shows some).
import { probeAppliance, probeType, type Customer } from '../route-customers.ts';
import type { RouteRequest, RouteRow } from '../route-row.ts';

const codes = { type: probeType, label: 'lobby' };
const ofAppliances = { who: 'anybody', others: 'same', answers: 400 } as const;
const ownersOwn = { who: 'owner', others: 'own' } as const;
const ownersRecord = { who: 'owner', others: 'refused' } as const;

/** By method and path as the route was registered. */
export const fleetRows: Readonly<Record<string, RouteRow>> = {
  'POST /fleet/v1/enrolments': ofAppliances,
  'POST /fleet/v1/beats': ofAppliances,
  'GET /fleet/v1/catalog': ofAppliances,
  'POST /fleet/v1/sources': ofAppliances,
  'GET /fleet/v1/pings': ofAppliances,
  'GET /appliances': { who: 'customer', others: 'own' },
  'POST /appliances/codes': {
    ...ownersOwn,
    request: async () => ({ body: { ...codes, site: '', count: '1', days: '7' } }),
  },
  'POST /appliances/codes/:id/withdraw': {
    ...ownersRecord,
    request: async (customer) => ({ path: `/appliances/codes/${await codeOf(customer)}/withdraw`, body: {} }),
  },
  'GET /api/v1/appliances': { who: 'customer', others: 'own' },
  'GET /api/v1/appliances/:id': {
    who: 'customer',
    others: 'refused',
    request: async () => ({ path: `/api/v1/appliances/${probeAppliance}` }),
  },
  'GET /api/v1/enrolment-codes': ownersOwn,
  'POST /api/v1/enrolment-codes': { ...ownersOwn, request: async () => ({ body: codes }) },
  'DELETE /api/v1/enrolment-codes/:id': { ...ownersRecord, request: withdrawal },
};

async function withdrawal(customer: Customer): Promise<RouteRequest> {
  return { path: `/api/v1/enrolment-codes/${await codeOf(customer)}` };
}

/** A code that is open. */
async function codeOf({ internalDb, session }: Customer): Promise<string> {
  const wish = { session, ...codes, site: null, count: 1, lifetimeMs: 3_600_000 };
  const made = await internalDb('enrolmentCode.create', wish);
  return made.valid ? (made.codes[0]?.id ?? '') : '';
}
