// What somebody in between, a taken-over web-front, another provider or the provider itself could send back: none of it signs
// anybody in. And a provider that is away: its sign-in says so, and the password still works.
import { generateKeyPairSync } from 'node:crypto';
import t from 'tap';
import { claimsIn } from '../../rig/identity-provider.ts';
import { address, memberPassword } from '../support/people-room.ts';
import { startProviderRoom, type ProviderRoom } from './provider-room.ts';

const hour = 3600;

/** What is wrong with the ID token. */
const badTokens: Record<string, (claims: Record<string, unknown>) => Record<string, unknown>> = {
  'another nonce': (claims) => ({ ...claims, nonce: 'of-another-sign-in' }),
  'no nonce': ({ nonce: _nonce, ...claims }) => claims,
  'another issuer': (claims) => ({ ...claims, iss: 'https://localhost:1' }),
  'another audience': (claims) => ({ ...claims, aud: 'somebody-else' }),
  'several audiences and another party': (claims) => ({ ...claims, aud: ['consign', 'x'], azp: 'x' }),
  'an end that is over': (claims) => ({
    ...claims,
    iat: Number(claims['iat']) - 2 * hour,
    exp: Number(claims['iat']) - hour,
  }),
  'another person than at userinfo': (claims) => ({ ...claims, sub: 'jo' }),
};

for (const [what, change] of Object.entries(badTokens)) {
  t.test(`an ID token with ${what} is refused`, async (t) => {
    const { provider, signIn } = await startProviderRoom(t);
    provider.tamper = (answer) => ({
      ...answer,
      id_token: provider.sign(change(claimsIn(answer['id_token']))),
    });
    t.match(await signIn('kim'), { opened: false, reason: 'answer_wrong' });
  });
}

t.test('the rig’s own signature is good, so that the others fail for what they change', async (t) => {
  const { provider, signIn } = await startProviderRoom(t);
  provider.tamper = (answer) => ({ ...answer, id_token: provider.sign(claimsIn(answer['id_token'])) });
  t.match(await signIn('kim'), { opened: true });
});

t.test('an ID token that is signed with another key, or not at all, is refused', async (t) => {
  const { provider, signIn } = await startProviderRoom(t);
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  provider.tamper = (answer) => ({
    ...answer,
    id_token: provider.sign(claimsIn(answer['id_token']), privateKey),
  });
  t.match(await signIn('kim'), { opened: false, reason: 'answer_wrong' });
  const none = Buffer.from(JSON.stringify({ alg: 'none' })).toString('base64url');
  provider.tamper = (answer) => ({
    ...answer,
    id_token: `${none}.${String(answer['id_token']).split('.')[1]}.`,
  });
  t.match(await signIn('kim'), { opened: false, reason: 'answer_wrong' });
  provider.tamper = ({ id_token: _token, ...answer }) => answer;
  t.match(await signIn('kim'), { opened: false, reason: 'answer_wrong' }, 'without an ID token');
});

t.test('an answer is taken once, with its own ticket, state, issuer and provider', async (t) => {
  const { provider, begin, finish } = await startProviderRoom(t);
  const trip = async () => {
    const { url, ticket } = await begin();
    return { ticket, back: await provider.visit(url, 'kim') };
  };
  const changed = (back: URL, key: string, value: string | null): URL => {
    const url = new URL(back);
    if (value === null) url.searchParams.delete(key);
    else url.searchParams.set(key, value);
    return url;
  };
  const used = await trip();
  t.match(await finish(used), { opened: true });
  t.match(await finish(used), { opened: false, reason: 'unusable' }, 'the same again');
  const fresh = await begin();
  t.match(
    await finish({ ticket: fresh.ticket, back: used.back }),
    { opened: false, reason: 'answer_wrong' },
    'another browser’s answer: its state is not of this ticket',
  );
  const replayed = await begin();
  const state = new URL(replayed.url).searchParams.get('state');
  t.match(
    await finish({ ticket: replayed.ticket, back: changed(used.back, 'state', state) }),
    { opened: false, reason: 'answer_wrong' },
    'a used code with the right state',
  );
  const cases: [string, (back: URL) => URL, string][] = [
    ['no state', (back) => changed(back, 'state', null), 'answer_wrong'],
    ['another issuer (RFC 9207)', (back) => changed(back, 'iss', 'https://evil.test'), 'answer_wrong'],
    ['no issuer, of a provider that always names it', (back) => changed(back, 'iss', null), 'answer_wrong'],
    ['a code twice', (back) => new URL(`${back.href}&code=x`), 'answer_wrong'],
    ['nothing at all', (back) => new URL(back.pathname, back), 'answer_wrong'],
  ];
  for (const [what, change, reason] of cases) {
    const { ticket, back } = await trip();
    t.match(await finish({ ticket, back: change(back) }), { opened: false, reason }, what);
    t.match(
      await finish({ ticket, back }),
      { opened: false, reason: 'unusable' },
      `${what}: nor the right one then`,
    );
  }
  const elsewhere = await trip();
  t.match(await finish({ ...elsewhere, provider: 'other' }), { reason: 'unusable' }, 'as another provider’s');
  t.match(await finish({ ...(await trip()), ticket: 'consign_chl_guessed' }), { reason: 'unusable' });
});

t.test('a code of one sign-in is of no use in another one: the verifier is this one’s', async (t) => {
  const { provider, begin, finish } = await startProviderRoom(t);
  const theirs = await begin();
  const back = await provider.visit(theirs.url, 'kim');
  const own = await begin();
  const injected = new URL(back);
  injected.searchParams.set('state', new URL(own.url).searchParams.get('state') ?? '');
  t.match(await finish({ ticket: own.ticket, back: injected }), { opened: false, reason: 'answer_wrong' });
});

t.test('who cancels there is told so', async (t) => {
  const { provider, begin, finish } = await startProviderRoom(t);
  const { url, ticket } = await begin();
  const back = await provider.visit(url, 'a stranger');
  t.match(await finish({ ticket, back }), { opened: false, reason: 'provider_refused' });
});

t.test('while the provider is away its sign-in says so, and the password works', async (t) => {
  const room = await startProviderRoom(t);
  const { provider, begin, finish, webFront } = room;
  const { url, ticket } = await begin();
  const back = await provider.visit(url, 'kim');
  await provider.close();
  t.match(await finish({ ticket, back }), { opened: false, reason: 'provider_down' });
  await signInWithPassword(room);
  const offered = await webFront.call('identity.providers', { email: null });
  t.match(offered, { providers: [{ name: 'acme' }, { name: 'other' }] }, 'the page is the same');
});

t.test('a provider in a network that the settings do not name is not asked', async (t) => {
  const { webFront } = await startProviderRoom(t, { allowedNetworks: [] });
  const begun = await webFront.call('identity.begin', { provider: 'acme', email: null, address });
  t.match(begun, { opened: false, reason: 'provider_down' });
});

t.test('a certificate that nobody vouches for, and a wrong issuer, are no provider', async (t) => {
  const unknown = await startProviderRoom(t, { authorityFile: null });
  const wanted = { provider: 'acme', email: null, address };
  t.match(await unknown.webFront.call('identity.begin', wanted), { reason: 'provider_down' });
  const { provider, services, webFront } = await startProviderRoom(t);
  const [acme] = services.context.settings().identityProviders;
  if (!acme) throw new Error('no provider');
  // The same server, which says of itself that it is localhost's.
  Object.assign(acme, { issuer: provider.issuer.replace('localhost', '127.0.0.1') });
  t.match(await webFront.call('identity.begin', wanted), { reason: 'provider_down' });
});

async function signInWithPassword({ webFront }: ProviderRoom): Promise<void> {
  const opened = await webFront.call('session.open', { username: 'kim', password: memberPassword, address });
  if (!opened.opened) throw new Error(opened.reason);
}
