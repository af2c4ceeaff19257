// Support's pages over real HTTPS with the whole internal-db behind them: the search box, previews, extensions, why at a past
// moment and what if, many changes at once, the timeline, and both steps of the sign-in.
import t from 'tap';
import type { StaffRole } from '#commlink/methods/administration-fields.ts';
import { newRecordId } from '#internal-db/record-id.ts';
import { fingerprintOf } from '#internal-db/ssh-keys/public-key.ts';
import { demoFile, plainGrant, seedRoom, signIn, startRoom } from '../support/running-room.ts';
import { StaffVisitor, challengeIn, staffPassword, type Answer } from './staff-visitor.ts';
import { codeOf } from '../../rig/totp-code.ts';

const day = 86_400_000;

const setUp = async (t: Parameters<typeof startRoom>[0], role: StaffRole = 'support') => {
  const room = await startRoom(t);
  const seeded = await seedRoom(room);
  const person = { actor: 'test', name: 'ann', displayName: 'Ann', role, password: staffPassword };
  await room.admin.call('staff.create', person);
  const visitor = new StaffVisitor(room);
  const secret = await visitor.signInWithNewApp('ann');
  return { room, visitor, secret, ...seeded };
};

/** What a page says, without its markup. */
const textOf = ({ body }: Answer) => body.replaceAll(/<[^>]+>|\s+/g, ' ').replaceAll(/ +/g, ' ');

/** Something of each further kind that can be looked for. */
const addRecords = async ({ services, admin }: Awaited<ReturnType<typeof startRoom>>) => {
  const { store, documents } = services.context;
  const { user, account } = (await store.read.accounts.userByName('jo')) ?? {};
  if (!user || !account) throw new Error('jo is not there');
  const publicKey = Buffer.from('no real key');
  const login = { door: 'ftp1', protocol: 'ftp', principal: 'user:jo', refusal: 'credentials' };
  await store.transaction(async ({ accessEvents, sshKeys }) => {
    await accessEvents.count({ ...login, accountId: account.id, atMs: 1, address: '192.0.2.7' }, 1);
    const key = { name: 'laptop', keyType: 'ssh-ed25519', keyBits: 256, publicKey };
    const dates = { createdAtMs: 1, expiresAtMs: null, lastUsedAtMs: null };
    await sshKeys.insertSshKey({ id: newRecordId('key'), userId: user.id, ...key, ...dates });
  });
  const agreement = {
    name: 'terms',
    version: '1',
    title: 'Terms of Use',
    text: 'Be kind.',
    inForceAtMs: null,
  };
  await admin.call('licence.add', { actor: 'test', ...agreement });
  const [node] = documents.ftpNodes();
  return { userId: user.id, fingerprint: fingerprintOf(publicKey), nodeName: node?.name ?? '' };
};

t.test('the search box finds by whatever is at hand', async (t) => {
  const { visitor, room, entitlement } = await setUp(t);
  await room.webFront.call('session.describe', { session: 'nobody' });
  const staged = await room.admin.call('delivery.stage', {
    actor: 'test',
    account: 'acme',
    ...demoFile,
    lifetimeMs: null,
  });
  if (!staged.staged) throw new Error(staged.explanation);
  const { id, login } = staged.delivery;
  const { userId, fingerprint, nodeName } = await addRecords(room);
  const cases: [string, RegExp][] = [
    ['acm', /^\/accounts\/acme$/],
    ['JO', /^\/accounts\/acme#people$/],
    ['tool', /^\/products\/tool$/],
    [id, /^\/accounts\/acme\?kind=delivery#timeline$/],
    [login, /^\/accounts\/acme\?kind=delivery#timeline$/],
    [entitlement, new RegExp(`^/accounts/acme/entitlements/${entitlement}$`)],
    ['tool.b', /^\/products\/tool\/releases\/1\.0\.0$/],
    ['linux-x64', /^\/products\/tool\/releases\/1\.0\.0$/],
    ['abababab', /^\/products\/tool\/releases\/1\.0\.0$/],
    [`SHA256: ${'ab'.repeat(32)}`, /^\/products\/tool\/releases\/1\.0\.0$/],
    ['1.0.0', /^\/products\/tool\/releases\/1\.0\.0$/],
    ['v1.0', /^\/products\/tool\/releases\/1\.0\.0$/],
    ['tool/1.0.0', /^\/products\/tool\/releases\/1\.0\.0$/],
    ['Tool 1', /^\/products\/tool\/releases\/1\.0\.0$/],
    [userId, /^\/accounts\/acme#people$/],
    [fingerprint, /^\/accounts\/acme#people$/],
    ['192.0.2.7', /^\/accounts\/acme#timeline$/],
    ['::ffff:192.0.2.7', /^\/accounts\/acme#timeline$/],
    ['Terms of', /^\/licences\/terms\/1$/],
    [nodeName, /^\/nodes$/],
  ];
  for (const [typed, location] of cases) {
    const answer = await visitor.get(`/search?q=${encodeURIComponent(typed)}`);
    t.match(answer, { status: 303, headers: { location } }, typed);
  }
  for (const typed of [
    'apl_AAAAAAAAAAAAAAAAAAAAAA',
    'ses_AAAAAAAAAAAAAAAAAAAAAA',
    '192.0.2.70',
    '9.9',
    'ann',
  ])
    t.match(await visitor.get(`/search?q=${typed}`), { status: 200, body: /Nothing was found/ }, typed);
  for (const typed of ['', 'nothing like it', '"', 'OR NOT *', 'dlv_AAAAAAAAAAAAAAAAAAAAAA', '%']) {
    t.match(await visitor.get(`/search?q=${encodeURIComponent(typed)}`), { status: 200 }, typed);
  }
  await room.admin.call('account.create', { actor: 'test', name: 'acme-two', displayName: 'Acme Two' });
  t.match(textOf(await visitor.get('/search?q=acme')), /Customers Acme acme .*Acme Two acme-two/);
});

t.test('a preview tells what a change would do, and does nothing', async (t) => {
  const { visitor, room, entitlement } = await setUp(t);
  await room.webFront.call('session.describe', { session: 'nobody' });
  await room.admin.call('delivery.stage', {
    actor: 'test',
    account: 'acme',
    ...demoFile,
    lifetimeMs: null,
  });
  const preview = (change: string, fields: Record<string, string>) =>
    visitor.get(`/accounts/acme/preview/${change}?${new URLSearchParams({ reason: 'why', ...fields })}`);
  const revoke = textOf(await preview('revoke', { entitlement }));
  t.match(revoke, /releases gained 0 releases lost 1 kept 0 deliveries ended 1/);
  t.match(revoke, /Lost .*1\.0\.0 tool\.bin/);
  t.match(
    textOf(await preview('grant', { product: 'tool', versions: '*' })),
    /releases gained 0 releases lost 0 kept 1/,
  );
  t.match(await preview('grant', { product: 'tool', versions: 'newest' }), {
    status: 422,
    body: /not a version range/,
  });
  t.match(await preview('extend', { entitlement, until: '2099-01-01' }), { status: 422, body: /has no end/ });
  t.match(await preview('revoke', { entitlement: newRecordId('ent') }), { status: 404 });
  t.match(await preview('forget', { entitlement }), { status: 404 });
  const licensed = { product: 'tool', versions: '*', licenceAgreement: 'terms' };
  t.match(textOf(await preview('grant', licensed)), /no text of the licence agreement “terms” yet/);
  await room.admin.call('account.create', { actor: 'test', name: 'other', displayName: 'Other' });
  const elsewhere = `/accounts/other/preview/revoke?${new URLSearchParams({ entitlement, reason: 'x' })}`;
  t.match(await visitor.get(elsewhere), { status: 404 }, 'not under another customer');
  t.match(await room.admin.call('entitlement.list', { account: 'acme' }), {
    entitlements: [{ revokedAtMs: null }],
  });
  t.equal(room.cluster.node.orders.length, 0);
});

t.test('an extension keeps the entitlement, and the past keeps its old end', async (t) => {
  const { visitor, room, entitlement } = await setUp(t);
  const { admin, services } = room;
  await admin.call('entitlement.revoke', { actor: 'test', entitlement, reason: 'replaced' });
  const until = Date.parse(new Date(Date.now() + 2 * day).toISOString().slice(0, 10)) - 1;
  const granted = await admin.call('entitlement.grant', {
    ...plainGrant,
    account: 'acme',
    product: 'tool',
    notAfterMs: until,
  });
  const { id } = granted.entitlement;
  const form = { entitlement: id, until: '2099-12-31', reason: 'renewal' };
  const page = `/accounts/acme/entitlements/${id}`;
  const from = `/accounts/acme/preview/extend?${new URLSearchParams(form)}`;
  t.match(await visitor.post(from, '/accounts/acme/extend', { ...form, until: '2020-01-01' }), {
    status: 422,
    body: /lasts until .* already/,
  });
  t.match(await visitor.post(from, '/accounts/acme/extend', form), {
    status: 303,
    headers: { location: '/accounts/acme?done=extended' },
  });
  t.match(textOf(await visitor.get(page)), /Extended from .* to 31 Dec 2099 : renewal staff:ann/);
  const why = (at: string) =>
    visitor.get(`/why?${new URLSearchParams({ account: 'acme', product: 'tool', at })}`);
  t.match(textOf(await why('2098-01-01')), /yes/);
  const [extension] = await services.context.store.read.entitlements.extensionsOf(
    (await services.context.store.read.accounts.byName('acme'))?.id ?? '',
    (await services.context.store.read.catalog.productByName('tool'))?.id ?? '',
  );
  t.match(extension, { entitlementId: id, fromMs: until, extendedBy: 'staff:ann' });
  t.match(textOf(await why('2020-01-01T10:00')), /no: account_unknown/, 'there was no such account then');
  t.match(await why('yesterday'), { status: 422 });
});

t.test('what if: the answer is of a supposition, and nothing is changed', async (t) => {
  const { visitor, room, entitlement } = await setUp(t, 'auditor');
  const ask = async (fields: Record<string, string>) =>
    textOf(await visitor.get(`/why?${new URLSearchParams({ account: 'acme', product: 'tool', ...fields })}`));
  t.match(await ask({}), /tool\/1\.0\.0 yes/);
  const { body } = await visitor.get('/why');
  t.match(body, /<datalist id="accounts">\s*<option value="acme">Acme</, 'names to choose from');
  t.match(body, /<datalist id="products">\s*<option value="tool">/);
  t.notMatch(await ask({}), /supposition/);
  t.match(await ask({ if: 'revoke', ifEntitlement: entitlement }), /supposition.*no: revoked/);
  await room.admin.call('entitlement.revoke', { actor: 'test', entitlement, reason: 'ended' });
  t.match(await ask({ if: 'grant', ifVersions: '2.x' }), /no: version_outside_range/);
  t.match(await ask({ if: 'grant', ifVersions: '1.x' }), /yes/);
  t.match(await ask({}), /no: revoked/);
});

t.test('a table of changes: all of it or nothing, and a dry run before', async (t) => {
  const { visitor, room, entitlement } = await setUp(t);
  const send = (table: string, more: Record<string, string> = {}) =>
    visitor.post('/bulk', '/bulk', { table, do: 'check', ...more });
  const checkedIn = ({ body }: Answer) => /name="checked" value="([^"]+)"/.exec(body)?.[1] ?? '';
  const count = async () =>
    (await room.admin.call('entitlement.list', { account: null })).entitlements.length;
  const good = [
    'change,account,product,versions,until,entitlement,reason',
    'grant,acme,tool,2.x,2099-12-31,,"Contract 1, renewed"',
    `revoke,,,,,${entitlement},replaced`,
  ].join('\n');
  const dry = await send(good);
  t.match(textOf(dry), /Nothing is changed yet\..*grants 1 extensions 0 revocations 1 .*1 customer: acme/);
  t.equal(await count(), 1, 'a dry run does nothing');

  const bad = `${good}\ngrant,nobody,tool,*,,,x\nextend,,,,soon,${entitlement},x\nforget,,,,,,x\ngrant,acme,tool,newest,,,x`;
  const refused = await send(bad);
  t.equal(refused.status, 422);
  for (const problem of [
    /4 .*no account nobody/,
    /5 .*until/,
    /6 .*grant, extend or revoke/,
    /7 .*version range/,
  ])
    t.match(textOf(refused), problem);
  t.equal(await count(), 1, 'one wrong line is enough');
  t.equal(checkedIn(refused), '');

  t.match(
    textOf(await send(`${good}\ngrant,acme,tool,*,,,more`, { do: 'apply', checked: checkedIn(dry) })),
    /Nothing is changed yet/,
  );
  t.equal(await count(), 1, 'a text that was changed after its dry run gets another one');
  t.match(textOf(await send(good, { do: 'apply', checked: checkedIn(dry) })), /All of it is done/);
  t.match(await room.admin.call('entitlement.list', { account: 'acme' }), {
    entitlements: [
      { revokeReason: 'replaced', revokedBy: 'staff:ann' },
      { versions: '2.x', grantReason: 'Contract 1, renewed' },
    ],
  });
  for (const [table, problem] of [
    ['', /no line below/],
    ['change,colour\ngrant,red', /no column .*colour/],
    ['change,account\n"grant', /can be read/],
    [`change\n${'grant\n'.repeat(1001)}`, /More than 1000 lines|1,000/],
  ] as const) {
    t.match(textOf(await send(table)), problem);
  }
});

t.test('a dry run warns of an agreement that nobody can accept yet', async (t) => {
  const { visitor, room } = await setUp(t);
  const table = ['change,account,product,licence,reason', 'grant,acme,tool,terms,Contract 2'].join('\n');
  const check = async () => textOf(await visitor.post('/bulk', '/bulk', { table, do: 'check' }));
  t.match(await check(), /There is no text yet of: terms\..*grants 1 /);
  const licence = { name: 'terms', version: '1', title: 'Terms', text: 'Be kind.', inForceAtMs: null };
  await room.admin.call('licence.add', { actor: 'test', ...licence });
  t.notMatch(await check(), /There is no text yet/);
});

t.test('where a customer’s deliveries come from is shown, and changed by operators alone', async (t) => {
  const { visitor, room } = await setUp(t, 'operator');
  const page = async () => textOf(await visitor.get('/accounts/acme'));
  t.match(await page(), /Where deliveries come from From any download server\./);
  const place = (fields: Record<string, string>) =>
    visitor.post('/accounts/acme', '/accounts/acme/place', fields);
  t.match(await place({ region: 'eu', nodes: 'ftp1, ftp1' }), { status: 303 });
  t.match(await page(), /From ftp1 and no other\. One in the region eu is preferred\./);
  const stranger = await place({ region: '', nodes: 'elsewhere' });
  t.equal(stranger.status, 422);
  t.match(textOf(stranger), /There is no FTP node elsewhere/);
  t.match(textOf(await place({ region: 'E U', nodes: '' })), /Correct the field .*region/);
  t.same(await room.admin.call('account.place', { account: 'acme' }), { region: 'eu', nodes: ['ftp1'] });
  t.match(await place({ region: '', nodes: '' }), { status: 303 });
  t.match(await page(), /From any download server\./);
  t.match(
    textOf(await visitor.get('/accounts/acme')),
    /Where deliveries come from changed/,
    'the timeline has it',
  );
});

t.test('the timeline has changes, logins and refusals, in pages', async (t) => {
  const { visitor, room, password } = await setUp(t);
  const { webFront, cluster, services } = room;
  await signIn(room, password);
  await webFront.call('session.open', { username: 'jo', password: 'wrong', address: '192.0.2.7' });
  await webFront.call('session.open', { username: 'jo', password: 'wrong', address: '192.0.2.7' });
  for (const given of [password, 'wrong']) {
    const { sealed } = await cluster.node.sealLogin({ username: 'jo', password: given });
    await webFront.call('login.decide', { node: cluster.node.keys.id, sealed });
  }
  await services.context.access.write();
  const read = async (query: string) => textOf(await visitor.get(`/accounts/acme${query}`));
  const all = await read('');
  t.match(all, /Login refused: credentials at the portal user:jo · 192\.0\.2\.7 · 2 times within a minute/);
  t.match(all, /Logged in at ftp1 user:jo · ftps · 127\.0\.0\.9/);
  t.match(all, /Signed in at the portal/);
  t.match(all, /Entitlement granted tool/);
  const refusals = await read('?kind=refusal');
  t.match(refusals, /Login refused/);
  t.notMatch(refusals, /Logged in at|Entitlement granted/);
  t.notMatch(await read('?kind=change'), /Login refused|Logged in at/);
  t.equal((await visitor.get('/accounts/acme?after=nonsense')).status, 422);
  for (let index = 0; index < 40; index++) {
    await room.admin.call('entitlement.grant', {
      ...plainGrant,
      account: 'acme',
      product: 'tool',
      reason: `no. ${index}`,
    });
  }
  const first = await visitor.get('/accounts/acme');
  const next = /href="\/accounts\/acme\?after&#61;([^"#]+)#timeline"/.exec(first.body)?.[1] ?? '';
  const second = await visitor.get(`/accounts/acme?after=${next}`);
  const seen = [first, second].flatMap(({ body }) => body.match(/(?<=· )no\. \d+/g) ?? []);
  t.equal(new Set(seen).size, 40, 'each on one page');
  t.match(textOf(second), /Account created/);
});

t.test('staff are managed by operators, and not by themselves', async (t) => {
  const { visitor, room } = await setUp(t, 'operator');
  const made = await visitor.post('/staff', '/staff', { name: 'bob', displayName: 'Bob', role: 'support' });
  const password = /data-copy="password">([^<]+)</.exec(made.body)?.[1] ?? '';
  const bob = new StaffVisitor(room);
  await bob.signIn('bob', password);
  const setUpPage = await bob.get('/second-factor');
  const secret = /data-copy="secret">([^<]+)</.exec(setUpPage.body)?.[1]?.replaceAll(' ', '') ?? '';
  t.match(
    await bob.post('/second-factor', '/second-factor/set-up', {
      challenge: challengeIn(setUpPage),
      code: codeOf(secret),
    }),
    {
      status: 200,
      body: /Recovery codes/,
    },
  );
  t.match(await bob.get('/accounts'), { status: 200 });
  t.match(await bob.get('/staff'), { status: 403 });
  const reason = 'moved';
  t.match(await visitor.post('/staff', '/staff/bob/role', { role: 'auditor', reason }), { status: 303 });
  t.match(await bob.get('/bulk'), { status: 403 });
  t.match(await visitor.post('/staff', '/staff/bob/reset-second-factor', { reason }), { status: 303 });
  t.match(await bob.get('/accounts'), { status: 303 }, 'the session has ended');
  t.match(await visitor.post('/staff', '/staff/bob/end', { reason }), { status: 303 });
  t.match(await bob.signIn('bob', password), { status: 401 }, 'as if there were no such name');
  t.match(await visitor.post('/staff', '/staff/ann/end', { reason }), { status: 422 });
  t.match(await visitor.post('/staff', '/staff/bob/end', { reason: '' }), { status: 422 });
});

t.test('a code is good once, and recovery codes are too', async (t) => {
  const { room, secret } = await setUp(t);
  const signInWith = async (fields: Record<string, string>) => {
    const visitor = new StaffVisitor(room);
    await visitor.signIn('ann');
    const page = await visitor.get('/second-factor');
    const answer = await visitor.post('/second-factor', '/second-factor', {
      challenge: challengeIn(page),
      ...fields,
    });
    return { visitor, answer };
  };
  const used = await signInWith({ kind: 'totp', code: codeOf(secret) });
  t.equal(used.answer.status, 401, 'the code of the set-up is used up');
  t.match(await used.visitor.get('/accounts'), { headers: { location: '/second-factor' } });
  t.equal((await signInWith({ kind: 'totp', code: '000000' })).answer.status, 401);
  const { visitor, answer } = await signInWith({ kind: 'totp', code: codeOf(secret, 1) });
  t.equal(answer.status, 303);
  t.match(await visitor.get('/accounts'), { status: 200 });
  t.match(await visitor.get('/security'), { body: /Recovery codes left/ });
  t.match(await visitor.get('/second-factor'), { headers: { location: '/' } });
});
