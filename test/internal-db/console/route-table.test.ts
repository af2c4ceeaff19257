// What must hold for every route of the staff console, made from route-table.ts: no route without a row; nothing without a
// session; nothing beyond a role; no request of another site (CSRF); no markup in names (XSS); no way out (open redirect);
// no frame (clickjacking); a session of its own for each sign-in.
import t, { type Test } from 'tap';
import type { StaffRole } from '#commlink/methods/administration-fields.ts';
import { formTokenFor } from '#commlink/pages/form-token.ts';
import { collectRoutes } from '../../rig/registered-routes.ts';
import {
  checkAnswer,
  checkNames,
  checkUnchanged,
  elsewhere,
  foreignHeaders,
  isApi,
  leadsToSignIn,
  pathOf,
} from '../../rig/route-checks.ts';
import { startRoom } from '../support/running-room.ts';
import { probeMarker, staffRoles, type RouteRequest, type RouteRow } from './route-row.ts';
import { consoleRoutes } from './route-table.ts';
import { createRecords, openStaffSession, sendToConsole, type StaffAnswer } from './staff-browser.ts';

/** One request as a browser would send it, or as another site would make it send. */
interface Sending {
  readonly session: string | null;
  readonly token: string | null;
  readonly headers?: Record<string, string>;
}

const collected = collectRoutes();
const room = await startRoom(t, [], { portalUrl: 'https://portal.example.test' });
collected[Symbol.dispose]();
const registered = collected.apps[0] ?? new Set<string>();
const newRecords = await createRecords(room);
const rows = Object.entries(consoleRoutes);
/** What a session is good for before its second factor. */
const secondStep = new Set([
  'GET /second-factor',
  'POST /second-factor',
  'POST /second-factor/set-up',
  'POST /second-factor/set-up/passkey',
  'POST /sign-out',
]);
const loopback = { family: 4, prefix: 0x7f000001n, prefixBits: 32 } as const;
const cookieName = '__Host-consign-staff';

t.test('every route has a row, and every row a route', async (t) => {
  t.ok(registered.size > 10, 'routes were collected');
  t.strictSame(Object.keys(consoleRoutes).toSorted(), [...registered].toSorted());
});

t.test('each role gets what it may, and nothing else; no name in it is markup', async (t) => {
  let pagesWithNames = 0;
  for (const [route, row] of rows) {
    for (const role of staffRoles) {
      const title = `${route} as ${role}`;
      const request = await requestOf(row);
      const sending = own(await openStaffSession(room, role));
      if (!mayUse(row, role)) {
        await unchanged(t, title, async () =>
          t.equal((await send(route, request, sending)).status, 403, title),
        );
        continue;
      }
      // Rows with a wrong password go before rows with the right one: nobody has to wait for it here.
      room.services.context.throttle.forget(loopback);
      const answer = await send(route, request, sending);
      checkAnswer(t, title, answer);
      const isFine = answer.status < 400 && !leadsToSignIn(answer);
      const isExpected = row.answers === undefined ? isFine : answer.status === row.answers;
      t.ok(isExpected, `${title}: ${answer.status}`);
      if (!String(answer.headers['content-type']).startsWith('text/html')) continue;
      if (answer.body.includes(probeMarker)) pagesWithNames += 1;
      checkNames(t, title, answer.body);
    }
  }
  t.ok(pagesWithNames >= 10, 'the names are on the pages');
});

t.test('without a session there is nothing but the sign-in', async (t) => {
  for (const [route, row] of rows.filter(([, { who }]) => who !== 'anybody')) {
    const request = await requestOf(row);
    for (const session of [null, 'consign_ses_invented']) {
      await unchanged(t, route, async () => {
        const answer = await send(route, request, { session, token: 'x'.repeat(43) });
        checkAnswer(t, route, answer);
        t.ok(isApi(route) ? answer.status === 401 : leadsToSignIn(answer), `${route}: ${answer.status}`);
        t.notMatch(answer.body, probeMarker, route);
      });
    }
  }
});

t.test('a password alone opens nothing but the second step', async (t) => {
  for (const [route, row] of rows.filter(([name, { who }]) => who !== 'anybody' && !secondStep.has(name))) {
    const role = staffRoles.find((one) => mayUse(row, one)) ?? 'operator';
    const sending = own(await openStaffSession(room, role, { isProved: false }));
    const request = await requestOf(row);
    await unchanged(t, route, async () => {
      const answer = await send(route, request, sending);
      checkAnswer(t, route, answer);
      t.ok([303, 403].includes(answer.status), `${route}: ${answer.status}`);
    });
  }
});

t.test('a request that another site makes the browser send changes nothing', async (t) => {
  for (const [route, row] of rows.filter(([name]) => !name.startsWith('GET '))) {
    const role = staffRoles.find((one) => mayUse(row, one)) ?? 'operator';
    const { session, token } = own(await openStaffSession(room, role));
    const foreign = own(await openStaffSession(room, role)).token;
    const request = await requestOf(row);
    const forged: [string, Partial<Sending>][] = foreignHeaders.map(([title, headers]) => [
      title,
      { headers },
    ]);
    // Before the sign-in there is no session that a token could be made from.
    if (row.who !== 'anybody') {
      forged.push(['without a token', { token: null }], ['with the token of another', { token: foreign }]);
    }
    for (const [title, sending] of forged) {
      await unchanged(t, `${route} ${title}`, async () => {
        const answer = await send(route, request, { session, token, ...sending });
        t.equal(answer.status, 403, `${route} ${title}`);
      });
    }
  }
});

t.test('reading changes nothing, and leads nowhere else', async (t) => {
  for (const [route, row] of rows.filter(([name, { audited }]) => name.startsWith('GET ') && !audited)) {
    const role = staffRoles.find((one) => mayUse(row, one)) ?? 'operator';
    const sending = own(await openStaffSession(room, role));
    const request = await requestOf(row);
    for (const next of elsewhere) {
      const path = request.path ?? pathOf(route);
      const aimed = `${path}${path.includes('?') ? '&' : '?'}next=${encodeURIComponent(next)}`;
      await unchanged(t, route, async () =>
        checkAnswer(t, `${route} next=${next}`, await send(route, { ...request, path: aimed }, sending)),
      );
    }
  }
});

t.test('a session that was planted before the sign-in is not the one that the sign-in opens', async (t) => {
  const planted = await openStaffSession(room, 'auditor');
  await openStaffSession(room, 'support');
  const body = { name: 'support-ann', password: 'staff password 1' };
  const answer = await send('POST /sign-in', { body }, { session: planted, token: null });
  t.match(answer.headers['set-cookie']?.[0], new RegExp(`^${cookieName}=consign_ses_`));
  t.notMatch(answer.headers['set-cookie']?.[0], planted);
});

function mayUse({ who }: RouteRow, role: StaffRole): boolean {
  return typeof who === 'string' || who.includes(role);
}

async function requestOf(row: RouteRow): Promise<RouteRequest> {
  return (await row.request?.(await newRecords())) ?? {};
}

function own(session: string): Sending & { readonly session: string } {
  return { session, token: formTokenFor(session) };
}

async function send(route: string, request: RouteRequest, sending: Sending): Promise<StaffAnswer> {
  const method = route.slice(0, route.indexOf(' '));
  const { session, token } = sending;
  if (isApi(route)) return await sendJson(route, request, sending);
  const fields = { ...request.body, ...(token === null ? {} : { formToken: token }) };
  const headers = {
    ...(session === null ? {} : { cookie: `${cookieName}=${session}` }),
    ...(method === 'GET' ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
    ...sending.headers,
  };
  const body = method === 'GET' ? {} : { body: new URLSearchParams(fields).toString() };
  return await sendToConsole(room, { method, path: request.path ?? pathOf(route) }, { headers, ...body });
}

/** The API takes JSON, and a page's token in a header. */
async function sendJson(route: string, request: RouteRequest, sending: Sending): Promise<StaffAnswer> {
  const method = route.slice(0, route.indexOf(' '));
  const hasBody = method === 'POST' || method === 'PUT';
  const headers = {
    ...(sending.session === null ? {} : { cookie: `${cookieName}=${sending.session}` }),
    ...(sending.token === null ? {} : { 'x-form-token': sending.token }),
    ...(hasBody ? { 'content-type': 'application/json' } : {}),
    ...sending.headers,
  };
  const body = hasBody ? { body: JSON.stringify(request.body ?? {}) } : {};
  return await sendToConsole(room, { method, path: request.path ?? pathOf(route) }, { headers, ...body });
}

async function unchanged(t: Test, title: string, work: () => Promise<unknown>): Promise<void> {
  await checkUnchanged(t, { title, read: room.services.context.store.read }, work);
}
