// Every setting of the portal takes effect at the install, on the sockets that customers use; what runs is not disturbed.
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import t from 'tap';
import type { NodeConfiguration } from '#commlink/configuration/cluster-node.ts';
import { createLogger } from '#commlink/log.ts';
import { findFreePortBase } from '../rig/free-ports.ts';
import { issueCertificate } from '../rig/issued-certificate.ts';
import { Visitor, portalSettings, startPortal, type Portal } from './portal-fixture.ts';

async function certificateNameAt(port: number): Promise<string> {
  const socket: TLSSocket = connectTls({ host: '127.0.0.1', port, rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  const { CN } = socket.getPeerCertificate().subject;
  socket.destroy();
  return String(CN);
}

/** A request that the portal is still working on, because internal-db has not answered. */
async function startSlowRequest(portal: Portal, visitor: Visitor) {
  const asked = Promise.withResolvers<void>();
  const go = Promise.withResolvers<void>();
  portal.internalDb.beforeAnswer = async (method) => {
    if (method !== 'catalog.products') return;
    asked.resolve();
    await go.promise;
  };
  const answer = visitor.get('/');
  await asked.promise;
  portal.internalDb.beforeAnswer = null;
  return { answer, go: () => go.resolve() };
}

t.test('a new limit bites at once, and a lifted one does no more', async (t) => {
  const portal = await startPortal(t);
  const visitor = new Visitor(portal);
  for (let count = 0; count < 3; count++) t.equal((await visitor.get('/sign-in')).status, 200);
  await portal.node.install({ settings: portalSettings({ limits: { pageRequestsPerMinute: 2 } }) });
  t.equal((await visitor.get('/sign-in')).status, 200);
  t.equal((await visitor.get('/sign-in')).status, 200);
  t.match(await visitor.get('/sign-in'), { status: 429, headers: { 'retry-after': /\d+/ } });
  await portal.node.install({ settings: portalSettings() });
  t.equal((await visitor.get('/sign-in')).status, 200);
});

t.test('a running request is finished under the settings that it met', async (t) => {
  const portal = await startPortal(t);
  const visitor = new Visitor(portal);
  await visitor.signIn();
  const slow = await startSlowRequest(portal, visitor);
  await portal.node.install({ settings: portalSettings({ features: { api: false } }) });
  t.notMatch((await visitor.get('/')).text, 'href="/api/v1/"', 'others meet the new settings');
  slow.go();
  const page = await slow.answer;
  t.equal(page.status, 200);
  t.match(page.text, 'Gateway');
  t.match(page.text, 'href="/api/v1/"', 'it was begun while the API was offered');
});

t.test('the portal moves to another port: the new one answers, the old one closes when idle', async (t) => {
  const portal = await startPortal(t);
  const visitor = new Visitor(portal);
  await visitor.signIn();
  const slow = await startSlowRequest(portal, visitor);
  const [oldPort, port] = [portal.webFront.port, await findFreePortBase()];
  const publicUrl = `https://localhost:${port}`;
  await portal.node.install({ settings: portalSettings({ portal: { host: '127.0.0.1', port, publicUrl } }) });
  t.equal(portal.webFront.port, port);
  const moved = new Visitor({ origin: publicUrl, certificate: portal.certificate });
  t.equal((await moved.get('/sign-in')).status, 200);
  const stranger = new Visitor(portal);
  await t.rejects(stranger.get('/sign-in'), { code: 'ECONNREFUSED' }, `port ${oldPort} is closed`);
  slow.go();
  t.equal((await slow.answer).status, 200);
});

t.test('the public address is that of forms and of the API’s answers at once', async (t) => {
  const portal = await startPortal(t);
  const visitor = new Visitor(portal);
  await visitor.signIn();
  const formToken = await visitor.formToken('/');
  const wish = { product: 'gateway', version: '2.1.0', file: 'gateway-2.1.0.tar.gz' };
  const fromNew = { origin: 'https://new.example', 'sec-fetch-site': 'none' };
  t.equal((await visitor.submit('/deliveries', { formToken, ...wish }, fromNew)).status, 403);
  const { host, port } = portalSettings().portal;
  await portal.node.install({
    settings: portalSettings({ portal: { host, port, publicUrl: 'https://new.example' } }),
  });
  t.equal((await visitor.submit('/deliveries', { formToken, ...wish }, fromNew)).status, 303);
  const problem = (await visitor.get('/api/v1/nowhere')).json();
  t.match(problem, { type: /^https:\/\/new\.example\/problems#/ });
});

t.test('a new certificate is shown to new connections; open ones go on', async (t) => {
  const portal = await startPortal(t, { ownAuthority: true });
  const visitor = new Visitor(portal);
  t.equal((await visitor.get('/consign-ca.pem')).text, portal.certificate);
  const issued = await issueCertificate('renewed');
  await portal.node.install({ identity: { ...issued, authority: issued.certificate, hostKeys: [] } });
  t.equal(await certificateNameAt(portal.webFront.port), 'renewed');
  t.equal((await visitor.get('/consign-ca.pem')).text, issued.certificate, 'over the connection of before');
});

t.test(
  'without the API, its addresses and the tokens’ are not there, and no page leads to them',
  async (t) => {
    const portal = await startPortal(t);
    const visitor = new Visitor(portal);
    await visitor.signIn();
    t.match((await visitor.get('/')).text, 'href="/tokens"');
    await portal.node.install({ settings: portalSettings({ features: { api: false } }) });
    for (const path of ['/api/v1/me', '/api/v1/openapi.json', '/api/v1/tokens']) {
      const answer = await visitor.get(path);
      t.match(answer.json(), { status: 404, code: 'not_found', detail: /does not offer an API/ }, path);
      t.match(answer.headers['content-type'], 'application/problem+json');
    }
    const formToken = await visitor.formToken('/');
    const form = { formToken, name: 'mine', lifetimeDays: '1' };
    for (const answer of [await visitor.get('/tokens'), await visitor.submit('/tokens', form)]) {
      t.equal(answer.status, 404);
      t.match(answer.text, 'does not offer an API or personal tokens');
    }
    const home = (await visitor.get('/')).text;
    t.notMatch(home, /href="\/(?:tokens|api\/v1\/)"/);
    const wish = { product: 'gateway', version: '2.1.0', file: 'gateway-2.1.0.tar.gz' };
    const click = await visitor.submit('/deliveries', { formToken, ...wish });
    const page = (await visitor.get(String(click.headers['location']))).text;
    t.match(page, 'data-live="yes"', 'a delivery is followed by a stream of the pages’ own');
    await portal.node.install({ settings: portalSettings() });
    t.equal((await visitor.get('/api/v1/me')).status, 200);
  },
);

t.test('the log level changes', async (t) => {
  const log = createLogger('web-front', 'silent');
  const portal = await startPortal(t, { log });
  await portal.node.install({ settings: portalSettings({ logLevel: 'warn' }) });
  t.equal(log.level, 'warn');
});

t.test('a change that can not be made is refused while it is staged, and nothing has changed', async (t) => {
  const portal = await startPortal(t);
  const visitor = new Visitor(portal);
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  t.teardown(() => new Promise((resolve) => other.close(resolve)));
  const { port } = other.address() as AddressInfo;
  const { publicUrl } = portalSettings().portal;
  const [good, another] = await Promise.all([issueCertificate('good'), issueCertificate('another')]);
  const mixed = { certificate: good.certificate, privateKey: another.privateKey };
  const cases: [Partial<NodeConfiguration<'web-front'>>, string][] = [
    [{ settings: portalSettings({ portal: { host: '127.0.0.1', port, publicUrl } }) }, 'PORT_TAKEN'],
    [{ identity: { ...mixed, authority: null, hostKeys: [] } }, 'CERTIFICATE_INVALID'],
  ];
  for (const [change, code] of cases) {
    await t.rejects(portal.node.stage(change), { name: 'StartupError', code, message: /^[A-Z].+\.$/ });
  }
  t.equal((await visitor.get('/sign-in')).status, 200);
});

t.test('a staged change that is given up leaves the portal as it was', async (t) => {
  const portal = await startPortal(t);
  const port = await findFreePortBase();
  const { publicUrl } = portalSettings().portal;
  const settings = portalSettings({
    portal: { host: '127.0.0.1', port, publicUrl },
    features: { api: false },
  });
  const prepared = await portal.node.stage({ settings });
  await prepared.discard();
  const visitor = new Visitor(portal);
  t.match((await visitor.get('/sign-in')).text, 'href="/api/v1/"');
  const nobody = new Visitor({ origin: `https://localhost:${port}`, certificate: portal.certificate });
  await t.rejects(nobody.get('/sign-in'), { code: 'ECONNREFUSED' });
});

t.test('a version that changes nothing of the portal leaves its limits’ counts alone', async (t) => {
  const portal = await startPortal(t, { limits: { pageRequestsPerMinute: 2 } });
  const visitor = new Visitor(portal);
  await visitor.get('/sign-in');
  await visitor.get('/sign-in');
  const links = { listen: null, dial: [], behindNat: [], linkAgeMaxMs: 300_000 };
  await portal.node.install({ settings: portalSettings({ limits: { pageRequestsPerMinute: 2 }, links }) });
  t.equal((await visitor.get('/sign-in')).status, 429);
});
