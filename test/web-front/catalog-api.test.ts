// The API about products, releases, rights and licence agreements against its own description, as api.test.ts does it for the
// rest: every status that is listed is provoked and the answer held against its schema.
import t from 'tap';
import { RpcError } from '#commlink/rpc-error.ts';
import { Examiner, Machine, catalogTags, type Description, type Route } from './described-api.ts';
import { startPortal } from './portal-fixture.ts';

/** Every operation with a request that is followed. */
const routes: readonly Route[] = [
  ['GET', '/me'],
  ['GET', '/home'],
  ['GET', '/products'],
  ['GET', '/products/gateway'],
  ['GET', '/products/gateway/releases/2.1.0'],
  ['GET', '/products/gateway/releases/2.1.0/sums'],
  ['POST', '/products/gateway/releases/2.1.0/set'],
  ['GET', '/search?q=gateway'],
  ['GET', '/entitlements'],
  ['GET', '/licences'],
  ['GET', '/licences/terms/1'],
  ['POST', '/licences/terms/1/acceptance'],
];
const malformed: readonly Route[] = [
  ['GET', '/products?limit=0'],
  ['GET', '/products/gateway?after=%20'],
  ['GET', '/products/gateway/releases/not%20one'],
  ['GET', '/products/gateway/releases/not%20one/sums'],
  ['POST', '/products/gateway/releases/not%20one/set'],
  ['GET', '/search'],
  ['GET', '/entitlements?limit=101'],
  ['GET', '/licences/terms/-'],
  ['POST', '/licences/terms/-/acceptance'],
];
const missing: readonly Route[] = [
  ['GET', '/products/none'],
  ['GET', '/products/none/releases/1.0.0'],
  ['GET', '/products/none/releases/1.0.0/sums'],
  ['POST', '/products/none/releases/1.0.0/set'],
  ['GET', '/licences/none/1'],
];

t.test('every answer about the catalog is as described, and every described answer exists', async (t) => {
  const portal = await startPortal(t);
  const { internalDb } = portal;
  const machine = new Machine(portal);
  const description = (await machine.send('GET', '/openapi.json')).json() as Description;
  const examiner = new Examiner(description, (tags) => tags.some((tag) => catalogTags.includes(tag)));
  const check = async (expected: number, ...[method, path, part]: Route) => {
    const answer = await machine.send(method, path, part);
    t.equal(examiner.examine(method, path, answer), null, `${method} ${path} ${answer.status}`);
    t.equal(Math.floor(answer.status / 100), Math.floor(expected / 100), `${method} ${path}`);
    return answer;
  };
  for (const route of routes) await check(200, ...route);
  for (const route of malformed) await check(400, ...route);
  for (const route of missing) await check(404, ...route);
  const faults = { internal: 500, unavailable: 503 } as const;
  for (const [fault, status] of Object.entries(faults)) {
    internalDb.fault = new RpcError(fault as keyof typeof faults, 'because the test says so');
    for (const route of routes) await check(status, ...route);
  }
  const acceptance: Route = ['POST', '/licences/terms/1/acceptance'];
  internalDb.fault = new RpcError('refused', 'Only an owner.');
  t.equal((await check(403, ...acceptance)).status, 403);
  internalDb.fault = new RpcError('not_found', 'There is no such version.');
  t.equal((await check(404, ...acceptance)).status, 404);
  internalDb.fault = null;
  internalDb.deliveryRefusal = {
    valid: true,
    allowed: false,
    reason: 'licence_not_accepted',
    explanation: 'Accept it on /licences.',
  };
  t.match((await check(403, 'POST', '/products/gateway/releases/2.1.0/set')).json(), {
    reason: 'licence_not_accepted',
  });
  internalDb.liveSecrets.clear();
  for (const route of routes) await check(401, ...route);
  t.same(
    [...examiner.unseen].filter((line) => !line.endsWith(' 429')),
    [],
  );
});
