// The JSON API against its own description: every path, method and status that /api/v1/openapi.json lists is provoked
// and the answer held against the schema given there; what cannot be provoked is named here with its reason.
import t from 'tap';
import { RpcError } from '#commlink/rpc-error.ts';
import {
  applianceTag,
  Examiner,
  Machine,
  catalogTags,
  isDescribed,
  json,
  peopleTags,
  type Description,
  type Route,
} from './described-api.ts';
import { customer, newId } from './fake-backends.ts';
import { Visitor, startPortal } from './portal-fixture.ts';

const wish = JSON.stringify({ product: 'gateway', version: '2.1.0', file: 'gateway-2.1.0.tar.gz' });

const publicKeyBody = JSON.stringify({ publicKey: 'ssh-ed25519 AAAA ada@engine', name: 'laptop' });
const siteFiles = ['filezilla.xml', 'winscp.ini'] as const;

t.test(
  'every answer of the API is as its served description says, and every described answer exists',
  async (t) => {
    const portal = await startPortal(t, { ownAuthority: true });
    const { internalDb, ftpNode } = portal;
    const machine = new Machine(portal);
    const description = (await machine.send('GET', '/openapi.json')).json() as Description;
    t.match(description.openapi, /^3\.1\./);
    const examiner = new Examiner(
      description,
      (tags) => !tags.some((tag) => [applianceTag, ...peopleTags, ...catalogTags].includes(tag)),
    );
    const check = async (...[method, path, part]: Route) => {
      const answer = await machine.send(method, path, part);
      t.equal(examiner.examine(method, path, answer), null, `${method} ${path} ${answer.status}`);
      return answer;
    };
    const created = (await check('POST', '/deliveries', { headers: json, body: wish })).json();
    const token = (
      await check('POST', '/tokens', { headers: json, body: '{"name":"ci","lifetimeDays":7}' })
    ).json();
    const sshKey = (await check('POST', '/ssh-keys', { headers: json, body: publicKeyBody })).json();
    const record = internalDb.deliveries.get(created.id);
    record?.downloads.push({
      id: newId('dwn'),
      delivery: created.id,
      account: 'analytical',
      path: record.delivery.path,
      protocol: 'ftps',
      address: '2001:db8::1',
      offsetBytes: 5,
      sentBytes: 10,
      sizeBytes: 123_456_789,
      startedAtMs: Date.now(),
      endedAtMs: Date.now(),
      outcome: 'aborted',
    });
    const routes: Route[] = [
      ['GET', '/deliveries'],
      ['GET', '/downloads'],
      ['GET', `/deliveries/${created.id}`],
      ...siteFiles.map((name): Route => ['GET', `/deliveries/${created.id}/${name}`]),
      ['GET', '/tokens'],
      ['GET', '/ssh-keys'],
      ['POST', '/deliveries', { headers: json, body: wish }],
      ['POST', '/tokens', { headers: json, body: '{"name":"other"}' }],
      ['DELETE', `/deliveries/${created.id}`],
      ['GET', `/deliveries/${created.id}/events`],
      ['DELETE', `/tokens/${token.id}`],
      ['POST', '/ssh-keys', { headers: json, body: publicKeyBody }],
      ['DELETE', `/ssh-keys/${sshKey.id}`],
    ];
    for (const route of routes) await check(...route);

    for (const fault of ['internal', 'unavailable', 'refused'] as const) {
      internalDb.fault = new RpcError(fault, 'because the test says so');
      for (const route of routes) {
        const answer = await machine.send(...route);
        if (fault === 'refused' && answer.status === 403 && !isDescribed(description, route, 403)) continue;
        t.equal(examiner.examine(route[0], route[1], answer), null, `${route[0]} ${route[1]} when ${fault}`);
      }
    }
    internalDb.fault = null;
    ftpNode.stagingFailure = { staged: false, failure: 'disk_full', explanation: 'The disk is full.' };
    const failed = await check('POST', '/deliveries', { headers: json, body: wish });
    t.match(failed.json(), {
      status: 503,
      code: 'staging_failed',
      reason: 'disk_full',
      detail: 'The disk is full.',
    });

    await check('POST', '/ssh-keys', { headers: json, body: '{"publicKey":"my key"}' });
    for (const path of ['/deliveries', '/tokens', '/ssh-keys']) {
      await check('POST', path, { headers: json, body: '{"surplus":true}' });
      await check('POST', path, { headers: json, body: '{' });
      await check('POST', path, { headers: json, body: JSON.stringify({ name: 'x'.repeat(40_000) }) });
      await check('POST', path, { headers: { 'content-type': 'text/plain' }, body: 'x' });
    }
    for (const [path, kind] of [
      ['/deliveries', 'dlv'],
      ['/tokens', 'tok'],
      ['/ssh-keys', 'key'],
    ] as const) {
      const id = newId(kind);
      await check('DELETE', `${path}/${id}`);
      if (path === '/deliveries') await check('GET', `${path}/${id}`);
    }
    // The description's templates need a well-formed id to be recognised: a malformed one is examined by hand.
    for (const [method, path] of [
      ['GET', '/deliveries'],
      ['DELETE', '/deliveries'],
      ['DELETE', '/tokens'],
      ['DELETE', '/ssh-keys'],
    ] as const) {
      const malformed = await machine.send(method, `${path}/nonsense`);
      t.match(malformed.json(), { status: 400, code: 'bad_request' });
      t.equal(examiner.examine(method, `${path}/${newId('xxx')}`, malformed), null);
    }
    for (const path of ['/deliveries', '/downloads']) await check('GET', `${path}?limit=0`);
    for (const part of ['events', ...siteFiles]) {
      await check('GET', `/deliveries/${newId('dlv')}/${part}`);
      const malformed = await machine.send('GET', `/deliveries/nonsense/${part}`);
      t.equal(examiner.examine('GET', `/deliveries/${newId('xxx')}/${part}`, malformed), null);
    }
    internalDb.liveSecrets.clear();
    for (const route of routes) await check(...route);
    t.same(
      [...examiner.unseen].filter((line) => !line.endsWith(' 429')),
      [],
      'only 429 is left, which has its own test',
    );
  },
);

t.test('a delivery comes with the password, addresses and a line for each client', async (t) => {
  const portal = await startPortal(t, { ownAuthority: true });
  const machine = new Machine(portal);
  const answer = await machine.send('POST', '/deliveries', { headers: json, body: wish });
  t.equal(answer.status, 201);
  const delivery = answer.json();
  t.equal(answer.headers['location'], `/api/v1/deliveries/${delivery.id}`);
  t.match(delivery, {
    state: 'staged',
    login: 'd-7k2m9x4q1z',
    requestedBy: 'ada',
    password: 'once-only-Pw-3f9a',
    urls: { https: /^https:\/\/localhost:18442\/d\/A+\.B+\/gateway-2\.1\.0\.tar\.gz$/ },
    endpoints: { ftp: { port: 18443 }, sftp: { port: 18444 } },
    page: `https://portal.example/deliveries/${delivery.id}`,
  });
  for (const line of Object.values<string>(delivery.commands)) t.notMatch(line, 'once-only-Pw-3f9a');
  const later = (await machine.send('GET', `/deliveries/${delivery.id}`)).json();
  t.notOk('password' in later, 'the password is given once');
});

t.test('a browser session may read, and mutates only with the form token of its own pages', async (t) => {
  const portal = await startPortal(t);
  const visitor = new Visitor(portal);
  await visitor.signIn();
  t.match((await visitor.get('/api/v1/me')).json(), {
    user: { name: customer.username },
    credential: { kind: 'session' },
  });
  const post = (headers: Record<string, string>) =>
    visitor.send('POST', '/api/v1/deliveries', { headers: { ...json, ...headers }, body: wish });
  t.match((await post({})).json(), { status: 403, code: 'form_refused' });
  const formToken = await visitor.formToken('/');
  t.equal((await post({ 'x-form-token': formToken })).status, 201);
  const foreign = await post({ 'x-form-token': formToken, 'sec-fetch-site': 'cross-site' });
  t.equal(foreign.status, 403);
});

t.test('a token makes and revokes no tokens', async (t) => {
  const portal = await startPortal(t);
  const { secret } = new Machine(portal);
  const headers = { ...json, authorization: `Bearer ${secret}` };
  const visitor = new Visitor(portal);
  const made = await visitor.send('POST', '/api/v1/tokens', { headers, body: '{"name":"another"}' });
  t.match(made.json(), { status: 403, code: 'refused', detail: 'Not with a token.' });
});

t.test('a credential that is no good is a problem with WWW-Authenticate', async (t) => {
  const portal = await startPortal(t);
  const visitor = new Visitor(portal);
  const cases = [
    {},
    { authorization: 'Bearer nonsense' },
    { authorization: 'Basic YTpi' },
    { authorization: 'Bearer a b' },
  ];
  for (const headers of cases) {
    const answer = await visitor.send('GET', '/api/v1/me', { headers });
    t.equal(answer.status, 401);
    t.equal(answer.headers['www-authenticate'], 'Bearer realm="consign"');
    const problem = answer.json();
    t.match(problem, { code: 'session_required', type: 'https://portal.example/problems#session_required' });
    t.equal(problem.incident, answer.headers['x-request-id']);
  }
  t.match((await visitor.get('/problems')).text, 'id="session_required"', 'the type leads to an explanation');
});

t.test('too many requests are a problem that says how long to wait', async (t) => {
  const portal = await startPortal(t, { limits: { apiRequestsPerMinute: 3 } });
  const machine = new Machine(portal);
  for (let count = 0; count < 3; count++) t.equal((await machine.send('GET', '/me')).status, 200);
  const answer = await machine.send('GET', '/me');
  t.equal(answer.status, 429);
  t.match(answer.json(), { code: 'rate_limited' });
  t.ok(Number(answer.headers['retry-after']) > 0);
});
