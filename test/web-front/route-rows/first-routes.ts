// Rows of the route table: public addresses, sign-in, deliveries, SSH keys, tokens, and these in the API.
import type { Handlers } from '#commlink/method-table.ts';
import type { internalDbMethods } from '#commlink/methods/internal-db-methods.ts';
import { customerPassword, probeText, type Customer } from '../route-customers.ts';
import type { RouteRequest, RouteRow } from '../route-row.ts';

type Db = Handlers<typeof internalDbMethods>;
type Answer<M extends keyof Db> = Extract<Awaited<ReturnType<Db[M]>>, { valid: true }>;

const wish = { product: 'probe-product', version: '1.0.0', file: 'probe.bin' };
const tokenWish = { name: probeText, lifetimeDays: '30' };
const keyLine = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ8RSJyLh2yt5l3D6nzh8rGv5fbxkk0HGxkW0cC4zrn0 probe';

/** By method and path as the route was registered. */
export const firstRows: Readonly<Record<string, RouteRow>> = {
  'GET /assets/:version/:name': { who: 'anybody', others: 'same', request: firstAsset },
  'GET /problems': { who: 'anybody', others: 'same' },
  'GET /consign-ca.pem': { who: 'anybody', others: 'same' },
  'GET /robots.txt': { who: 'anybody', others: 'same' },
  'GET /healthz': { who: 'anybody', others: 'same' },
  'GET /sign-in': { who: 'anybody', others: 'same' },
  'POST /sign-in': { who: 'anybody', others: 'same', request: signIn },
  'POST /sign-out': { who: 'customer', others: 'own', request: emptyForm, answers: 303 },

  'GET /': { who: 'customer', others: 'own' },
  'GET /deliveries': { who: 'customer', others: 'own' },
  'POST /deliveries': { who: 'customer', others: 'refused', request: async () => ({ body: wish }) },
  'GET /deliveries/:id': { who: 'customer', others: 'refused', request: deliveryAt('/deliveries') },
  'POST /deliveries/:id/end': {
    who: 'customer',
    others: 'refused',
    request: deliveryAt('/deliveries', '/end'),
  },

  'GET /ssh-keys': { who: 'customer', others: 'own' },
  'POST /ssh-keys': { who: 'customer', others: 'own', request: newKey },
  'POST /ssh-keys/:id/remove': { who: 'customer', others: 'refused', request: keyAt('/ssh-keys', '/remove') },
  'GET /tokens': { who: 'customer', others: 'own' },
  'POST /tokens': { who: 'customer', others: 'own', request: async () => ({ body: tokenWish }) },
  'POST /tokens/:id/revoke': { who: 'customer', others: 'refused', request: tokenAt('/tokens', '/revoke') },

  'GET /api/v1/': { who: 'anybody', others: 'same' },
  'GET /api/v1/openapi.json': { who: 'anybody', others: 'same' },
  'GET /api/v1/me': { who: 'customer', others: 'own' },
  'GET /api/v1/products': { who: 'customer', others: 'own' },
  'GET /api/v1/deliveries': { who: 'customer', others: 'own' },
  'POST /api/v1/deliveries': { who: 'customer', others: 'refused', request: async () => ({ body: wish }) },
  'GET /api/v1/deliveries/:id': {
    who: 'customer',
    others: 'refused',
    request: deliveryAt('/api/v1/deliveries'),
  },
  'DELETE /api/v1/deliveries/:id': {
    who: 'customer',
    others: 'refused',
    request: deliveryAt('/api/v1/deliveries'),
  },
  'GET /api/v1/tokens': { who: 'customer', others: 'own' },
  'POST /api/v1/tokens': {
    who: 'customer',
    others: 'own',
    request: async () => ({ body: { name: probeText, lifetimeDays: 30 } }),
  },
  'DELETE /api/v1/tokens/:id': { who: 'customer', others: 'refused', request: tokenAt('/api/v1/tokens') },
  'GET /api/v1/ssh-keys': { who: 'customer', others: 'own' },
  'POST /api/v1/ssh-keys': {
    who: 'customer',
    others: 'own',
    request: async () => ({ body: { publicKey: keyLine, name: probeText } }),
  },
  'DELETE /api/v1/ssh-keys/:id': { who: 'customer', others: 'refused', request: keyAt('/api/v1/ssh-keys') },
};

async function firstAsset({ visitor }: Customer): Promise<RouteRequest> {
  const { text } = await visitor.get('/sign-in');
  return { path: /\/assets\/[^"]+/.exec(text)?.[0] ?? 'no asset on the sign-in page' };
}

async function signIn({ name }: Customer): Promise<RouteRequest> {
  return { body: { username: name, password: customerPassword, next: '/' } };
}

async function emptyForm(): Promise<RouteRequest> {
  return { body: {} };
}

async function newKey(): Promise<RouteRequest> {
  return { body: { line: keyLine, name: probeText } };
}

function deliveryAt(folder: string, action = '') {
  return async ({ internalDb, session }: Customer): Promise<RouteRequest> => {
    const asked = await internalDb('delivery.request', { session, ...wish, address: '127.0.0.1' });
    const { delivery } = asked as Extract<Answer<'delivery.request'>, { allowed: true }>;
    return { path: `${folder}/${delivery.id}${action}`, ...bodyFor(action) };
  };
}

function tokenAt(folder: string, action = '') {
  return async ({ internalDb, session }: Customer): Promise<RouteRequest> => {
    const made = await internalDb('token.create', { session, name: probeText, lifetimeMs: 3_600_000 });
    return { path: `${folder}/${(made as Answer<'token.create'>).token.id}${action}`, ...bodyFor(action) };
  };
}

function keyAt(folder: string, action = '') {
  return async ({ internalDb, session }: Customer): Promise<RouteRequest> => {
    const made = await internalDb('sshKey.add', { session, line: keyLine, name: probeText });
    const { key } = made as Extract<Answer<'sshKey.add'>, { added: true }>;
    return { path: `${folder}/${key.id}${action}`, ...bodyFor(action) };
  };
}

/** A page's form has fields, if only its token; an API's DELETE has no body. */
function bodyFor(action: string): RouteRequest {
  return action === '' ? {} : { body: {} };
}
