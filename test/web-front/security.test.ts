// What holds for every answer of the portal, and what hostile requests get.
import { connect as connectTls } from 'node:tls';
import { once } from 'node:events';
import { Writable } from 'node:stream';
import t from 'tap';
import { pino } from 'pino';
import { RpcError } from '#commlink/rpc-error.ts';
import { customer, newId } from './fake-backends.ts';
import { Visitor, startPortal } from './portal-fixture.ts';

const wish = { product: 'gateway', version: '2.1.0', file: 'gateway-2.1.0.tar.gz' };

t.test('every answer carries the security headers, errors and unknown addresses too', async (t) => {
  const portal = await startPortal(t);
  const visitor = new Visitor(portal);
  await visitor.signIn();
  portal.internalDb.catalog = [];
  const paths = [
    '/',
    '/sign-in',
    '/deliveries',
    '/nowhere',
    '/api/v1/me',
    '/api/v1/nowhere',
    '/healthz',
    '/%ff',
  ];
  for (const path of paths) {
    const { headers } = await visitor.get(path);
    const policy = String(headers['content-security-policy']);
    t.match(policy, "default-src 'none'; script-src 'self'; style-src 'self'", path);
    t.match(policy, "form-action 'self'; base-uri 'none'; frame-ancestors 'none'", path);
    t.match(headers, {
      'strict-transport-security': /^max-age=\d{8}/,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'same-origin',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'permissions-policy': /camera=\(\).*publickey-credentials-get=\(self\)/,
      'cache-control': 'no-store',
    });
    t.notOk(headers['server'] ?? headers['x-powered-by'], path);
  }
  const page = (await visitor.get('/')).text;
  t.notMatch(
    page,
    /<script(?![^>]* src=)|<style|\sstyle=|\son\w+="/,
    'nothing inline that the policy would block',
  );
});

t.test('cookies are Secure, HttpOnly, SameSite and bound to this host', async (t) => {
  const portal = await startPortal(t);
  const visitor = new Visitor(portal);
  const form = await visitor.get('/sign-in');
  const signedIn = await visitor.signIn();
  const formToken = await visitor.formToken('/');
  const delivered = await visitor.submit('/deliveries', { formToken, ...wish });
  const lines = [form, signedIn, delivered].flatMap(({ headers }) => headers['set-cookie'] ?? []);
  t.equal(lines.length, 4);
  for (const line of lines) {
    t.match(line, /; HttpOnly; Secure; SameSite=Lax$/);
    t.notMatch(line, /Domain=/);
  }
  t.match(lines[0], /^__Host-consign-visitor=[\w-]{43}; Path=\/;/);
  t.match(lines[1], /^__Host-consign-session=consign_ses_[\w-]{43}; Max-Age=(?:89\d{3}|90000); Path=\/;/);
  t.match(lines[2], /^__Host-consign-person=usr_[\w-]{22}; Max-Age=(?:89\d{3}|90000); Path=\/;/);
  t.match(lines[3], /^__Secure-consign-delivery=[\w-]+; Max-Age=3\d{3}; Path=\/deliveries\/dlv_[\w-]{22};/);
});

t.test(
  'forms of other sites, and forms without the right token, are refused and change nothing',
  async (t) => {
    const portal = await startPortal(t);
    const visitor = new Visitor(portal);
    await visitor.signIn();
    const formToken = await visitor.formToken('/');
    const stranger = new Visitor(portal);
    await stranger.signIn();
    const foreignToken = await stranger.formToken('/');
    portal.internalDb.calls.length = 0;
    const cases: [what: string, fields: Record<string, string>, headers: Record<string, string>][] = [
      ['no token', wish, {}],
      ['an empty token', { ...wish, formToken: '' }, {}],
      ['the token of another session', { ...wish, formToken: foreignToken }, {}],
      ['another origin', { ...wish, formToken }, { origin: 'https://evil.example' }],
      ['an opaque origin', { ...wish, formToken }, { origin: 'null' }],
      [
        'the same host over plain HTTP',
        { ...wish, formToken },
        { origin: portal.origin.replace('https', 'http') },
      ],
      ['a cross-site request', { ...wish, formToken }, { 'sec-fetch-site': 'cross-site' }],
      ['a same-site request from another host', { ...wish, formToken }, { 'sec-fetch-site': 'same-site' }],
    ];
    const paths = [
      '/deliveries',
      `/deliveries/${newId('dlv')}/end`,
      `/tokens/${newId('tok')}/revoke`,
      `/ssh-keys/${newId('key')}/remove`,
      '/sign-out',
    ];
    for (const [what, fields, headers] of cases) {
      for (const path of paths) {
        const sent =
          path === '/deliveries' ? fields : 'formToken' in fields ? { formToken: fields['formToken'] } : {};
        const { status } = await visitor.submit(path, sent, headers);
        t.ok(status === 403 || status === 400, `${what}: ${path} ${status}`);
      }
    }
    t.same(portal.internalDb.calls, [], 'internal-db heard of none of them');
    t.equal(
      (await visitor.submit('/deliveries', { ...wish, formToken })).status,
      303,
      'our own form is accepted',
    );
  },
);

t.test('a sign-in form needs the token of this very browser', async (t) => {
  const portal = await startPortal(t);
  const visitor = new Visitor(portal);
  const attacker = new Visitor(portal);
  const formToken = await attacker.formToken('/sign-in');
  const planted = await visitor.submit('/sign-in', { formToken, next: '/', ...customer });
  t.equal(planted.status, 403);
  const asked = portal.internalDb.calls.map(({ method }) => method);
  t.notOk(asked.includes('session.open'), 'no password is looked at');
});

t.test('after sign-in, nobody is led to another site', async (t) => {
  const portal = await startPortal(t);
  const hostile = [
    'https://evil.example/',
    '//evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    '/\t/evil.example',
    'javascript:alert(1)',
    '/a\r\nset-cookie: x=y',
    '',
  ];
  for (const next of hostile) {
    const answer = await new Visitor(portal).signIn({ next });
    t.equal(answer.headers['location'], '/', JSON.stringify(next));
  }
  t.equal((await new Visitor(portal).signIn({ next: '/tokens?x=1' })).headers['location'], '/tokens?x=1');
});

t.test(
  'wrong passwords, throttling and suspension read plainly, and the password is not echoed',
  async (t) => {
    const portal = await startPortal(t);
    const visitor = new Visitor(portal);
    const wrong = await visitor.signIn({ password: 'not-the-password' });
    t.equal(wrong.status, 403);
    t.match(wrong.text, 'User name and password do not fit together.');
    t.notMatch(wrong.text, 'not-the-password');
    portal.internalDb.openRefusal = { opened: false, reason: 'throttled', retryAfterMs: 30_000 };
    const throttled = await visitor.signIn();
    t.equal(throttled.status, 429);
    t.equal(throttled.headers['retry-after'], '30');
    portal.internalDb.openRefusal = { opened: false, reason: 'suspended', retryAfterMs: 0 };
    t.match((await visitor.signIn()).text, 'This account is suspended.');
    const spans: [number, string][] = [
      [1, 'a minute'],
      [61_000, '2 minutes'],
      [7_200_001, '3 hours'],
    ];
    for (const [retryAfterMs, words] of spans) {
      portal.internalDb.openRefusal = { opened: false, reason: 'banned', retryAfterMs };
      const banned = await visitor.signIn();
      t.equal(banned.status, 403);
      t.match(
        banned.text,
        `Sign-ins from your network address are refused for now. Try again in ${words}, or`,
      );
    }
  },
);

t.test('one address gets only so many sign-ins a minute', async (t) => {
  const portal = await startPortal(t, { limits: { signInsPerMinute: 2 } });
  const visitor = new Visitor(portal);
  for (let count = 0; count < 2; count++) t.equal((await visitor.signIn({ password: 'wrong' })).status, 403);
  const answer = await visitor.signIn();
  t.equal(answer.status, 429);
  t.ok(Number(answer.headers['retry-after']) > 0);
  t.equal(portal.internalDb.calls.filter(({ method }) => method === 'session.open').length, 2);
});

t.test('oversized and malformed requests are refused plainly', async (t) => {
  const portal = await startPortal(t);
  const visitor = new Visitor(portal);
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  const cases = [
    ['a long body', 'POST', '/sign-in', { headers: form, body: `password=${'x'.repeat(20_000)}` }, 413],
    ['a long address', 'GET', `/?${'x'.repeat(3000)}`, {}, 414],
    ['a long header', 'GET', '/', { headers: { 'x-long': 'x'.repeat(20_000) } }, 431],
    ['a surplus field', 'POST', '/sign-in', { headers: form, body: 'admin=1' }, 400],
    [
      'the wrong type of body',
      'POST',
      '/sign-in',
      { headers: { 'content-type': 'text/xml' }, body: '<a/>' },
      415,
    ],
    ['an id that is none', 'GET', '/deliveries/..%2f..%2fetc', {}, 404],
    ['a bad escape', 'GET', '/%zz', {}, 400],
    ['an unknown page', 'GET', '/wp-login.php', {}, 404],
  ] as const;
  for (const [what, method, path, part, status] of cases) {
    const answer = await visitor.send(method, path, part);
    t.equal(answer.status, status, what);
  }
});

t.test('TLS 1.1 is refused, TLS 1.2 works with forward secrecy', async (t) => {
  const portal = await startPortal(t);
  const shake = async (version: 'TLSv1.1' | 'TLSv1.2') => {
    const options = {
      port: portal.webFront.port,
      host: '127.0.0.1',
      servername: 'localhost',
      ca: portal.certificate,
    };
    const socket = connectTls({
      ...options,
      minVersion: version,
      maxVersion: version,
      ciphers: 'ALL:@SECLEVEL=0',
    });
    await once(socket, 'secureConnect');
    const cipher = socket.getCipher().name;
    socket.destroy();
    return cipher;
  };
  await t.rejects(shake('TLSv1.1'));
  t.match(await shake('TLSv1.2'), /^ECDHE-.*(GCM|POLY1305)/);
});

t.test('no secret reaches the log, whatever happens', async (t) => {
  const lines: string[] = [];
  const sink = new Writable({
    write: (chunk, _encoding, done) => {
      lines.push(String(chunk));
      done();
    },
  });
  const portal = await startPortal(t, { log: pino({ level: 'trace' }, sink) });
  const visitor = new Visitor(portal);
  await visitor.signIn({ password: 'a-wrong-Password' });
  await visitor.signIn();
  const formToken = await visitor.formToken('/');
  const path = String((await visitor.submit('/deliveries', { formToken, ...wish })).headers['location']);
  await visitor.get(`${path}?secret=in-the-query`);
  const created = await visitor.submit('/tokens', { formToken, name: 'ci', lifetimeDays: '5' });
  const token = /consign_pat_[\w-]{43}/.exec(created.text)?.[0] ?? '';
  await visitor.send('GET', '/api/v1/me', { headers: { authorization: `Bearer ${token}` } });
  await visitor.submit('/ssh-keys', {
    formToken,
    line: 'BEGIN OPENSSH PRIVATE KEY-pasted-by-mistake',
    name: '',
  });
  portal.internalDb.fault = new RpcError('internal', 'broken by the test');
  await visitor.get('/');
  const log = lines.join('');
  t.match(log, '"path":"/sign-in"');
  t.match(log, 'broken by the test');
  const session = [...portal.internalDb.liveSecrets].find(([, kind]) => kind === 'session')?.[0] ?? '';
  for (const secret of [
    'a-wrong-Password',
    customer.password,
    'once-only-Pw-3f9a',
    'pasted-by-mistake',
    'in-the-query',
    formToken,
    token,
    session,
  ]) {
    t.ok(secret.length > 4);
    t.notMatch(log, secret);
  }
});
