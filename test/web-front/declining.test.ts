// Between two configurations: a customer's request waits for the install, and is asked to come again if that takes long.
import t from 'tap';
import { Visitor, portalSettings, startPortal } from './portal-fixture.ts';

t.test('a request that waits is answered after the install, under the new settings', async (t) => {
  const portal = await startPortal(t);
  const visitor = new Visitor(portal);
  await visitor.signIn();
  portal.node.patienceMs = 10_000;
  portal.node.decline();
  const [page, me] = [visitor.get('/'), visitor.get('/api/v1/me')];
  const asked = await Promise.race([page, new Promise((resolve) => setTimeout(resolve, 300, 'waits'))]);
  t.equal(asked, 'waits');
  await portal.node.install({ settings: portalSettings({ features: { api: false } }) });
  t.equal((await page).status, 200);
  t.notMatch((await page).text, 'href="/api/v1/"', 'the page is that of the new settings');
  t.equal((await me).status, 404, 'the new settings offer no API');
});

t.test('when that takes too long, everybody is asked to try again in a moment', async (t) => {
  const portal = await startPortal(t);
  const visitor = new Visitor(portal);
  await visitor.signIn();
  portal.node.patienceMs = 200;
  portal.node.decline();
  portal.internalDb.calls.length = 0;
  const begunAtMs = performance.now();
  const page = await visitor.get('/');
  t.ok(performance.now() - begunAtMs >= 190, 'it was held');
  t.match(page, { status: 503, headers: { 'retry-after': '2', 'content-type': 'text/html; charset=utf-8' } });
  t.match(page.text, 'Try again in a moment');
  t.match(page.text, 'Incident');
  const answer = await visitor.get('/api/v1/products');
  t.match(answer.headers, { 'retry-after': '2', 'content-type': 'application/problem+json' });
  t.match(answer.json(), { status: 503, code: 'try_again', title: 'Try again in a moment' });
  const form = await visitor.submit('/sign-in', {
    username: 'ada',
    password: 'x',
    next: '/',
    formToken: 'x',
  });
  t.equal(form.status, 503);
  t.same(portal.internalDb.calls, [], 'nothing was asked of internal-db');
});

t.test('assets and the health check are never held; the health check says why it fails', async (t) => {
  const portal = await startPortal(t);
  const visitor = new Visitor(portal);
  const style = /href="(\/assets\/[^"]+\.css)"/.exec((await visitor.get('/sign-in')).text)?.[1] ?? '';
  portal.node.patienceMs = 10_000;
  portal.node.decline();
  t.equal((await visitor.get(style)).status, 200);
  const health = await visitor.get('/healthz');
  t.equal(health.status, 503);
  t.match(health.json(), { status: 'declining', links: { internalDb: 1 } });
  portal.node.admit();
  t.match((await visitor.get('/healthz')).json(), { status: 'ok' });
});

t.test('a client that goes away while it waits is forgotten', async (t) => {
  const portal = await startPortal(t);
  const visitor = new Visitor(portal);
  portal.node.patienceMs = 10_000;
  portal.node.decline();
  const given = visitor.get('/sign-in');
  given.catch(() => 'the connection is cut below');
  await new Promise((resolve) => setTimeout(resolve, 100));
  await visitor.destroy();
  await t.rejects(given);
  portal.node.admit();
  const next = new Visitor(portal);
  t.equal((await next.get('/sign-in')).status, 200);
});

t.test('internal-db or a node that goes on declining is the same to the customer', async (t) => {
  const [first, second] = [await startPortal(t), await startPortal(t)];
  const visitors = [new Visitor(first), new Visitor(second)] as const;
  for (const visitor of visitors) await visitor.signIn();
  const formToken = await visitors[0].formToken('/');
  first.backends.gates.ftp.isOpen = false;
  second.backends.gates.db.isOpen = false;
  const wish = { product: 'gateway', version: '2.1.0', file: 'gateway-2.1.0.tar.gz' };
  // Both are tried again until the calls' own deadlines.
  const [click, page] = await Promise.all([
    visitors[0].submit('/deliveries', { formToken, ...wish }),
    visitors[1].get('/'),
  ]);
  for (const answer of [click, page]) {
    t.match(answer, { status: 503, headers: { 'retry-after': '2' } });
    t.match(answer.text, 'Try again in a moment');
  }
  const { method } = first.internalDb.calls.at(-1) ?? {};
  t.equal(method, 'delivery.cancel', 'what was promised is taken back');
});
