// Idempotency-Key, against a real internal-db: a request that is sent twice is done once.
import { randomUUID } from 'node:crypto';
import t from 'tap';
import { RpcError } from '#commlink/rpc-error.ts';
import { idempotentRequestKeptMs } from '#internal-db/idempotency/limits.ts';
import { hashSecret } from '#internal-db/secret-token.ts';
import { formTokenFor } from '#commlink/pages/form-token.ts';
import { startPortalWithDatabase } from './portal-with-database.ts';
import { createTwoAccounts } from './route-customers.ts';

const wish = { product: 'probe-product', version: '1.0.0', file: 'probe.bin' };

const portal = await startPortalWithDatabase(t);
const accounts = await createTwoAccounts(portal);

async function newCaller() {
  const { visitor, session } = await accounts.victim();
  const post = (path: string, body: object, key: string | null) => {
    const keyed = key === null ? {} : { 'idempotency-key': key };
    const headers = { 'content-type': 'application/json', 'x-form-token': formTokenFor(session), ...keyed };
    return visitor.send('POST', path, { headers, body: JSON.stringify(body) });
  };
  return { post, visitor, session };
}

t.test('a request that is sent again is answered as the first time, and done once', async (t) => {
  const { post, visitor } = await newCaller();
  const count = async () => (await visitor.get('/api/v1/tokens')).json().tokens.length;
  const key = randomUUID();
  const first = await post('/api/v1/tokens', { name: 'build' }, key);
  t.match(first, { status: 201, headers: { 'idempotency-replayed': undefined } });
  for (const again of [key, `"${key}"`]) {
    const repeated = await post('/api/v1/tokens', { name: 'build' }, again);
    t.match(repeated, { status: 201, text: first.text, headers: { 'idempotency-replayed': 'true' } });
  }
  t.equal(await count(), 1, 'there is one token, with the one secret');
  await post('/api/v1/tokens', { name: 'build' }, null);
  await post('/api/v1/tokens', { name: 'build' }, randomUUID());
  t.equal(await count(), 3, 'without a key, or with another, it is done');
  const delivery = await post('/api/v1/deliveries', wish, key + key);
  const repeated = await post('/api/v1/deliveries', wish, key + key);
  t.equal(repeated.text, delivery.text);
  t.equal(repeated.headers.location, delivery.headers.location);
});

t.test('two that are sent at once are done once', async (t) => {
  const { post, visitor } = await newCaller();
  const key = randomUUID();
  const answers = await Promise.all(
    Array.from({ length: 6 }, () => post('/api/v1/tokens', { name: 'build' }, key)),
  );
  const statuses = new Set(answers.map(({ status }) => status));
  t.ok(statuses.has(201));
  for (const status of statuses) t.ok(status === 201 || status === 409, `${status}`);
  t.equal((await visitor.get('/api/v1/tokens')).json().tokens.length, 1);
});

t.test('a key means one request of one caller', async (t) => {
  const [one, other] = [await newCaller(), await newCaller()];
  const key = randomUUID();
  const first = await one.post('/api/v1/tokens', { name: 'build' }, key);
  t.match(await one.post('/api/v1/tokens', { name: 'other' }, key), { status: 422, text: /key_reused/ });
  t.match(await one.post('/api/v1/deliveries', wish, key), { status: 422 });
  const theirs = await other.post('/api/v1/tokens', { name: 'build' }, key);
  t.equal(theirs.status, 201);
  t.not(theirs.text, first.text, 'nobody gets the answer of somebody else');
  t.match(await one.post('/api/v1/tokens', { name: 'build' }, 'not visible: ä'), { status: 400 });
});

t.test('what was refused may be tried again under the same key', async (t) => {
  const { post } = await newCaller();
  const key = randomUUID();
  portal.ftpNode.stagingFailure = { staged: false, failure: 'disk_full', explanation: 'full' };
  t.match(await post('/api/v1/deliveries', wish, key), { status: 503 });
  portal.ftpNode.stagingFailure = null;
  t.match(await post('/api/v1/deliveries', wish, key), { status: 201 });
});

t.test('the database can’t read what it keeps', async (t) => {
  const { post, session } = await newCaller();
  const key = randomUUID();
  const { text } = await post('/api/v1/tokens', { name: 'build' }, key);
  const kept = await portal.services.context.store.read.idempotentRequests.find(hashSecret(session), key);
  t.ok(kept?.sealedAnswer);
  const secret = JSON.parse(text).secret ?? JSON.parse(text).token;
  const stored = Buffer.from(kept?.sealedAnswer ?? '', 'base64url').toString('latin1');
  t.notOk(stored.includes(String(secret)), 'the token’s secret is not in it');
});

t.test('what was begun and never answered is not done again, for as long as the key is known', async (t) => {
  const { post, session, visitor } = await newCaller();
  const { context } = portal.services;
  const { store } = context;
  const key = randomUUID();
  const made = async () => (await visitor.get('/api/v1/tokens')).json().tokens.length;
  t.equal((await post('/api/v1/tokens', { name: 'build' }, key)).status, 201);
  const callerHash = hashSecret(session);
  const kept = await store.read.idempotentRequests.find(callerHash, key);
  if (!kept) throw new Error('nothing was kept');
  const begunAgo = (begunMs: number) =>
    store.transaction(({ idempotentRequests }) =>
      idempotentRequests.put({ ...kept, sealedAnswer: null, begunAtMs: Date.now() - begunMs }),
    );
  await begunAgo(1000);
  t.match(await post('/api/v1/tokens', { name: 'build' }, key), { status: 409, text: /being carried out/ });
  for (const begunMs of [120_000, idempotentRequestKeptMs - 60_000]) {
    await begunAgo(begunMs);
    t.match(await post('/api/v1/tokens', { name: 'build' }, key), { status: 409, text: /outcome_unknown/ });
  }
  t.equal(await made(), 1);
  await begunAgo(idempotentRequestKeptMs);
  t.equal((await post('/api/v1/tokens', { name: 'build' }, key)).status, 201, 'a day later it is a new one');
});

t.test('an answer of the database that is lost leaves the key used', async (t) => {
  const { post, visitor } = await newCaller();
  const { context } = portal.services;
  const key = randomUUID();
  const { store } = context;
  const transaction = store.transaction.bind(store);
  let broken = 0;
  store.transaction = async (work) => {
    const done = await transaction(work);
    const entry = (await store.read.audit.last())?.action;
    // What the web-front would see of a link that broke between the commit and the answer.
    if (broken === 0 && entry === 'token.create') {
      broken += 1;
      throw new RpcError('disconnected', 'the link broke');
    }
    return done;
  };
  t.teardown(() => void (store.transaction = transaction));
  const first = await post('/api/v1/tokens', { name: 'build' }, key);
  t.match([first.status, broken], [503, 1]);
  t.equal((await post('/api/v1/tokens', { name: 'build' }, key)).status, 409);
  t.equal((await visitor.get('/api/v1/tokens')).json().tokens.length, 1, 'once');
});
