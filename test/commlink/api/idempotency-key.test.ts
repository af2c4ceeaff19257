// Requests with an Idempotency-Key, apart from any database: what is kept, for whom, and what a key must look like.
import t from 'tap';
import { KeyedRequests, fingerprintOf, type KeyRefusal } from '#commlink/api/idempotency-key.ts';
import { sealedAnswerCharactersMax } from '#commlink/methods/idempotency-methods.ts';

class Refused extends Error {
  readonly refusal: KeyRefusal;

  constructor(refusal: KeyRefusal) {
    super(refusal.detail);
    this.refusal = refusal;
  }
}

function newRequests() {
  const kept = new Map<string, { fingerprint: string; sealedAnswer: string | null }>();
  const requests = new KeyedRequests({
    begin: async ({ session, key, fingerprint }) => {
      const known = kept.get(session + key);
      if (known === undefined) {
        kept.set(session + key, { fingerprint, sealedAnswer: null });
        return { valid: true, state: 'begun' };
      }
      if (known.fingerprint !== fingerprint) return { valid: true, state: 'differs' };
      if (known.sealedAnswer === null) return { valid: true, state: 'underway' };
      return { valid: true, state: 'answered', sealedAnswer: known.sealedAnswer };
    },
    finish: async ({ session, key, sealedAnswer }) => {
      if (sealedAnswer === null) kept.delete(session + key);
      else kept.set(session + key, { fingerprint: kept.get(session + key)?.fingerprint ?? '', sealedAnswer });
    },
    refuse: (refusal) => new Refused(refusal),
  });
  return { kept, requests };
}

const post = (key: string, body: unknown = {}) => ({
  method: 'POST',
  url: '/api/v1/things',
  headers: { 'idempotency-key': key },
  body,
});
const refusalOf = (work: Promise<unknown>) =>
  work.then(
    () => null,
    (error: unknown) => (error instanceof Refused ? error.refusal : Promise.reject(error as Error)),
  );

t.test('an answer that is too long to be kept is not made again', async (t) => {
  const { kept, requests } = newRequests();
  const first = post('a');
  t.equal(await requests.begin(first, () => 'secret'), null);
  const body = 'x'.repeat(sealedAnswerCharactersMax);
  await requests.finish(first, { status: 201, location: '/things/1', body });
  t.ok((kept.get('secreta')?.sealedAnswer?.length ?? 0) < 1000, 'little is kept');
  const refusal = await refusalOf(requests.begin(post('a'), () => 'secret'));
  t.match(refusal, {
    code: 'conflict',
    reason: 'answer_not_kept',
    detail: /carried out and answered with 201/,
  });
});

t.test('the longest answer that can be kept is kept', async (t) => {
  const { requests } = newRequests();
  const first = post('a');
  await requests.begin(first, () => 'secret');
  // Nonce, tag and the JSON around it; base64url makes four characters of three bytes.
  const body = 'x'.repeat((sealedAnswerCharactersMax / 4) * 3 - 100);
  await requests.finish(first, { status: 200, location: null, body });
  t.same(await requests.begin(post('a'), () => 'secret'), { status: 200, location: null, body });
});

t.test('an answer without content is kept, too', async (t) => {
  const { requests } = newRequests();
  const first = post('a');
  await requests.begin(first, () => 'secret');
  await requests.finish(first, { status: 204, location: null, body: '' });
  t.match(await requests.begin(post('a'), () => 'secret'), { status: 204, body: '' });
});

t.test('what failed is forgotten; what is under way or differs is refused', async (t) => {
  const { requests } = newRequests();
  const first = post('a');
  await requests.begin(first, () => 'secret');
  t.match(await refusalOf(requests.begin(post('a'), () => 'secret')), { code: 'conflict' });
  t.match(await refusalOf(requests.begin(post('a', { other: 1 }), () => 'secret')), { code: 'key_reused' });
  await requests.finish(first, { status: 503, location: null, body: '{}' });
  t.equal(await requests.begin(post('a'), () => 'secret'), null);
});

t.test('only a POST has a key, and a key is visible ASCII', async (t) => {
  const { kept, requests } = newRequests();
  t.equal(await requests.begin({ ...post('a'), method: 'GET' }, () => 'secret'), null);
  t.equal(kept.size, 0);
  for (const key of ['', 'a b', 'ä', 'x'.repeat(129)])
    t.match(await refusalOf(requests.begin(post(key), () => 'secret')), { code: 'bad_request' }, key);
});

t.test('a fingerprint needs the secret', async (t) => {
  const request = post('a', { password: 'guess me' });
  t.not(fingerprintOf(request, 'one'), fingerprintOf(request, 'other'));
  t.equal(fingerprintOf(request, 'one'), fingerprintOf(post('b', { password: 'guess me' }), 'one'));
});

t.test('what may have been done is not let pass again', async (t) => {
  const { kept, requests } = newRequests();
  const lost = post('a');
  await requests.begin(lost, () => 'secret');
  requests.leaveOpen(lost);
  await requests.finish(lost, { status: 503, location: null, body: '{}' });
  const fault = post('b');
  await requests.begin(fault, () => 'secret');
  await requests.finish(fault, { status: 500, location: null, body: '{}' });
  t.equal(kept.size, 2, 'neither is forgotten');
  t.match(await refusalOf(requests.begin(post('a'), () => 'secret')), { code: 'conflict' });
});
