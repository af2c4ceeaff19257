// The console's API against its own description: every operation is done, refused and broken once, and each answer held against
// what /api/v1/openapi.json says of it. What is described and never seen, and what is seen and not described, fails.
import t, { type Test } from 'tap';
import { consoleDefaults } from '#commlink/settings/console-settings.ts';
import { operations } from '#internal-db/console/api/operations.ts';
import { formTokenFor } from '#commlink/pages/form-token.ts';
import { InternalDbError } from '#internal-db/internal-db-error.ts';
import { hashSecret } from '#internal-db/secret-token.ts';
import { seedRoom, startRoom } from '../support/running-room.ts';
import { ApiExaminer } from './api-examiner.ts';
import { openStaffSession, sendToConsole } from './staff-browser.ts';
import { openStaffClient, type StaffClient } from './staff-client.ts';
import { requestsOf } from './staff-api-requests.ts';

async function setUp(t: Test) {
  const room = await startRoom(t, [], {
    portalUrl: 'https://portal.example.test',
    mail: { kind: 'folder', from: 'consign@vendor.test' },
  });
  const seed = await seedRoom(room);
  const client = await openStaffClient(room, 'operator');
  const examiner = new ApiExaminer((await client.send('GET', '/openapi.json')).json);
  return { room, seed, client, examiner };
}

type Request = NonNullable<Parameters<StaffClient['send']>[2]> & { readonly at?: string };

const unknownId = (prefix: string) => `${prefix}_AAAAAAAAAAAAAAAAAAAAAA`;

t.test('every operation does what it is described to do', async (t) => {
  const { room, seed, client, examiner } = await setUp(t);
  const done = new Set<string>();
  for await (const [route, path, body] of requestsOf(room, seed)) {
    const method = route.slice(0, route.indexOf(' '));
    const answer = await client.send(method, path, body === undefined ? {} : { body });
    t.ok(answer.status < 300, `${route}: ${answer.status} ${answer.text}`);
    t.equal(examiner.examine(route, answer), null, route);
    done.add(route);
  }
  t.same(
    operations.map(({ route }) => route).filter((route) => !done.has(route)),
    [],
    'no operation was left out',
  );
});

t.test('who may not gets nothing, in words of the description', async (t) => {
  const { room, client, examiner } = await setUp(t);
  const reader = await openStaffClient(room, 'operator', 'read');
  const auditor = await openStaffClient(room, 'auditor');
  const stranger = { authorization: 'Bearer consign_sat_none' };
  const before = (await room.services.context.store.read.audit.last())?.sequence;
  for (const { route, asks, action } of operations) {
    const [method = '', path = ''] = route.split(' ');
    const own = path.replaceAll(/:(\w+)/g, (_all, name: string) => examples[name] ?? 'acme');
    const body = method === 'POST' || method === 'PUT' ? { body: {} } : {};
    const unknown = await client.send(method, own, { ...body, headers: stranger });
    t.equal(unknown.status, 401, route);
    t.equal(examiner.examine(route, unknown), null, route);
    if (method !== 'GET' && asks !== true) {
      const readOnly = await reader.send(method, own, body);
      t.match(readOnly, { status: 403, json: { reason: 'scope' } }, route);
      t.equal(examiner.examine(route, readOnly), null, route);
    }
    if (action === 'read' || action === 'audit.read') continue;
    const byRole = await auditor.send(method, own, body);
    t.match(byRole, { status: 403, json: { reason: 'role' } }, route);
  }
  const after = (await room.services.context.store.read.audit.last())?.sequence;
  t.equal(after, before, 'nothing was changed');
});

/** A value for each name in an address; of things that do not exist. */
const examples: Readonly<Record<string, string>> = {
  account: 'nobody',
  user: 'nobody',
  entitlement: unknownId('ent'),
  delivery: unknownId('dlv'),
  session: unknownId('ses'),
  webhook: unknownId('whk'),
  proposal: unknownId('prp'),
  upload: unknownId('upl'),
  uid: unknownId('apl'),
  rollout: unknownId('rol'),
  product: 'nothing',
  version: '9.9.9',
  name: 'nobody',
};

t.test('what is malformed, too large or of another kind is refused as described', async (t) => {
  const { client, examiner } = await setUp(t);
  for (const { route, params } of operations) {
    const [method = '', path = ''] = route.split(' ');
    const address = path.replaceAll(/:(\w+)/g, (_all, name: string) => examples[name] ?? 'x');
    const check = async (title: string, status: number, request: Request) => {
      const { at = address, ...part } = request;
      const answer = await client.send(method, at, part);
      t.equal(answer.status, status, `${route} ${title}: ${answer.text}`);
      t.equal(examiner.examine(route, answer), null, `${route} ${title}`);
    };
    if (method === 'POST' || method === 'PUT') {
      await check('unknown field', 400, { body: { unknown: 1 } });
      await check('no JSON', 400, { body: '{' });
      await check('a prototype', 400, { body: '{"__proto__":{"a":1}}' });
      await check('a form', 415, {
        body: 'a=1',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      });
      await check('too much', 413, { body: `{"a":"${'x'.repeat(3 * 1024 * 1024)}"}` });
    } else if (path.includes(':')) {
      await check('no such name', 400, { at: path.replaceAll(/:\w+/g, '%20') });
    } else if (Object.keys(params.properties).length > 0) {
      await check('unknown field', 400, { at: `${address}?unknown=1` });
    }
  }
});

t.test('faults and an absent database are told as described, without their detail', async (t) => {
  const { room, client, examiner } = await setUp(t);
  const { staffTokens } = room.services.context.store.read;
  for (const [status, fault] of [
    [500, () => Promise.reject(new Error('at /secret/path'))],
    [503, () => Promise.reject(new InternalDbError('overloaded', 'at /secret/path'))],
  ] as const) {
    staffTokens.byHash = fault;
    for (const { route } of operations) {
      const [method = '', path = ''] = route.split(' ');
      const address = path.replaceAll(/:(\w+)/g, (_all, name: string) => examples[name] ?? 'x');
      const answer = await client.send(method, address, method.startsWith('P') ? { body: {} } : {});
      t.equal(answer.status, status, `${route}: ${answer.text}`);
      t.notMatch(answer.text, /secret/);
      t.equal(examiner.examine(route, answer), null, route);
    }
  }
});

t.test('what does not exist, exists already or makes no sense', async (t) => {
  const { seed, client, examiner } = await setUp(t);
  const reason = 'because';
  const put = (at: number, until?: number) => ({
    notBefore: new Date(at).toISOString(),
    ...(until ? { notAfter: new Date(until).toISOString() } : {}),
  });
  const cases: readonly (readonly [number, string, string, string, unknown?])[] = [
    [404, 'GET /accounts/:account', 'GET', '/accounts/nobody'],
    [404, 'GET /entitlements/:entitlement', 'GET', `/entitlements/${unknownId('ent')}`],
    [
      404,
      'POST /entitlements/:entitlement/revocation',
      'POST',
      `/entitlements/${unknownId('ent')}/revocation`,
      { reason },
    ],
    [
      404,
      'POST /deliveries/:delivery/cancellation',
      'POST',
      `/deliveries/${unknownId('dlv')}/cancellation`,
      { reason },
    ],
    [404, 'DELETE /webhooks/:webhook', 'DELETE', `/webhooks/${unknownId('whk')}`],
    [404, 'GET /approvals/:proposal', 'GET', `/approvals/${unknownId('prp')}`],
    [404, 'POST /bans/lift', 'POST', '/bans/lift', { network: '198.51.100.9', reason }],
    [404, 'GET /statistics', 'GET', '/statistics?product=nothing'],
    [404, 'GET /sessions', 'GET', '/sessions?node=nothing'],
    [409, 'POST /accounts', 'POST', '/accounts', { name: 'acme', displayName: 'Again' }],
    [409, 'POST /products', 'POST', '/products', { name: 'tool', title: 'Again', description: '' }],
    [
      422,
      'POST /accounts/:account/entitlements',
      'POST',
      '/accounts/acme/entitlements',
      { product: 'tool', versions: 'no range', reason },
    ],
    [
      422,
      'POST /accounts/:account/entitlements/preview',
      'POST',
      '/accounts/acme/entitlements/preview',
      { product: 'tool', versions: '*', ...put(2000, 1000) },
    ],
    [422, 'POST /bans', 'POST', '/bans', { network: 'nonsense', durationMs: 5000, reason }],
    [422, 'POST /webhooks', 'POST', '/webhooks', { url: 'ftp://x.example/', events: ['alert.raised'] }],
    [422, 'GET /statistics', 'GET', '/statistics?days=3'],
    [422, 'POST /staff/:name/role', 'POST', '/staff/operator-ann/role', { role: 'support', reason }],
    [422, 'POST /staff/:name/access', 'POST', '/staff/operator-ann/access', { ended: true, reason }],
    [
      400,
      'POST /entitlements/:entitlement/extension',
      'POST',
      `/entitlements/${seed.entitlement}/extension`,
      { reason },
    ],
    [400, 'GET /accounts', 'GET', '/accounts?after=nonsense'],
    [400, 'GET /audit', 'GET', '/audit?from=2026-13-45T99:00:00Z'],
  ];
  for (const [status, route, method, path, body] of cases) {
    const answer = await client.send(method, path, body === undefined ? {} : { body });
    t.equal(answer.status, status, `${route}: ${answer.text}`);
    t.equal(examiner.examine(route, answer), null, route);
    t.match(answer.json, { detail: /\w/, incident: /^\w+$/, code: /^\w+$/ });
    t.notMatch(answer.text, /consign [a-z]/, 'a program has no use for a command to type');
  }
  t.equal((await client.send('GET', '/nothing')).status, 404);
});

t.test('a browser’s session may call it, with its form token where it changes something', async (t) => {
  const { room } = await setUp(t);
  const send = (secret: string, route: string, more: Record<string, string> = {}) => {
    const [method = '', path = ''] = route.split(' ');
    const content = method === 'GET' ? {} : { 'content-type': 'application/json' };
    const headers = { cookie: `__Host-consign-staff=${secret}`, ...content, ...more };
    const body = method === 'GET' ? {} : { body: JSON.stringify({ name: 'new', displayName: 'New' }) };
    return sendToConsole(room, { method, path: `/api/v1${path}` }, { headers, ...body });
  };
  const session = await openStaffSession(room, 'operator');
  const unproved = await openStaffSession(room, 'operator', { isProved: false });
  t.match(await send(session, 'GET /me'), { status: 200, body: /"kind":"session"/ });
  t.match(await send(unproved, 'GET /me'), { status: 403, body: /second_factor/ });
  t.match(await send('consign_ses_none', 'GET /me'), { status: 401 });
  const token = { 'x-form-token': formTokenFor(session) };
  t.match(await send(session, 'POST /accounts'), { status: 403, body: /form_refused/ });
  const foreign = { 'x-form-token': formTokenFor('another') };
  t.match(await send(session, 'POST /accounts', foreign), { status: 403 });
  const crossSite = { ...token, 'sec-fetch-site': 'cross-site' };
  t.match(await send(session, 'POST /accounts', crossSite), { status: 403 });
  t.match(await send(session, 'POST /accounts', token), { status: 201 });
});

t.test('a change that needs a second person waits for one', async (t) => {
  const room = await startRoom(t, [], {
    console: {
      ...consoleDefaults,
      host: '127.0.0.1',
      port: 0,
      secondPerson: ['account.suspend', 'staff.end'],
    },
  });
  await seedRoom(room);
  const client = await openStaffClient(room, 'operator');
  await openStaffSession(room, 'auditor');
  const examiner = new ApiExaminer((await client.send('GET', '/openapi.json')).json);
  const body = { state: 'suspended', reason: 'unpaid' };
  const proposed = await client.send('POST', '/accounts/acme/state', { body });
  t.match(proposed, {
    status: 202,
    json: { kind: 'account.suspend', state: 'open', proposedBy: 'operator-ann' },
  });
  t.equal(examiner.examine('POST /accounts/:account/state', proposed), null);
  t.match((await client.send('GET', '/accounts/acme')).json, { state: 'active' });
  t.match((await client.send('GET', '/approvals')).json, { proposals: [{ id: proposed.json.id }] });
  const own = { body: { ended: true, reason: 'leaving' } };
  t.equal((await client.send('POST', '/staff/operator-ann/access', own)).status, 422, 'nobody proposes that');
  t.equal((await client.send('POST', '/staff/auditor-ann/access', own)).status, 202);
  t.match(await client.send('DELETE', `/approvals/${proposed.json.id}`), { json: { state: 'withdrawn' } });
  t.equal((await client.send('DELETE', `/approvals/${proposed.json.id}`)).status, 409);
  t.match(await client.send('POST', '/accounts/acme/state', { body: { state: 'active', reason: 'paid' } }), {
    status: 200,
  });
});

t.test('a request with an Idempotency-Key is done once', async (t) => {
  const { room, client } = await setUp(t);
  const post = (key: string, name: string) =>
    client.send('POST', '/staff', {
      headers: { 'idempotency-key': key },
      body: { name, displayName: name, role: 'support' },
    });
  const first = await post('a', 'bob');
  t.match(first, {
    status: 201,
    headers: { 'idempotency-replayed': undefined },
    json: { password: /\w{4}-/ },
  });
  const again = await post('a', 'bob');
  t.match(again, { status: 201, headers: { 'idempotency-replayed': 'true' }, text: first.text });
  t.match(await post('a', 'carl'), { status: 422, json: { code: 'key_reused' } });
  t.match(await post('b', 'bob'), { status: 409 });
  const kept = await room.services.context.store.read.idempotentRequests.find(hashSecret(client.secret), 'a');
  t.ok(kept?.sealedAnswer);
  const stored = Buffer.from(kept?.sealedAnswer ?? '', 'base64url').toString('latin1');
  t.notOk(stored.includes(first.json.password), 'the database can’t read the password that was made up');
});

t.test(
  'what has not changed is not sent again, and every answer says how many requests are left',
  async (t) => {
    const { client } = await setUp(t);
    const first = await client.send('GET', '/accounts/acme');
    const headers = { 'if-none-match': String(first.headers['etag']) };
    t.match(await client.send('GET', '/accounts/acme', { headers }), { status: 304, text: '' });
    t.match(first.headers, { ratelimit: /^"api";r=\d+;t=\d+$/, 'ratelimit-policy': /^"api";q=\d+;w=60$/ });
    const lists = await client.send('GET', '/audit?limit=2');
    t.equal(lists.json.entries.length, 2);
    const next = await client.send('GET', `/audit?limit=2&after=${lists.json.next}`);
    t.equal(next.json.entries[0].sequence, lists.json.entries[1].sequence - 1, 'pages follow one another');
  },
);

t.test('a token ends with its owner’s access, and goes by the role of the moment', async (t) => {
  const { room, client } = await setUp(t);
  const support = await openStaffClient(room, 'support');
  const ban = { body: { network: '198.51.100.7', durationMs: 5000, reason: 'noise' } };
  t.equal((await support.send('POST', '/bans', ban)).status, 201);
  const known = { body: { name: 'mole', displayName: 'M', password: 'a password that I know' } };
  const refused = await support.send('POST', '/accounts/globex/users', known);
  t.match(refused, { status: 403, json: { reason: 'role' } }, 'support invites people');
  const role = { body: { role: 'auditor', reason: 'moved' } };
  t.equal((await client.send('POST', '/staff/support-ann/role', role)).status, 200);
  t.match(await support.send('POST', '/bans', ban), { status: 403, json: { reason: 'role' } });
  const end = (ended: boolean) =>
    client.send('POST', '/staff/support-ann/access', { body: { ended, reason: 'left' } });
  t.equal((await end(true)).status, 200);
  t.equal((await support.send('GET', '/me')).status, 401);
  t.equal((await end(false)).status, 200);
  t.equal((await support.send('GET', '/me')).status, 401, 'who comes back makes a new one');
  const { id } = (await client.send('GET', '/tokens')).json.tokens[0];
  await room.admin.call('staffToken.revoke', { actor: 'test', staff: 'operator-ann', id });
  t.equal((await client.send('GET', '/me')).status, 401);
});

t.test('the audit log is taken as a file, which is an entry', async (t) => {
  const { room, client } = await setUp(t);
  const lines = await client.send('GET', '/audit/export?action=product.create');
  t.match(lines, { status: 200, headers: { 'content-type': 'application/jsonl' } });
  t.match(lines.text, /^\{"sequence":\d+,[^\n]*"product.create"[^\n]*\}\n$/);
  const csv = await client.send('GET', '/audit/export?format=csv&from=2020-01-01T00:00:00Z');
  t.match(csv.text, /^sequence,at,actor/);
  t.equal((await client.send('GET', '/audit/export?format=xml')).status, 400);
  const support = await openStaffClient(room, 'support');
  t.equal((await support.send('GET', '/audit/export')).status, 403);
  const taken = await client.send('GET', '/audit?action=audit.export');
  t.equal(taken.json.entries.length, 2);
});
