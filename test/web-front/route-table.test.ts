// What must hold for every route of the portal, made from route-table.ts against a real web-front, internal-db and database:
// no route without a row; nothing for strangers; nothing of another account (IDOR); no request of another site (CSRF);
// no markup in names (XSS); no way out (open redirect); no frame (clickjacking).
import t, { type Test } from 'tap';
import { formTokenFor } from '#commlink/pages/form-token.ts';
import { collectRoutes } from '../rig/registered-routes.ts';
import {
  checkAnswer,
  checkNames,
  checkUnchanged,
  elsewhere,
  foreignHeaders,
  isApi,
  leadsToSignIn,
  pathOf,
} from '../rig/route-checks.ts';
import { startPortalWithDatabase } from './portal-with-database.ts';
import { createTwoAccounts, customerPassword, probeMarker, type Customer } from './route-customers.ts';
import type { RouteRequest, RouteRow } from './route-row.ts';
import { portalRoutes } from './route-table.ts';
import { Visitor } from './portal-fixture.ts';

type Answer = Awaited<ReturnType<Visitor['send']>>;
type Method = Parameters<Visitor['send']>[0];

/** One request as a browser would send it, or as another site would make it send. */
interface Sending {
  readonly by: Visitor;
  readonly token?: string | null;
  readonly headers?: Record<string, string>;
}

const collected = collectRoutes();
const portal = await startPortalWithDatabase(t);
collected[Symbol.dispose]();
// internal-db has made its console's app before.
const registered = collected.apps.at(-1) ?? new Set<string>();
const accounts = await createTwoAccounts(portal);
const rows = Object.entries(portalRoutes);
const changing = rows.filter(([route]) => !route.startsWith('GET '));

t.test('every route has a row, and every row a route', async (t) => {
  t.ok(registered.size > 20, 'routes were collected');
  t.strictSame(Object.keys(portalRoutes).toSorted(), [...registered].toSorted());
});

t.test('the customer itself gets an answer, and no name in it is markup', async (t) => {
  let pagesWithNames = 0;
  for (const [route, row] of rows) {
    const victim = await accounts.victim();
    const answer = await send(route, await requestOf(row, victim), own(route, row, victim.visitor));
    checkAnswer(t, route, answer);
    const isFine = answer.status < 400 && !leadsToSignIn(answer);
    const isExpected = row.answers === undefined ? isFine : answer.status === row.answers;
    t.ok(isExpected, `${route}: ${answer.status} ${answer.status < 400 ? '' : answer.text.slice(0, 300)}`);
    if (!String(answer.headers['content-type']).startsWith('text/html')) continue;
    if (answer.text.includes(probeMarker)) pagesWithNames += 1;
    checkNames(t, route, answer.text);
  }
  t.ok(pagesWithNames >= 4, 'the names are on the pages');
});

t.test('a visitor who is not signed in is sent to the sign-in, or refused', async (t) => {
  for (const [route, row] of rows.filter(([, { who }]) => who !== 'anybody')) {
    const request = await requestOf(row, await accounts.victim());
    await unchanged(t, route, async () => {
      const stranger = accounts.stranger();
      await stranger.get('/sign-in');
      const answer = await send(route, request, own(route, row, stranger));
      checkAnswer(t, route, answer);
      t.ok(isApi(route) ? answer.status === 401 : leadsToSignIn(answer), `${route}: ${answer.status}`);
      t.notMatch(answer.text, probeMarker, route);
    });
  }
});

t.test('who is no owner of the account is refused what is for owners', async (t) => {
  for (const [route, row] of rows.filter(([, { who }]) => who === 'owner')) {
    const request = await requestOf(row, await accounts.victim());
    const downloader = await accounts.downloader();
    await unchanged(t, route, async () => {
      const answer = await send(route, request, own(route, row, downloader.visitor));
      checkAnswer(t, route, answer);
      t.ok([403, 404].includes(answer.status), `${route}: ${answer.status}`);
    });
  }
});

t.test('a customer of another account gets nothing of this one, and changes nothing of it', async (t) => {
  for (const [route, row] of rows.filter(([, { others }]) => others !== 'same')) {
    const victim = await accounts.victim();
    const attacker = await accounts.attacker();
    const request = await requestOf(row, victim);
    const attempt = async () => {
      const answer = await send(route, request, own(route, row, attacker.visitor));
      checkAnswer(t, route, answer);
      if (row.others === 'own' && route.startsWith('POST ')) return;
      t.notMatch(answer.text, probeMarker, `${route}: nothing of the other account`);
      if (row.others !== 'refused') return;
      const isRefusal = answer.status === 403 || answer.status === 404;
      t.ok(isRefusal || (answer.status === 303 && answer.text === ''), `${route}: ${answer.status}`);
    };
    if (row.others === 'refused') await unchanged(t, route, attempt);
    else await attempt();
  }
});

t.test('a request that another site makes the browser send changes nothing', async (t) => {
  for (const [route, row] of changing) {
    const victim = await accounts.victim();
    const { visitor } = victim;
    const request = await requestOf(row, victim);
    const token = tokenOf(row, visitor);
    const foreign = formTokenFor((await accounts.attacker()).session);
    const forged: [string, Omit<Sending, 'by'>][] = [
      ['without a token', { token: null }],
      ['with the token of somebody else', { token: foreign }],
      ...foreignHeaders.map(([title, headers]): [string, Omit<Sending, 'by'>] => [title, { token, headers }]),
    ];
    for (const [title, sending] of forged) {
      await unchanged(t, `${route} ${title}`, async () => {
        const answer = await send(route, request, { by: visitor, ...sending });
        t.ok([400, 403].includes(answer.status), `${route} ${title}: ${answer.status}`);
      });
    }
  }
});

t.test('reading changes nothing', async (t) => {
  for (const [route, row] of rows.filter(([name]) => name.startsWith('GET '))) {
    const victim = await accounts.victim();
    const request = await requestOf(row, victim);
    await unchanged(t, route, () => send(route, request, { by: victim.visitor }));
  }
});

t.test('no address given to a route leads to another site', async (t) => {
  for (const [route, row] of rows) {
    const victim = await accounts.victim();
    const request = await requestOf(row, victim);
    for (const next of elsewhere) {
      const path = `${request.path ?? pathOf(route)}?next=${encodeURIComponent(next)}`;
      const body = request.body && 'next' in request.body ? { ...request.body, next } : request.body;
      const aimed = { ...request, path, ...(body ? { body } : {}) };
      checkAnswer(t, `${route} next=${next}`, await send(route, aimed, own(route, row, victim.visitor)));
    }
  }
});

t.test('a session that was planted before the sign-in is not the one that the sign-in opens', async (t) => {
  const planted = (await accounts.attacker()).session;
  const victim = await accounts.victim();
  victim.visitor.cookies.set('__Host-consign-session|/', { value: planted, path: '/' });
  await victim.visitor.signIn({ username: victim.name, password: customerPassword });
  const opened = victim.visitor.cookies.get('__Host-consign-session|/')?.value;
  t.not(opened, planted);
  t.not(opened, victim.session, 'each sign-in opens a session of its own');
  const described = await victim.internalDb('session.describe', { session: planted });
  t.notMatch(described, { owner: { user: { name: victim.name } } }, 'the planted session is not signed in');
});

async function requestOf(row: RouteRow, customer: Customer): Promise<RouteRequest> {
  return (await row.request?.(customer)) ?? {};
}

/** As the customer's own page sends it. */
function own(route: string, row: RouteRow, by: Visitor): Sending {
  return { by, token: route.startsWith('GET ') ? null : tokenOf(row, by) };
}

/** The token that goes with the browser's session; before the sign-in, with what the sign-in page has given it. */
function tokenOf({ who }: RouteRow, visitor: Visitor): string | null {
  const secretOf = (name: string) => visitor.cookies.get(`__Host-consign-${name}|/`)?.value;
  const session = who === 'anybody' ? undefined : secretOf('session');
  const secret = session ?? secretOf('visitor');
  return secret === undefined ? null : formTokenFor(secret);
}

async function send(route: string, request: RouteRequest, sending: Sending): Promise<Answer> {
  const method = route.slice(0, route.indexOf(' ')) as Method;
  const path = request.path ?? pathOf(route);
  const { by, token = null } = sending;
  const origin = method === 'GET' ? {} : { origin: portal.origin };
  if (isApi(route)) {
    const withToken = token === null ? {} : { 'x-form-token': token };
    const typed = request.body ? { 'content-type': 'application/json' } : {};
    const headers = { ...origin, ...withToken, ...typed, ...sending.headers };
    return await by.send(method, path, {
      headers,
      ...(request.body ? { body: JSON.stringify(request.body) } : {}),
    });
  }
  if (!request.body) return await by.send(method, path, { headers: { ...origin, ...sending.headers } });
  const fields = {
    ...(request.body as Record<string, string>),
    ...(token === null ? {} : { formToken: token }),
  };
  const headers = { ...origin, 'content-type': 'application/x-www-form-urlencoded', ...sending.headers };
  return await by.send(method, path, { headers, body: new URLSearchParams(fields).toString() });
}

async function unchanged(t: Test, title: string, work: () => Promise<unknown>): Promise<void> {
  await checkUnchanged(t, { title, read: portal.services.context.store.read }, work);
}
