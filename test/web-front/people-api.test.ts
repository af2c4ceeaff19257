// The API about people against its own description, as api.test.ts does it for the rest: every status that is listed for
// profile, sessions, second factors and members is provoked and the answer held against its schema.
import t from 'tap';
import { RpcError } from '#commlink/rpc-error.ts';
import type { PeopleRefusal } from '#commlink/methods/people-fields.ts';
import {
  Examiner,
  Machine,
  isDescribed,
  json,
  peopleTags,
  type Description,
  type Route,
} from './described-api.ts';
import { newId } from './fake-backends.ts';
import { goodCode } from './fake-people.ts';
import { startPortal } from './portal-fixture.ts';

const password = 'correct horse battery';
const withBody = (body: unknown) => ({ headers: json, body: JSON.stringify(body) });

/** Every operation with a request that is followed. */
const routes: Route[] = [
  ['GET', '/profile'],
  ['PATCH', '/profile', withBody({ displayName: 'Ada', language: 'de' })],
  ['POST', '/profile/email', withBody({ email: 'ada@new.example', password })],
  ['POST', '/profile/password', withBody({ password, newPassword: 'four words that fit' })],
  ['GET', '/sessions'],
  ['DELETE', `/sessions/${newId('ses')}`],
  ['DELETE', '/sessions'],
  ['GET', '/views'],
  ['GET', '/second-factors'],
  ['POST', '/second-factors/totp', withBody({ password })],
  ['POST', '/second-factors/totp/confirm', withBody({ challenge: 'totp-challenge', code: goodCode })],
  ['POST', '/second-factors/totp/remove', withBody({ password })],
  ['POST', '/second-factors/recovery-codes', withBody({ password })],
  ['POST', '/second-factors/passkeys/begin', withBody({ password })],
  ['POST', '/second-factors/passkeys', withBody({ challenge: 'c', response: '{}', name: 'My laptop' })],
  ['POST', `/second-factors/passkeys/${newId('psk')}/remove`, withBody({ password })],
  ['GET', '/identity-links'],
  ['POST', `/identity-links/${newId('idl')}/remove`, withBody({ password })],
  ['GET', '/members'],
  ['PATCH', `/members/${newId('usr')}`, withBody({ role: 'owner' })],
  ['DELETE', `/members/${newId('usr')}`],
  ['POST', '/invitations', withBody({ email: 'grace@new.example', role: 'downloader', language: 'en' })],
  ['DELETE', `/invitations/${newId('inv')}`],
];

function refusal(reason: PeopleRefusal['reason'], retryAfterMs = 0): PeopleRefusal {
  return { done: false, reason, explanation: `Because of ${reason}.`, retryAfterMs };
}

t.test(
  'every answer about people is as its description says, and every described answer exists',
  async (t) => {
    const portal = await startPortal(t);
    const { internalDb } = portal;
    const machine = new Machine(portal);
    const description = (await machine.send('GET', '/openapi.json')).json() as Description;
    const examiner = new Examiner(description, (tags) => tags.some((tag) => peopleTags.includes(tag)));
    const check = async (...[method, path, part]: Route) => {
      const answer = await machine.send(method, path, part);
      const fault = examiner.examine(method, path, answer);
      const isExpected = isDescribed(description, [method, path], answer.status);
      if (isExpected) t.equal(fault, null, `${method} ${path} ${answer.status}`);
      return answer;
    };
    for (const route of routes) {
      const answer = await check(...route);
      t.ok(answer.status < 300, `${route[0]} ${route[1]} is followed`);
    }
    for (const reason of ['not_found', 'last_owner'] as const) {
      internalDb.people.refusal = refusal(reason);
      for (const route of routes) await check(...route);
    }
    const totpConfirm = withBody({ challenge: 'totp-challenge', code: '000000' });
    t.match((await check('POST', '/second-factors/totp/confirm', totpConfirm)).json(), {
      status: 422,
      code: 'change_refused',
      reason: 'code_wrong',
    });
    internalDb.people.refusal = refusal('throttled', 1500);
    const throttled = await machine.send('POST', '/profile/password', routes[3]?.[2]);
    t.match(throttled.json(), { status: 429, code: 'rate_limited', reason: 'throttled' });
    t.equal(throttled.headers['retry-after'], '2');
    internalDb.people.refusal = null;
    for (const fault of ['internal', 'unavailable', 'refused'] as const) {
      internalDb.fault = new RpcError(fault, 'because the test says so');
      for (const route of routes) await check(...route);
    }
    internalDb.fault = null;
    for (const [method, path, part] of routes) {
      if (part?.body !== undefined) {
        await check(method, path, withBody({ surplus: true }));
        await check(method, path, { headers: json, body: JSON.stringify({ name: 'x'.repeat(40_000) }) });
        await check(method, path, { headers: { 'content-type': 'text/plain' }, body: 'x' });
      }
      // A malformed id is examined by hand: the description's templates are recognised by a well-formed one.
      const malformed = await machine.send(method, path.replace(/\w{3}_[\w-]{22}/, 'nonsense'), part);
      if (malformed.status === 400) t.equal(examiner.examine(method, path, malformed), null);
    }
    await check('GET', '/members?limit=0');
    internalDb.liveSecrets.clear();
    for (const route of routes) await check(...route);
    t.same(
      [...examiner.unseen].filter((line) => !line.endsWith(' 429')),
      [],
      'only 429 is left, which is tried above',
    );
  },
);

t.test('a personal token reads these, and changes none', async (t) => {
  const portal = await startPortal(t);
  const machine = new Machine(portal);
  const headers = { ...json, authorization: `Bearer ${machine.secret}`, cookie: '' };
  const answer = await machine.send('GET', '/profile', { headers });
  t.match(answer.json(), { name: 'ada', language: 'en', createdAt: '2026-01-02T00:00:00.000Z' });
});
