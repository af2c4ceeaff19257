// Rows of the route table: the streams that tell of a delivery, its files for other programs (whose node is away there), and the
// history of downloads.
import type { Handlers } from '#commlink/method-table.ts';
import type { internalDbMethods } from '#commlink/methods/internal-db-methods.ts';
import type { Customer } from '../route-customers.ts';
import type { RouteRequest, RouteRow } from '../route-row.ts';

type Requested = Awaited<ReturnType<Handlers<typeof internalDbMethods>['delivery.request']>>;

const file = { product: 'probe-product', version: '1.0.0', file: 'probe.bin' };
const wish = { ...file, address: '127.0.0.1' };

/** By method and path as the route was registered. */
export const deliveryRows: Readonly<Record<string, RouteRow>> = {
  'GET /deliveries/:id/events': { who: 'customer', others: 'refused', request: endedAt('/deliveries') },
  'GET /api/v1/deliveries/:id/events': {
    who: 'customer',
    others: 'refused',
    request: endedAt('/api/v1/deliveries'),
  },
  'GET /deliveries/:id/filezilla.xml': {
    who: 'customer',
    others: 'refused',
    request: liveAt('/filezilla.xml'),
  },
  'GET /deliveries/:id/winscp.ini': {
    who: 'customer',
    others: 'refused',
    request: liveAt('/winscp.ini'),
  },
  'GET /api/v1/deliveries/:id/filezilla.xml': {
    who: 'customer',
    others: 'refused',
    request: liveAt('/filezilla.xml', '/api/v1'),
  },
  'GET /api/v1/deliveries/:id/winscp.ini': {
    who: 'customer',
    others: 'refused',
    request: liveAt('/winscp.ini', '/api/v1'),
  },
  'GET /deliveries/ask': {
    who: 'customer',
    others: 'same',
    request: async () => ({ path: `/deliveries/ask?${new URLSearchParams(file)}` }),
  },
  'GET /history': { who: 'customer', others: 'own' },
  'GET /history.csv': { who: 'customer', others: 'own' },
  'GET /api/v1/downloads': { who: 'customer', others: 'own' },
};

/** A file of a delivery that is live. */
function liveAt(name: string, below = '') {
  return async ({ internalDb, session }: Customer): Promise<RouteRequest> => {
    const requested = await internalDb('delivery.request', { session, ...wish });
    const { delivery } = requested as Extract<Requested, { allowed: true }>;
    return { path: `${below}/deliveries/${delivery.id}${name}` };
  };
}

/** The stream of a delivery that has ended: it tells of that, and ends too. */
function endedAt(folder: string) {
  return async ({ internalDb, session }: Customer): Promise<RouteRequest> => {
    const requested = await internalDb('delivery.request', { session, ...wish });
    const { delivery } = requested as Extract<Requested, { allowed: true }>;
    await internalDb('delivery.cancel', { session, delivery: delivery.id });
    return { path: `${folder}/${delivery.id}/events` };
  };
}
