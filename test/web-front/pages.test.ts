// The portal's pages as a browser without scripts sees them.
import t from 'tap';
import { Visitor, startPortal } from './portal-fixture.ts';
import { fileSha256 } from './fake-backends.ts';

t.test('a visitor who is not signed in is led to the sign-in page and back', async (t) => {
  const portal = await startPortal(t);
  const visitor = new Visitor(portal);
  const first = await visitor.get('/deliveries');
  t.equal(first.status, 303);
  t.equal(first.headers['location'], '/sign-in?next=%2Fdeliveries');
  const form = await visitor.get('/sign-in?next=%2Fdeliveries');
  t.match(form.text, 'name="next" value="/deliveries"');
  const signedIn = await visitor.signIn({ next: '/deliveries' });
  t.equal(signedIn.status, 303);
  t.equal(signedIn.headers['location'], '/deliveries');
  t.equal((await visitor.get('/deliveries')).status, 200);
});

t.test(
  'the pages of products show releases and files, and escape what vendors and customers typed',
  async (t) => {
    const portal = await startPortal(t);
    portal.internalDb.catalog[0]!.releases[0]!.files[0]!.name = '"><img src=x onerror=alert(1)>.gz';
    const visitor = new Visitor(portal);
    await visitor.signIn();
    const home = await visitor.get('/');
    t.equal(home.status, 200);
    t.match(home.text, 'Gateway &#60;Pro&#62; &#38; more');
    t.match(home.text, 'Ada &#60;b&#62;Lovelace&#60;/b&#62;');
    t.match(home.text, '2.1.0');
    const product = await visitor.get('/products/gateway');
    t.match(product.text, '<a href="/products/gateway/2.0.3">2.0.3</a>');
    t.match(product.text, '<span class="size" title="123,456,789 bytes">123 MB</span>');
    t.match(product.text, 'linux-x64');
    const release = await visitor.get('/products/gateway/2.1.0');
    t.match(release.text, fileSha256);
    for (const { text } of [home, product, release]) t.notMatch(text, '<img src=x');
  },
);

t.test('Download stages at once and leads to a page with every way to fetch the file', async (t) => {
  const portal = await startPortal(t, { ownAuthority: true });
  const visitor = new Visitor(portal);
  await visitor.signIn();
  const formToken = await visitor.formToken('/');
  const wish = { product: 'gateway', version: '2.1.0', file: 'gateway-2.1.0.tar.gz' };
  const click = await visitor.submit('/deliveries', { formToken, ...wish });
  t.equal(click.status, 303);
  const path = String(click.headers['location']);
  t.match(path, /^\/deliveries\/dlv_[\w-]{22}$/);
  t.ok(portal.ftpNode.calls.some(({ method }) => method === 'delivery.stage'));
  t.notMatch(
    JSON.stringify(click.headers),
    'once-only-Pw-3f9a',
    'the password is nowhere readable in the redirect',
  );

  for (const visit of ['first visit', 'reload']) {
    const page = await visitor.get(path);
    t.equal(page.status, 200, visit);
    t.match(page.text, 'once-only-Pw-3f9a');
    t.match(page.text, 'd-7k2m9x4q1z');
    t.match(page.text, 'href="https://localhost:18442/d/');
    t.match(page.text, 'href="sftp://d-7k2m9x4q1z@localhost:18444/gateway/2.1.0/gateway-2.1.0.tar.gz"');
    t.match(page.text, `SHA256:${'x'.repeat(43)}`);
    t.match(page.text, 'curl --ssl-reqd --cacert consign-ca.pem --user d-7k2m9x4q1z -C -');
    t.match(page.text, 'Ready');
  }
  const authority = await visitor.get('/consign-ca.pem');
  t.equal(authority.text, portal.certificate);

  const colleague = new Visitor(portal);
  await colleague.signIn();
  const seenByColleague = await colleague.get(path);
  t.equal(seenByColleague.status, 200);
  t.notMatch(seenByColleague.text, 'once-only-Pw-3f9a', 'the password is shown only where it was asked for');
  t.match(seenByColleague.text, 'Being made ready');
});

t.test('a delivery that has ended says how, and offers another', async (t) => {
  const portal = await startPortal(t);
  const visitor = new Visitor(portal);
  await visitor.signIn();
  const formToken = await visitor.formToken('/');
  const wish = { product: 'gateway', version: '2.1.0', file: 'gateway-2.1.0.tar.gz' };
  const path = String((await visitor.submit('/deliveries', { formToken, ...wish })).headers['location']);
  const ended = await visitor.submit(`${path}/end`, { formToken });
  t.equal(ended.headers['location'], path);
  const page = await visitor.get(path);
  t.match(page.text, 'This delivery was ended.');
  t.match(page.text, 'Download again');
  t.match(page.text, 'the file was not fetched');
  t.notMatch(page.text, 'Reload to see how it stands', 'nothing more will come');
  t.notMatch(page.text, 'once-only-Pw-3f9a');
  t.match((await visitor.get('/deliveries')).text, 'gateway-2.1.0.tar.gz');
});

t.test('a refusal and a failed staging are explained, with what to do next and an incident id', async (t) => {
  const portal = await startPortal(t);
  const visitor = new Visitor(portal);
  await visitor.signIn();
  const formToken = await visitor.formToken('/');
  const wish = { formToken, product: 'gateway', version: '2.1.0', file: 'gateway-2.1.0.tar.gz' };
  const explanation = 'The entitlement ended on 1 November 2026.';
  portal.internalDb.deliveryRefusal = { valid: true, allowed: false, reason: 'expired', explanation };
  const refused = await visitor.submit('/deliveries', wish);
  t.equal(refused.status, 403);
  t.match(refused.text, explanation);
  t.match(refused.text, /Incident\s+<code>[0-9a-z]{12}<\/code>/);
  t.match(refused.text, 'expired');

  portal.internalDb.deliveryRefusal = null;
  portal.ftpNode.stagingFailure = {
    staged: false,
    failure: 'artifact_missing',
    explanation: 'The file is not in the storeroom.',
  };
  const failed = await visitor.submit('/deliveries', wish);
  t.equal(failed.status, 503);
  t.match(failed.text, 'The file is not in the storeroom.');
  t.ok(failed.headers['retry-after']);
});

t.test(
  'another node is chosen when the first one does not stage, and the customer sees no difference',
  async (t) => {
    const portal = await startPortal(t);
    const { internalDb, ftpNode } = portal;
    const visitor = new Visitor(portal);
    await visitor.signIn();
    const formToken = await visitor.formToken('/');
    const wish = { formToken, product: 'gateway', version: '2.1.0', file: 'gateway-2.1.0.tar.gz' };
    internalDb.hasAnotherNode = true;
    ftpNode.stagingFailure = { staged: false, failure: 'disk_full', explanation: 'The disk is full.' };
    internalDb.calls.length = 0;
    internalDb.beforeAnswer = async (method) => {
      if (method === 'delivery.request' && internalDb.deliveries.size === 1) ftpNode.stagingFailure = null;
    };
    const answer = await visitor.submit('/deliveries', wish);
    t.equal(answer.status, 303);
    const [first, second] = [...internalDb.deliveries.keys()];
    t.equal(answer.headers.location, `/deliveries/${second}`);
    t.match(internalDb.calls.findLast(({ method }) => method === 'delivery.request')?.params, {
      insteadOf: [first],
    });

    ftpNode.stagingFailure = { staged: false, failure: 'disk_full', explanation: 'The disk is full.' };
    internalDb.beforeAnswer = null;
    const before = internalDb.deliveries.size;
    const failed = await visitor.submit('/deliveries', wish);
    t.equal(failed.status, 503);
    t.match(failed.text, 'The disk is full.');
    t.equal(internalDb.deliveries.size - before, 3, 'one and two more');
    const lastChange = internalDb.calls.findLast(({ method }) => method !== 'session.describe');
    t.equal(lastChange?.method, 'delivery.cancel');
  },
);

t.test('a node that is away is said plainly, and the delivery is given up', async (t) => {
  const portal = await startPortal(t);
  const visitor = new Visitor(portal);
  await visitor.signIn();
  const formToken = await visitor.formToken('/');
  await portal.backends.ftpLink.close();
  portal.internalDb.calls.length = 0;
  const wish = { formToken, product: 'gateway', version: '2.1.0', file: 'gateway-2.1.0.tar.gz' };
  const answer = await visitor.submit('/deliveries', wish);
  t.equal(answer.status, 503);
  t.match(answer.text, 'The download server cannot be reached');
  t.ok(portal.internalDb.calls.some(({ method }) => method === 'delivery.cancel'));
});

t.test(
  'while internal-db is away, pages say so with 503 and Retry-After, and the health check fails',
  async (t) => {
    const portal = await startPortal(t);
    const visitor = new Visitor(portal);
    await visitor.signIn();
    t.equal((await visitor.get('/healthz')).status, 200);
    await portal.backends.dbLink.close();
    const home = await visitor.get('/');
    t.equal(home.status, 503);
    t.equal(home.headers['retry-after'], '5');
    t.match(home.text, 'The service is not available at the moment');
    t.equal((await visitor.get('/healthz')).status, 503);
  },
);

t.test('tokens are made, shown once, listed and revoked', async (t) => {
  const portal = await startPortal(t);
  const visitor = new Visitor(portal);
  await visitor.signIn();
  const formToken = await visitor.formToken('/tokens');
  const created = await visitor.submit('/tokens', { formToken, name: 'build <server>', lifetimeDays: '30' });
  t.equal(created.status, 200);
  const secret = /consign_pat_[\w-]{43}/.exec(created.text)?.[0];
  t.ok(secret);
  const list = await visitor.get('/tokens');
  t.match(list.text, 'build &#60;server&#62;');
  t.notMatch(list.text, secret ?? '-');
  const revoke = /action="(\/tokens\/tok_[\w-]{22}\/revoke)"/.exec(list.text)?.[1] ?? '';
  t.equal((await visitor.submit(revoke, { formToken })).status, 303);
  t.match((await visitor.get('/tokens')).text, 'You have no token yet.');
  for (const lifetimeDays of ['999', '0', 'a week', '']) {
    const wrong = await visitor.submit('/tokens', { formToken, name: 'mine', lifetimeDays, may: 'read' });
    t.equal(wrong.status, 400, lifetimeDays);
    t.match(wrong.text, 'Type a number of days from 1 to 366.');
    t.match(wrong.text, new RegExp(`value="${lifetimeDays}"\\s+aria-describedby="lifetimeDays-error"`));
    t.match(wrong.text, 'value="mine"');
    t.match(wrong.text, 'value="read" selected');
  }
  t.match((await visitor.get('/tokens')).text, 'You have no token yet.');
  const german = { 'accept-language': 'de' };
  const made = await visitor.submit('/tokens', { formToken, name: 'x', lifetimeDays: '5' }, german);
  t.match(made.text, 'data-copy="Token"', 'read out after the word for copying');
});

t.test('SSH keys are put in, listed with their fingerprints, and removed', async (t) => {
  const portal = await startPortal(t);
  const visitor = new Visitor(portal);
  await visitor.signIn();
  t.match((await visitor.get('/ssh-keys')).text, 'You have no key yet.');
  const formToken = await visitor.formToken('/ssh-keys');
  const line = 'ssh-ed25519 AAAA ada@engine';
  const added = await visitor.submit('/ssh-keys', { formToken, line, name: ' build <server> ' });
  t.match([added.status, added.headers['location']], [303, '/ssh-keys']);
  t.equal((await visitor.submit('/ssh-keys', { formToken, line, name: '' })).status, 303);
  const list = (await visitor.get('/ssh-keys')).text;
  t.match(list, 'build &#60;server&#62;');
  t.match(list, 'ada@engine', 'without a name it has its comment');
  t.match(list, `SHA256:${'F'.repeat(43)}`);
  const privateKey = '-----BEGIN OPENSSH PRIVATE KEY-----';
  const refused = await visitor.submit('/ssh-keys', { formToken, line: privateKey, name: '' });
  t.equal(refused.status, 422);
  t.match(refused.text, 'This is not a public SSH key. It is one line that begins with');
  t.notMatch(refused.text, privateKey, 'what was pasted is not sent back');
  for (const [path = ''] of list.matchAll(/\/ssh-keys\/key_[\w-]{22}\/remove/g))
    t.equal((await visitor.submit(path, { formToken })).status, 303);
  t.match((await visitor.get('/ssh-keys')).text, 'You have no key yet.');
  const forged = await visitor.submit('/ssh-keys', { formToken: 'x', line, name: '' });
  t.equal(forged.status, 403);
});

t.test('signing out ends the session at internal-db and in the browser', async (t) => {
  const portal = await startPortal(t);
  const visitor = new Visitor(portal);
  await visitor.signIn();
  const formToken = await visitor.formToken('/');
  const out = await visitor.submit('/sign-out', { formToken });
  t.equal(out.headers['location'], '/sign-in');
  t.equal(portal.internalDb.liveSecrets.size, 0);
  t.equal((await visitor.get('/')).status, 303);
});

t.test('a page that is not there has the ways to the others for who is signed in', async (t) => {
  const portal = await startPortal(t);
  const visitor = new Visitor(portal);
  const strange = await visitor.get('/no-such-page');
  t.equal(strange.status, 404);
  t.notMatch(strange.text, 'href="/deliveries"');
  t.same(portal.internalDb.calls, [], 'nobody is asked who a stranger is');
  await visitor.signIn();
  for (const path of ['/no-such-page', '/products/nothing', '/deliveries/x']) {
    const { status, text } = await visitor.get(path);
    t.equal(status, 404, path);
    t.match(text, 'href="/deliveries"', path);
    t.match(text, 'action="/sign-out"', path);
  }
  portal.internalDb.beforeAnswer = async () => await new Promise((go) => setTimeout(go, 3000));
  const withoutAnswer = await visitor.get('/no-such-page');
  t.equal(withoutAnswer.status, 404, 'the page does not wait for an internal-db that hangs');
  t.notMatch(withoutAnswer.text, 'href="/deliveries"');
});

t.test('scripts and styles have entity tags and may be kept for ever', async (t) => {
  const portal = await startPortal(t);
  const visitor = new Visitor(portal);
  const page = await visitor.get('/sign-in');
  const script = /src="(\/assets\/[0-9a-f]{16}\/portal\.js)"/.exec(page.text)?.[1] ?? '';
  const first = await visitor.get(script);
  t.equal(first.status, 200);
  t.match(first.headers['content-type'], 'text/javascript');
  t.match(first.headers['cache-control'], 'immutable');
  t.notMatch(first.text, ".ts'", 'imports name what is served');
  const again = await visitor.get(script, { 'if-none-match': String(first.headers['etag']) });
  t.equal(again.status, 304);
  const other = await visitor.get('/assets/0000000000000000/portal.css');
  t.equal(other.headers['cache-control'], 'public, no-cache');
  t.equal((await visitor.get('/assets/x/../../main.ts')).status, 404);
  t.equal((await visitor.get('/assets/x/..%2Fmain.ts')).status, 404);
});
