// The staff console over real HTTPS: signing in, what each role may do, forged forms, markup in data, and the pages.
import t from 'tap';
import type { StaffRole } from '#commlink/methods/administration-fields.ts';
import { freeFailuresPerNameAndAddress } from '#internal-db/limits.ts';
import { demoFile, plainGrant, seedRoom, startRoom } from '../support/running-room.ts';
import { StaffVisitor, staffPassword, type Fields } from './staff-visitor.ts';

const setUp = async (t: Parameters<typeof startRoom>[0], role: StaffRole = 'operator') => {
  const room = await startRoom(t);
  const seeded = await seedRoom(room);
  const staff = { actor: 'test', name: 'ann', displayName: 'Ann', role, password: staffPassword };
  await room.admin.call('staff.create', staff);
  const browser = new StaffVisitor(room);
  return { room, browser, ...seeded };
};

const paths = [
  '/',
  '/accounts',
  '/accounts/acme',
  '/why',
  '/audit',
  '/search?q=nothing',
  '/bulk',
  '/staff',
  '/security',
];

t.test('without a session every page leads to the sign-in', async (t) => {
  const { browser } = await setUp(t);
  for (const path of paths)
    t.match(await browser.get(path), { status: 303, headers: { location: '/sign-in' } });
  const page = await browser.get('/sign-in');
  t.match(page, { status: 200, body: /Sign in/ });
  t.match(page.headers['content-security-policy'], /default-src 'none'; script-src 'self'; style-src 'self'/);
  t.notMatch(page.body, /<script(?! type="module" src=)|style="|<style/);
  browser.cookie = '__Host-consign-staff=consign_ses_invented';
  t.match(await browser.get('/'), { status: 303 });
});

t.test('an operator sees every page', async (t) => {
  const { browser } = await setUp(t);
  const signedIn = await browser.signIn('ann');
  t.match(signedIn, { status: 303, headers: { location: '/second-factor' } });
  const cookie = signedIn.headers['set-cookie']?.[0] ?? '';
  for (const attribute of ['__Host-consign-staff=', 'HttpOnly', 'Secure', 'SameSite=Strict', 'Path=/']) {
    t.ok(cookie.includes(attribute), attribute);
  }
  for (const path of paths)
    t.match(await browser.get(path), { headers: { location: '/second-factor' } }, path);
  await browser.signInWithNewApp('ann');
  for (const path of paths) t.match(await browser.get(path), { status: 200 }, path);
  t.match(await browser.get('/assets/console.css'), {
    status: 200,
    headers: { 'content-type': /text\/css/ },
  });
  t.match(await browser.get('/nothing'), { status: 404 });
  t.match(await browser.get('/accounts/nobody'), { status: 404 });
  t.match(await browser.get('/why?account=acme&product=tool&version=1.0.0'), { body: /admits it/ });
  t.match(await browser.get('/why?account=acme&product=UPPER'), { status: 422 });
  t.match(await browser.post('/audit', '/audit/verify', {}), {
    status: 200,
    body: /follow from one another/,
  });
  t.match(await browser.post('/', '/sign-out', {}), { status: 303 });
  t.match(await browser.get('/'), { status: 303, headers: { location: '/sign-in' } });
});

t.test('the page of nodes shows how the cluster’s configuration stands', async (t) => {
  const { room, browser } = await setUp(t);
  await browser.signInWithNewApp('ann');
  room.node.learners.add('ftp1');
  await room.node.install({});
  const { body } = await browser.get('/nodes');
  const text = body.replaceAll(/<[^>]+>|\s+/g, ' ').replaceAll(/ +/g, ' ');
  t.match(text, /2\.00000000/);
  t.match(text, /db1 internal-db 2\.0+ idle/);
  t.match(text, /ftp1 ftp-node 2\.0+ joining/);
});

t.test('guessing staff passwords is slowed down', async (t) => {
  const { browser } = await setUp(t);
  const guesses = Array.from({ length: freeFailuresPerNameAndAddress + 1 }, () =>
    browser.signIn('ann', 'guess'),
  );
  const answers = await Promise.all([...guesses, browser.signIn('ann')]);
  t.match(answers.pop(), { status: 429, headers: { 'retry-after': String } });
  for (const answer of answers) t.equal(answer.status, 401);
});

t.test('grants and revokes, with a reason, in the name of who did it', async (t) => {
  const { browser, room } = await setUp(t, 'support');
  await browser.signInWithNewApp('ann');
  const account = '/accounts/acme';
  const grant = {
    product: 'tool',
    versions: '2.x',
    channels: 'stable, beta',
    until: '2030-01-31',
    reason: 'order 7',
  };
  const granted = await browser.post(account, `${account}/grant`, grant);
  t.match(granted, { status: 303, headers: { location: `${account}?done=granted` } });
  t.match(await browser.get(`${account}?done=granted`), { body: /Granted\./ });
  const { entitlements } = await room.admin.call('entitlement.list', { account: 'acme' });
  const last = entitlements.at(-1);
  t.match(last, {
    versions: '2.x',
    channels: ['stable', 'beta'],
    notAfterMs: Date.parse('2030-02-01T00:00:00Z') - 1,
    grantedBy: 'staff:ann',
    grantReason: 'order 7',
  });
  t.match(await browser.post(account, `${account}/grant`, { ...grant, versions: 'newest' }), {
    status: 422,
    body: /not a version range/,
  });
  t.match(await browser.post(account, `${account}/grant`, { ...grant, until: 'tomorrow' }), { status: 422 });
  const order = { entitlement: last?.id ?? '', reason: 'mistake' };
  t.match(await browser.post(account, `${account}/revoke`, { ...order, reason: '' }), { status: 422 });
  t.match(await browser.post(account, `${account}/revoke`, order), { status: 303 });
  t.match(await browser.post(account, `${account}/revoke`, order), { status: 409, body: /revoked already/ });
});

t.test('ends a delivery, records an acceptance, suspends', async (t) => {
  const { browser, room, entitlement } = await setUp(t);
  const { admin, webFront, cluster } = room;
  await webFront.call('session.describe', { session: 'nobody' });
  await browser.signInWithNewApp('ann');
  const account = '/accounts/acme';
  const staged = await admin.call('delivery.stage', {
    actor: 'test',
    account: 'acme',
    ...demoFile,
    lifetimeMs: null,
  });
  if (!staged.staged) throw new Error('not staged');
  const end = { delivery: staged.delivery.id, reason: 'asked by telephone' };
  t.match(await browser.post(account, `${account}/cancel`, end), { status: 303 });
  t.equal(cluster.node.orders.length, 1);

  await admin.call('entitlement.revoke', { actor: 'test', entitlement, reason: 'replaced' });
  await admin.call('entitlement.grant', {
    ...plainGrant,
    account: 'acme',
    product: 'tool',
    licenceAgreement: 'eula',
  });
  t.match(await browser.get('/why?account=acme&product=tool&version=1.0.0'), {
    body: /licence_not_accepted/,
  });
  t.match(await browser.post(account, `${account}/accept`, { agreement: 'other' }), { status: 422 });
  t.match(await browser.post(account, `${account}/accept`, { agreement: 'eula' }), { status: 303 });
  t.match(await browser.get('/why?account=acme&product=tool&version=1.0.0'), { body: /admits it/ });

  t.match(await browser.post(account, `${account}/state`, { state: 'suspended', reason: 'unpaid' }), {
    status: 303,
  });
  t.match(await admin.call('account.list', {}), { accounts: [{ state: 'suspended' }] });
});

t.test('forged forms change nothing', async (t) => {
  const { browser, room } = await setUp(t);
  await browser.signInWithNewApp('ann');
  const page = await browser.get('/accounts/acme');
  const formToken = /name="formToken" value="([^"]+)"/.exec(page.body)?.[1] ?? '';
  const path = '/accounts/acme/state';
  const fields = { state: 'suspended', reason: 'x' };
  const forged: [string, { fields: Fields; headers?: Fields }][] = [
    ['without a token', { fields }],
    ['with an invented token', { fields: { ...fields, formToken: 'A'.repeat(43) } }],
    ['from another site', { fields: { ...fields, formToken }, headers: { 'sec-fetch-site': 'cross-site' } }],
    [
      'from another origin',
      { fields: { ...fields, formToken }, headers: { origin: 'https://evil.example' } },
    ],
  ];
  for (const [title, options] of forged)
    t.match(await browser.send('POST', path, options), { status: 403 }, title);
  t.match(await room.admin.call('account.list', {}), { accounts: [{ state: 'active' }] });
  const elsewhere = { headers: { 'sec-fetch-site': 'cross-site' } };
  const sent = await browser.send('GET', '/sign-in/with/vendor', elsewhere);
  t.match(sent, { status: 303 }, 'no other site sends staff to a provider');
  const json = { headers: { 'content-type': 'application/json' }, fields: { a: 'b' } };
  t.match(await browser.send('POST', path, json), { status: 415 });
});

t.test('an auditor reads the audit log, sees no forms, and is refused what they would send', async (t) => {
  const { browser, entitlement } = await setUp(t, 'auditor');
  await browser.signInWithNewApp('ann');
  t.match(await browser.get('/audit'), { status: 200 });
  const account = '/accounts/acme';
  t.notMatch((await browser.get(account)).body, /Revoke|Suspend|Grant</, 'no forms for what is not allowed');
  const order = { entitlement, reason: 'x' };
  t.match(await browser.post(account, `${account}/revoke`, order), { status: 403 });
  t.match(await browser.post(account, `${account}/state`, { state: 'suspended', reason: 'x' }), {
    status: 403,
  });
});

t.test('markup in data stays text', async (t) => {
  const { browser, room } = await setUp(t);
  await browser.signInWithNewApp('ann');
  const hostile = `<img src=x onerror="alert(1)">'"!`;
  await room.admin.call('account.create', { actor: hostile, name: 'evil', displayName: hostile });
  await room.admin.call('entitlement.grant', {
    ...plainGrant,
    account: 'evil',
    product: 'tool',
    reason: hostile,
  });
  for (const path of ['/accounts', '/accounts/evil', '/audit', '/why?account=acme&product=tool']) {
    t.notMatch((await browser.get(path)).body, /<img src=x/, path);
  }
  t.match((await browser.get('/accounts')).body, /&#60;img/);
});
