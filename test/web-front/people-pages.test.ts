// The pages about people as a browser without scripts sees them: second step, mailed links, account, second factors,
// members. What internal-db decides is a stand-in's here; with the real one it is in people-browser.test.ts.
import t from 'tap';
import type { PeopleRefusal } from '#commlink/methods/people-fields.ts';
import { goodCode, goodLink, recoveryCodes } from './fake-people.ts';
import { Visitor, startPortal } from './portal-fixture.ts';

const step = { challenge: 'the-challenge', totp: true, recoveryCodes: true, passkey: '{"challenge":"AAAA"}' };

function refusal(reason: PeopleRefusal['reason'], retryAfterMs = 0): PeopleRefusal {
  return { done: false, reason, explanation: `because <${reason}>`, retryAfterMs };
}

/** The hidden fields of the form that is sent to `action`, unescaped. */
function hiddenFields(page: string, action: string): Record<string, string> {
  const form = page.split('<form').find((part) => part.includes(`action="${action}"`)) ?? '';
  const fields = [...form.split('</form>')[0]!.matchAll(/type="hidden" name="(\w+)"(?: value="([^"]*)")?/g)];
  return Object.fromEntries(
    fields.map(([, name = '', value = '']) => [
      name,
      value.replace(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code))),
    ]),
  );
}

t.test('a sign-in with a second factor asks for it, and leads on only with the right code', async (t) => {
  const portal = await startPortal(t);
  portal.internalDb.people.step = step;
  const visitor = new Visitor(portal);
  const first = await visitor.signIn({ next: '/deliveries' });
  t.equal(first.status, 200);
  t.match(first.text, 'autocomplete="one-time-code"');
  t.notOk(visitor.cookies.has('__Host-consign-session|/'), 'no session before the second step');
  const fields = hiddenFields(first.text, '/sign-in/second-step');
  t.equal(fields['next'], '/deliveries');
  const wrong = await visitor.submit('/sign-in/second-step', { ...fields, kind: 'totp', code: '000000' });
  t.equal(wrong.status, 422);
  t.match(wrong.text, 'This code is not the one of this moment');
  t.match(wrong.text, 'autocomplete="one-time-code"', 'the form is there again');
  const elsewhere = { ...fields, next: '//evil.example', kind: 'totp', code: '123 456' };
  const right = await visitor.submit('/sign-in/second-step', elsewhere);
  t.equal(right.status, 303);
  t.equal(right.headers['location'], '/', 'and never to another site');
  t.equal((await visitor.get('/account')).status, 200);
  const finished = portal.internalDb.calls.findLast(({ method }) => method === 'session.finish');
  t.match(finished?.params, { challenge: 'the-challenge', proof: { kind: 'totp', code: goodCode } });
});

t.test('a recovery code is another way, and a form of another browser is none', async (t) => {
  const portal = await startPortal(t);
  portal.internalDb.people.step = step;
  const visitor = new Visitor(portal);
  const fields = hiddenFields((await visitor.signIn()).text, '/sign-in/second-step');
  const sent = { ...fields, kind: 'recovery', code: goodCode };
  t.equal((await new Visitor(portal).submit('/sign-in/second-step', sent)).status, 403);
  t.equal((await visitor.submit('/sign-in/second-step', { ...sent, step: '{"totp":1}' })).status, 400);
  t.equal((await visitor.submit('/sign-in/second-step', { ...sent, step: '{' })).status, 400);
  t.equal((await visitor.submit('/sign-in/second-step', sent)).status, 303);
});

t.test('a passkey alone is asked for with the options of internal-db', async (t) => {
  const portal = await startPortal(t);
  const visitor = new Visitor(portal);
  const formToken = await visitor.formToken('/sign-in');
  const page = await visitor.submit('/sign-in/passkey', { formToken, next: '/tokens' });
  t.equal(page.status, 200);
  t.match(page.text, 'data-passkey="get"');
  t.match(page.text, 'data-starts-at-once="yes"');
  t.notMatch(page.text, 'one-time-code');
  portal.internalDb.people.refusal = refusal('passkeys_off');
  const off = await visitor.submit('/sign-in/passkey', { formToken, next: '/' });
  t.equal(off.status, 422);
  t.match(off.text, 'This service does not take passkeys.');
});

t.test('a forgotten password: one answer for every address, and a link that works once', async (t) => {
  const portal = await startPortal(t);
  const visitor = new Visitor(portal);
  const formToken = await visitor.formToken('/forgotten-password');
  const sent = await visitor.submit('/forgotten-password', { formToken, email: 'a@b.example' });
  t.equal(sent.status, 200);
  t.match(sent.text, 'If a@b.example belongs to somebody here');
  portal.internalDb.people.refusal = refusal('throttled', 61_000);
  const soon = await visitor.submit('/forgotten-password', { formToken, email: 'a@b.example' });
  t.equal(soon.status, 429);
  t.equal(soon.headers['retry-after'], '61');
  t.match(soon.text, 'Wait 61 seconds');

  t.equal((await visitor.get('/reset-password?token=other')).status, 410);
  const page = await visitor.get(`/reset-password?token=${goodLink}`);
  const fields = hiddenFields(page.text, '/reset-password');
  portal.internalDb.people.refusal = refusal('password_weak');
  const weak = await visitor.submit('/reset-password', { ...fields, newPassword: 'password1234' });
  t.equal(weak.status, 422);
  t.match(weak.text, 'too easy to guess');
  t.notMatch(weak.text, 'password1234');
  portal.internalDb.people.refusal = null;
  const done = await visitor.submit('/reset-password', { ...fields, newPassword: 'four words that fit' });
  t.match(done.text, 'The password is changed');
});

t.test('an invitation is taken up in the language of the invited, and keeps what was typed', async (t) => {
  const portal = await startPortal(t);
  const visitor = new Visitor(portal);
  const german = { 'accept-language': 'de-AT,de;q=0.9' };
  t.equal((await visitor.get('/invitation?token=other', german)).status, 410);
  const page = await visitor.get(`/invitation?token=${goodLink}`, german);
  t.match(page.text, 'Willkommen bei Analytical &#60;Engines&#62; Ltd');
  t.match(page.text, '<html lang="de">');
  const fields = hiddenFields(page.text, '/invitation');
  const typed = { displayName: 'Grace "G" <Hopper>', username: 'grace', newPassword: 'four words that fit' };
  portal.internalDb.people.refusal = refusal('name_taken');
  const taken = await visitor.submit('/invitation', { ...fields, ...typed }, german);
  t.equal(taken.status, 422);
  t.match(taken.text, 'Diesen Benutzernamen gibt es schon.');
  t.match(taken.text, 'value="Grace &#34;G&#34; &#60;Hopper&#62;"');
  t.notMatch(taken.text, typed.newPassword);
  portal.internalDb.people.refusal = null;
  const joined = await visitor.submit('/invitation', { ...fields, ...typed }, german);
  t.equal(joined.headers['location'], '/welcome');
  t.match((await visitor.get('/welcome', german)).text, 'Zweiten Schritt einrichten');
  const accepted = portal.internalDb.calls.findLast(({ method }) => method === 'invitation.accept');
  t.match(accepted?.params, { language: 'de', username: 'grace', token: goodLink });
});

t.test('the account page changes profile, address and password, and says what came of it', async (t) => {
  const portal = await startPortal(t);
  const visitor = new Visitor(portal);
  await visitor.signIn();
  const formToken = await visitor.formToken('/account');
  const saved = await visitor.submit('/account/profile', { formToken, displayName: 'Ada', language: 'de' });
  t.equal(saved.headers['location'], '/account?done=profile');
  t.match((await visitor.get('/account?done=profile')).text, 'Saved.');
  const email = { formToken, email: 'ada@new.example', password: 'x' };
  t.equal((await visitor.submit('/account/email', email)).status, 303);
  t.match((await visitor.get('/account?done=email')).text, 'We sent a link to ada@new.example');
  portal.internalDb.people.refusal = refusal('password_wrong');
  const passwords = { formToken, password: 'old-Secret-1', newPassword: 'new-Secret-2' };
  const wrong = await visitor.submit('/account/password', passwords);
  t.equal(wrong.status, 422);
  t.match(wrong.text, 'Your password is a different one.');
  t.notMatch(wrong.text, /old-Secret-1|new-Secret-2/);
  portal.internalDb.people.refusal = null;
  t.equal(
    (await visitor.submit('/account/password', passwords)).headers['location'],
    '/account?done=password',
  );
});

t.test('a link that confirms an address changes nothing until its button is pressed', async (t) => {
  const portal = await startPortal(t);
  const visitor = new Visitor(portal);
  const page = await visitor.get(`/confirm-email?token=${goodLink}`);
  t.notOk(portal.internalDb.calls.some(({ method }) => method === 'email.confirm'));
  const fields = hiddenFields(page.text, '/confirm-email');
  t.match((await visitor.submit('/confirm-email', fields)).text, 'Mails for you go to ada@new.example now.');
  t.equal((await visitor.submit('/confirm-email', { ...fields, token: 'other' })).status, 410);
});

t.test(
  'an authenticator app is set up with a picture, a key and a code; recovery codes are shown once',
  async (t) => {
    const portal = await startPortal(t);
    const visitor = new Visitor(portal);
    await visitor.signIn();
    const formToken = await visitor.formToken('/account/security');
    const begun = await visitor.submit('/account/security/totp', { formToken, password: 'x' });
    t.match(begun.text, /<svg\s[^>]*role="img"/);
    t.match(begun.text, 'JBSW Y3DP EHPK 3PXP');
    const fields = hiddenFields(begun.text, '/account/security/totp/confirm');
    const wrong = await visitor.submit('/account/security/totp/confirm', { ...fields, code: '000000' });
    t.equal(wrong.status, 422);
    t.match(wrong.text, 'JBSW Y3DP EHPK 3PXP', 'a wrong code does not cost the key');
    const done = await visitor.submit('/account/security/totp/confirm', { ...fields, code: '123 456' });
    for (const code of recoveryCodes) t.match(done.text, code);
    t.notMatch((await visitor.get('/account/security')).text, recoveryCodes[0]);
    const hostile = { ...fields, uri: 'javascript:alert(1)', code: goodCode };
    t.equal((await visitor.submit('/account/security/totp/confirm', hostile)).status, 400);
  },
);

t.test('sessions are told apart and ended, passkeys added and removed', async (t) => {
  const portal = await startPortal(t);
  const { people } = portal.internalDb;
  people.factors = {
    totpSinceMs: Date.now(),
    recoveryCodesLeft: 1,
    passkeysPossible: true,
    passkeys: [{ id: 'psk_AAAAAAAAAAAAAAAAAAAAAA', name: 'My <laptop>', createdAtMs: 0, lastUsedAtMs: null }],
  };
  const visitor = new Visitor(portal);
  await visitor.signIn();
  const page = await visitor.get('/account/security');
  t.match(page.text, 'My &#60;laptop&#62;');
  t.match(page.text, 'Firefox, Linux');
  t.match(page.text, 'One is left.');
  const formToken = await visitor.formToken('/account/security');
  const end = await visitor.submit(`/account/security/sessions/ses_${'B'.repeat(22)}/end`, { formToken });
  t.equal(end.headers['location'], '/account/security');
  t.equal((await visitor.submit('/account/security/sessions/end-others', { formToken })).status, 303);
  const begun = await visitor.submit('/account/security/passkeys', {
    formToken,
    name: 'Key "1"',
    password: 'x',
  });
  t.match(begun.text, 'data-passkey="create"');
  const fields = hiddenFields(begun.text, '/account/security/passkeys/register');
  t.equal(fields['name'], 'Key "1"');
  const made = await visitor.submit('/account/security/passkeys/register', { ...fields, response: '{}' });
  t.equal(made.headers['location'], '/account/security');
  people.refusal = refusal('password_wrong');
  const path = '/account/security/passkeys/psk_AAAAAAAAAAAAAAAAAAAAAA/remove';
  t.equal((await visitor.submit(path, { formToken, password: 'x' })).status, 422);
});

t.test('owners invite, change and remove members; refusals keep the address', async (t) => {
  const portal = await startPortal(t);
  const visitor = new Visitor(portal);
  await visitor.signIn();
  const page = await visitor.get('/members');
  t.match(page.text, '&#60;i&#62;charles&#60;/i&#62;');
  t.notMatch(page.text, '<i>');
  const formToken = await visitor.formToken('/members');
  const wish = { formToken, email: 'grace@analytical.example', role: 'downloader', language: 'de' };
  const invited = await visitor.submit('/members', wish);
  t.equal(invited.headers['location'], '/members?done=invited');
  t.match((await visitor.get('/members?done=invited')).text, 'on its way to grace@analytical.example');
  portal.internalDb.people.refusal = refusal('address_taken');
  const taken = await visitor.submit('/members', wish);
  t.equal(taken.status, 422);
  t.match(taken.text, 'value="grace@analytical.example"');
  portal.internalDb.people.refusal = refusal('last_owner');
  const path = '/members/usr_BBBBBBBBBBBBBBBBBBBBBB';
  t.match((await visitor.submit(`${path}/role`, { formToken, role: 'owner' })).text, 'needs an owner');
  portal.internalDb.people.refusal = null;
  t.equal((await visitor.submit(`${path}/remove`, { formToken })).status, 303);
});

t.test('a token has the scopes that were chosen, a key ends when it was said', async (t) => {
  const portal = await startPortal(t);
  const visitor = new Visitor(portal);
  await visitor.signIn();
  const formToken = await visitor.formToken('/tokens');
  const paramsOf = (method: string) =>
    portal.internalDb.calls.findLast((call) => call.method === method)?.params as Record<string, unknown>;
  for (const [may, scopes] of [
    ['all', ['read', 'downloads']],
    ['downloads', ['downloads']],
    ['read', ['read']],
  ] as const) {
    await visitor.submit('/tokens', { formToken, name: 'ci', lifetimeDays: '5', may });
    t.same(paramsOf('token.create')['scopes'], scopes);
  }
  const unknown = await visitor.submit('/tokens', { formToken, name: 'ci', lifetimeDays: '5', may: 'more' });
  t.equal(unknown.status, 400);
  const line = 'ssh-ed25519 AAAA ada@engine';
  await visitor.submit('/ssh-keys', { formToken, line, lifetimeDays: '30' });
  t.equal(paramsOf('sshKey.add')['lifetimeMs'], 30 * 86_400_000);
  await visitor.submit('/ssh-keys', { formToken, line, lifetimeDays: '' });
  t.notOk('lifetimeMs' in paramsOf('sshKey.add'), 'without a number it does not end');
  const before = portal.internalDb.calls.filter(({ method }) => method === 'sshKey.add').length;
  for (const lifetimeDays of ['0', '3661', 'one']) {
    const wrong = await visitor.submit('/ssh-keys', { formToken, line, name: 'mine', lifetimeDays });
    t.equal(wrong.status, 400, lifetimeDays);
    t.match(wrong.text, 'Type a number of days from 1 to 3660.');
    t.match(wrong.text, 'value="mine"');
  }
  t.equal(portal.internalDb.calls.filter(({ method }) => method === 'sshKey.add').length, before);
});

t.test(
  'who was signed out meanwhile is back at the page, or at what was typed and is no secret',
  async (t) => {
    const portal = await startPortal(t);
    const visitor = new Visitor(portal);
    await visitor.signIn();
    const formToken = await visitor.formToken('/members');
    const cookies = new Map(visitor.cookies);
    const member = '/members/usr_BBBBBBBBBBBBBBBBBBBBBB';
    const invitation = { email: 'grace@analytical.example', role: 'owner', language: 'de' };
    const passwords = { password: 'old-Secret-1', newPassword: 'new-Secret-2' };
    const key = { line: 'ssh-ed25519 AAAA ada@engine', name: 'build server' };
    const cases: [path: string, fields: Record<string, string>, next: string][] = [
      ['/members', invitation, '/typed?page=%2Fmembers'],
      [`${member}/role`, { role: 'owner' }, '/members'],
      [`${member}/remove`, {}, '/members'],
      [`/members/invitations/inv_${'B'.repeat(22)}/withdraw`, {}, '/members'],
      ['/account/profile', { displayName: 'Ada "A" <L>', language: 'de' }, '/typed?page=%2Faccount'],
      ['/account/email', { email: 'ada@new.example', password: 'old-Secret-1' }, '/account'],
      ['/account/password', passwords, '/account'],
      ['/tokens', { name: 'ci & cd', lifetimeDays: '5' }, '/typed?page=%2Ftokens'],
      [`/tokens/tok_${'B'.repeat(22)}/revoke`, {}, '/tokens'],
      ['/ssh-keys', key, '/typed?page=%2Fssh-keys'],
      [`/ssh-keys/key_${'B'.repeat(22)}/remove`, {}, '/ssh-keys'],
      ['/account/security/totp', { password: 'old-Secret-1' }, '/account/security'],
      ['/account/security/totp/remove', { password: 'old-Secret-1' }, '/account/security'],
      ['/account/security/recovery-codes', { password: 'old-Secret-1' }, '/account/security'],
      ['/account/security/passkeys', { name: 'key', password: 'old-Secret-1' }, '/account/security'],
      [`/account/security/passkeys/psk_${'B'.repeat(22)}/remove`, { password: 'x' }, '/account/security'],
      [`/account/security/sessions/ses_${'B'.repeat(22)}/end`, {}, '/account/security'],
      ['/account/security/sessions/end-others', {}, '/account/security'],
      ['/licences/terms/1/accept', { consent: 'yes' }, '/licences/terms/1'],
      ['/products/gateway/2.1.0/set', { form: 'mirror' }, '/products/gateway/2.1.0'],
    ];
    portal.internalDb.liveSecrets.clear();
    for (const [path, fields, next] of cases) {
      for (const [name, cookie] of cookies) visitor.cookies.set(name, cookie);
      const { headers } = await visitor.submit(path, { formToken, ...fields });
      t.equal(headers['location'], `/sign-in?next=${encodeURIComponent(next)}`, path);
    }
  },
);

t.test(
  'an owner who signed in a while ago is asked for the password with invitations and roles',
  async (t) => {
    const portal = await startPortal(t);
    const visitor = new Visitor(portal);
    await visitor.signIn();
    t.notMatch((await visitor.get('/members')).text, 'name="password"');
    portal.internalDb.people.proofNeeded = true;
    const page = await visitor.get('/members');
    t.match(page.text, 'id="invite-password"');
    const fields = hiddenFields(page.text, '/members');
    const guest = { ...fields, email: 'guest@example.com', role: 'downloader', language: 'en' };
    portal.internalDb.people.refusal = refusal('proof_needed');
    const refused = await visitor.submit('/members', guest);
    t.equal(refused.status, 422);
    t.match(refused.text, 'Your sign-in was a while ago');
    t.match(refused.text, 'value="guest@example.com"', 'what was typed stays');
    portal.internalDb.people.refusal = null;
    await visitor.submit('/members', { ...guest, password: 'the password' });
    const sent = portal.internalDb.calls.findLast(({ method }) => method === 'member.invite');
    t.match(sent?.params, { email: 'guest@example.com', password: 'the password' });
  },
);
