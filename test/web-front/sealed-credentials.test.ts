// The credentials that travel in a delivery's cookie.
import t from 'tap';
import { openCredentials, sealCredentials } from '#web-front/delivery/sealed-credentials.ts';
import { newId, signedText } from './fake-backends.ts';

const session = `consign_ses_${'s'.repeat(43)}`;
const delivery = newId('dlv');
const credentials = { login: 'd-7k2m9x4q1z', password: 'pässword', urlToken: signedText, stagedAtMs: 1 };

t.test('opens what the same session sealed for the same delivery', async (t) => {
  const sealed = sealCredentials(session, delivery, credentials) ?? '';
  t.match(sealed, /^[\w-]+$/);
  t.notMatch(Buffer.from(sealed, 'base64url').toString('latin1'), 'd-7k2m9x4q1z');
  t.same(openCredentials(session, delivery, sealed), credentials);
  t.not(sealCredentials(session, delivery, credentials), sealed, 'no two are alike');
});

t.test('opens nothing else, and never throws', async (t) => {
  const sealed = sealCredentials(session, delivery, credentials) ?? '';
  const bytes = Buffer.from(sealed, 'base64url');
  const flipped = (index: number) => {
    const copy = Buffer.from(bytes);
    copy[index] = (copy[index] ?? 0) ^ 1;
    return copy.toString('base64url');
  };
  t.equal(openCredentials(`${session}x`, delivery, sealed), null, 'another session');
  t.equal(openCredentials(session, newId('dlv'), sealed), null, 'another delivery');
  t.equal(openCredentials(session, delivery, ''), null, 'nothing');
  t.equal(openCredentials(session, delivery, '=;!'), null, 'not base64');
  t.equal(openCredentials(session, delivery, sealed.slice(0, 30)), null, 'a piece');
  for (const index of [0, 12, 40, bytes.length - 1]) {
    t.equal(openCredentials(session, delivery, flipped(index)), null, `byte ${index} changed`);
  }
});

t.test('says when they would not fit into a cookie', async (t) => {
  const urlToken = `${'A'.repeat(4000)}.${'B'.repeat(86)}`;
  t.equal(sealCredentials(session, delivery, { ...credentials, urlToken }), null);
});
