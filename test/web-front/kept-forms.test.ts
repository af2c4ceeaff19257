// A form that meets a session which is over: shown after the sign-in to whoever typed it, and to nobody else; sent by that
// person's click alone. Against a real web-front with its stand-in backends, as a browser without scripts.
import t, { type Test } from 'tap';
import { keptFields, type KeptAction } from '#web-front/http/kept-form.ts';
import { Visitor, startPortal, type Portal } from './portal-fixture.ts';
import { portalRoutes } from './route-table.ts';

const invitation = { email: 'grace@analytical.example', role: 'owner', language: 'de' };
const page = '/typed?page=%2Fmembers';
const sealedCookie = '__Secure-consign-typed|/typed';
const german = { 'accept-language': 'de' };

/** Somebody whose session ends while a form is filled in, and who sends it then. */
async function sendTooLate(
  t: Test,
  { path, fields }: { path: string; fields: Record<string, string> } = {
    path: '/members',
    fields: invitation,
  },
) {
  const portal = await startPortal(t);
  const visitor = new Visitor(portal);
  t.teardown(() => visitor.close());
  await visitor.signIn();
  const formToken = await visitor.formToken('/members');
  portal.internalDb.liveSecrets.clear();
  const send = () => visitor.submit(path, { formToken, ...fields });
  return { portal, visitor, formToken, send };
}

function invitationCount({ internalDb }: Portal): number {
  return internalDb.calls.filter(({ method }) => method === 'member.invite').length;
}

t.test(
  'what was typed is shown after the sign-in, and sent by a click with a token of the new session',
  async (t) => {
    const { portal, visitor, formToken, send } = await sendTooLate(t, {
      path: '/members',
      fields: { ...invitation, password: 'old-Secret-1' },
    });
    t.equal((await send()).headers['location'], `/sign-in?next=${encodeURIComponent(page)}`);
    const kept = visitor.cookies.get(sealedCookie)?.value ?? '';
    t.notMatch(
      Buffer.from(kept, 'base64url').toString('latin1'),
      /grace|Secret/,
      'the browser keeps it sealed',
    );

    const before = invitationCount(portal);
    t.equal((await visitor.signIn({ next: page })).headers['location'], page);
    const { text } = await visitor.get(page);
    t.match(text, 'What you had typed');
    t.match(text, '<dd>grace@analytical.example</dd>');
    t.match(text, '<dd>Owner</dd>');
    t.notMatch(text, 'old-Secret-1', 'no password');
    t.match((await visitor.get(page, german)).text, /Das hatten Sie eingegeben[^]*<dd>Inhaber<\/dd>/);
    t.equal(invitationCount(portal), before, 'to look at it sends nothing');

    const freshToken = await visitor.formToken(page);
    t.not(freshToken, formToken);
    const fields = [...text.matchAll(/<input type="hidden" name="(email|role|language)" value="([^"]*)"/g)];
    const sent = await visitor.submit('/members', {
      ...Object.fromEntries(fields.map(([, name, value]) => [name, value])),
      formToken: freshToken,
    });
    t.match(sent.headers, { location: '/members?done=invited' });
    t.match(portal.internalDb.calls.findLast(({ method }) => method === 'member.invite')?.params, invitation);
  },
);

t.test(
  'somebody else who signs in at this browser is not shown it, nor a browser that did not keep it',
  async (t) => {
    const { portal, visitor, send } = await sendTooLate(t);
    await send();
    const owner = portal.internalDb.owner.bind(portal.internalDb);
    portal.internalDb.owner = (session) => {
      const own = owner(session);
      return { ...own, user: { ...own.user, id: `usr_${'B'.repeat(22)}` } };
    };
    await visitor.signIn();
    const other = await visitor.get(page);
    t.match([other.status, other.headers['location']], [303, '/members']);

    portal.internalDb.owner = owner;
    const stranger = new Visitor(portal);
    t.teardown(() => stranger.close());
    await stranger.signIn();
    stranger.cookies.set(sealedCookie, visitor.cookies.get(sealedCookie)!);
    t.equal((await stranger.get(page)).status, 303, 'planted in a browser of the same person');
    await visitor.signIn();
    t.equal((await visitor.get(page)).status, 200, 'whoever typed it is still shown it');
    t.equal((await visitor.get('/typed?page=%2Ftokens')).status, 303, 'as the form of its own page alone');
    t.equal((await visitor.get('/typed?page=//evil.example')).headers['location'], '/');
  },
);

t.test('a form that another site sent, or that none of our pages made, is not kept', async (t) => {
  const { visitor, formToken } = await sendTooLate(t);
  const fields = { formToken, ...invitation };
  const session = visitor.cookies.get('__Host-consign-session|/')!;
  const forged: [Record<string, string>, Record<string, string>][] = [
    [fields, { 'sec-fetch-site': 'cross-site' }],
    [fields, { origin: 'https://evil.example' }],
    [{ ...fields, formToken: 'A'.repeat(43) }, {}],
  ];
  for (const [body, headers] of forged) {
    visitor.cookies.set('__Host-consign-session|/', session);
    await visitor.submit('/members', body, headers);
    t.notOk(visitor.cookies.has(sealedCookie));
  }
  visitor.cookies.delete('__Host-consign-session|/');
  await visitor.submit('/members', fields);
  t.notOk(visitor.cookies.has(sealedCookie), 'nor without the session that it was made for');
});

t.test('a private key is not kept, nor what is too large for a cookie', async (t) => {
  const lines = ['-----BEGIN OPENSSH PRIVATE KEY-----', `ssh-rsa ${'A'.repeat(4000)}`];
  for (const line of lines) {
    const { visitor, send } = await sendTooLate(t, { path: '/ssh-keys', fields: { line, name: 'laptop' } });
    t.equal((await send()).headers['location'], '/sign-in?next=%2Fssh-keys');
    t.notOk(visitor.cookies.has(sealedCookie));
  }
});

const nothingTyped = 'a button alone, which is pressed again';
const signingIn = 'for somebody who is not signed in';
const passwordToo = 'it has a password or code in it, which is never kept';
const shortChoice = 'one choice, which is made again';
/** The forms that are not kept, and why. */
const notKept: Readonly<Record<string, string>> = {
  'POST /account/email': passwordToo,
  'POST /account/password': passwordToo,
  'POST /account/security/passkeys': passwordToo,
  'POST /account/security/passkeys/:id/remove': passwordToo,
  'POST /account/security/passkeys/register': passwordToo,
  'POST /account/security/providers': passwordToo,
  'POST /account/security/providers/:id/remove': passwordToo,
  'POST /account/security/recovery-codes': passwordToo,
  'POST /account/security/sessions/:id/end': nothingTyped,
  'POST /account/security/sessions/end-others': nothingTyped,
  'POST /account/security/totp': passwordToo,
  'POST /account/security/totp/confirm': passwordToo,
  'POST /account/security/totp/remove': passwordToo,
  'POST /appliances/codes/:id/withdraw': nothingTyped,
  'POST /confirm-email': signingIn,
  'POST /deliveries': nothingTyped,
  'POST /deliveries/:id/end': nothingTyped,
  'POST /forgotten-password': signingIn,
  'POST /invitation': signingIn,
  'POST /language': signingIn,
  'POST /licences/:name/:version/accept': shortChoice,
  'POST /members/:id/remove': nothingTyped,
  'POST /members/:id/role': shortChoice,
  'POST /members/invitations/:id/withdraw': nothingTyped,
  'POST /products/:product/:version/set': nothingTyped,
  'POST /reset-password': signingIn,
  'POST /sign-in': signingIn,
  'POST /sign-in/passkey': signingIn,
  'POST /sign-in/second-step': signingIn,
  'POST /sign-out': nothingTyped,
  'POST /ssh-keys/:id/remove': nothingTyped,
  'POST /tokens/:id/revoke': nothingTyped,
  'POST /view-as-customer': signingIn,
};
/** What somebody types or chooses in each that is. */
const typedInto: Readonly<Record<KeptAction, Readonly<Record<string, string>>>> = {
  '/tokens': { name: 'build server', may: 'read', lifetimeDays: '30' },
  '/ssh-keys': { line: 'ssh-ed25519 AAAA', name: 'laptop', lifetimeDays: '30' },
  '/members': invitation,
  '/account/profile': { displayName: 'Ada Lovelace', language: 'en' },
  '/appliances/codes': { type: 'box', site: '', label: 'Hall 7', count: '3', days: '7' },
};

t.test('every form of the portal is kept, or does without for a reason', async (t) => {
  const routes = Object.keys(portalRoutes).filter(
    (route) => route.startsWith('POST /') && !/ \/(api|fleet)\//.test(route),
  );
  const isKept = (route: string) => Object.hasOwn(keptFields, route.slice('POST '.length));
  const known = [...routes.filter(isKept), ...Object.keys(notKept)];
  t.same(known.toSorted(), routes.toSorted());
  for (const [path, fields] of Object.entries(typedInto)) {
    const { visitor, send } = await sendTooLate(t, { path, fields });
    const shown = decodeURIComponent(
      String((await send()).headers['location']).replace('/sign-in?next=', ''),
    );
    t.match(shown, '/typed?page=', path);
    await visitor.signIn({ next: shown });
    const { text } = await visitor.get(shown);
    for (const [name, value] of Object.entries(fields))
      t.match(text, `<input type="hidden" name="${name}" value="${value}"`, path);
  }
});
