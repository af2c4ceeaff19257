// What appliances ask over HTTPS: passed on as it came, many beats with one call, bounded by who sends it; nothing of it needs a session.
import { setTimeout as delay } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { beginMessage, signApplianceMessage } from '#commlink/fleet/appliance-message.ts';
import { webFrontMethods } from '#commlink/methods/web-front-methods.ts';
import { createNodeKeys } from '#commlink/node-keys.ts';
import { BeatCalls } from '#web-front/fleet/beat-calls.ts';
import { waitingPingsMax } from '#commlink/fleet/limits.ts';
import { enrolmentsPerAddressMax, refusalsPerAddressMax } from '#web-front/fleet/limits.ts';
import { PingWaits } from '#web-front/fleet/ping-waits.ts';
import { RequestCounts } from '#web-front/fleet/request-counts.ts';
import type { InternalDbClient } from '#web-front/internal-db-client.ts';
import { waitFor } from '../rig/running-consign.ts';
import { fakeAppliance } from './fake-fleet.ts';
import { Visitor, startPortal } from './portal-fixture.ts';

const keys = createNodeKeys();
const text = { 'content-type': 'text/plain' };

function message(kind: 'beat' | 'catalog-request' | 'sources-request' | 'ping-request'): string {
  const body = beginMessage(fakeAppliance.uid, Date.now());
  return signApplianceMessage(kind, body, keys.signing.privateKey);
}

async function setUp(t: Test) {
  const portal = await startPortal(t);
  const visitor = new Visitor(portal);
  const beat = () => visitor.send('POST', '/fleet/v1/beats', { headers: text, body: message('beat') });
  return { portal, visitor, beat };
}

t.test('beats are passed on and answered as text; many that come at a time go together', async (t) => {
  const { portal, beat } = await setUp(t);
  const first = await beat();
  t.match(first, { status: 200, text: 'reply', headers: { 'content-type': 'text/plain; charset=utf-8' } });
  const answers = await Promise.all(Array.from({ length: 60 }, beat));
  t.ok(answers.every(({ status }) => status === 200));
  const { beatCalls } = portal.internalDb.fleet;
  t.equal(
    beatCalls.reduce((sum, count) => sum + count, 0),
    61,
  );
  t.match(portal.internalDb.calls[0], {
    method: 'fleet.beats',
    params: { beats: [{ address: '127.0.0.1' }] },
  });
});

t.test('what waits goes with one call, and an error reaches each that was in it', async (t) => {
  const sizes: number[] = [];
  const gate = Promise.withResolvers<undefined>();
  let isAway = false;
  const call = async (_method: string, { beats }: { beats: readonly unknown[] }) => {
    sizes.push(beats.length);
    await gate.promise;
    if (isAway) throw new Error('away');
    return {
      answers: beats.map((_beat, index) => ({ accepted: true, reply: String(index) })),
      intervalMs: 1,
    };
  };
  const calls = new BeatCalls({ call } as unknown as InternalDbClient);
  const beat = { message: 'm', address: 'a' };
  const sent: Promise<unknown>[] = [];
  for (let round = 0; round < 4; round += 1) {
    sent.push(calls.send(beat));
    await waitFor('the call to be on its way', () => sizes.length > round, 30_000);
  }
  for (let index = 0; index < 100; index += 1) sent.push(calls.send(beat));
  await delay(20);
  t.same(sizes, [1, 1, 1, 1], 'four calls are on their way, and the others wait');
  gate.resolve(undefined);
  await Promise.all(sent);
  t.same(sizes.slice(4), [64, 36]);
  isAway = true;
  await t.rejects(Promise.all([calls.send(beat), calls.send(beat)]), { message: 'away' });
});

t.test('a catalog has its mark as ETag, and is not sent to who has it', async (t) => {
  const { portal, visitor } = await setUp(t);
  const { sha256, bundle } = portal.internalDb.fleet.catalog;
  const authorization = `Consign-Appliance ${message('catalog-request')}`;
  const path = '/fleet/v1/catalog?directorRoot=1&packagesRoot=2';
  const sent = await visitor.get(path, { authorization });
  t.match(sent, { status: 200, text: bundle, headers: { etag: `"${sha256}"` } });
  t.match(sent.headers['content-type'], /^application\/json/);
  const known = await visitor.get(path, { authorization, 'if-none-match': `"${sha256}"` });
  t.match(known, { status: 304, text: '' });
  t.equal((await visitor.get('/fleet/v1/catalog', { authorization })).status, 400, 'without the roots');
  t.equal((await visitor.get(path)).status, 400, 'without a message');
});

t.test('what is no message costs internal-db nothing, and too much of it is not listened to', async (t) => {
  const { portal, visitor } = await setUp(t);
  const junk = { headers: text, body: 'junk' };
  t.equal((await visitor.send('POST', '/fleet/v1/beats', junk)).status, 400);
  const form = { headers: { 'content-type': 'application/json' }, body: '{}' };
  t.equal((await visitor.send('POST', '/fleet/v1/beats', form)).status, 415);
  const large = { headers: text, body: 'x'.repeat(70_000) };
  t.equal((await visitor.send('POST', '/fleet/v1/beats', large)).status, 413);
  t.same(portal.internalDb.calls, []);
  for (let count = 0; count < refusalsPerAddressMax; count += 1)
    await visitor.send('POST', '/fleet/v1/beats', junk);
  const last = await visitor.send('POST', '/fleet/v1/beats', junk);
  t.match(last.status === 429 || last.status === 400, true);
  const beat = await visitor.send('POST', '/fleet/v1/beats', { headers: text, body: message('beat') });
  t.match(beat, { status: 429, headers: { 'retry-after': '60' } });
});

t.test('a code that is none is refused, and guessing is bounded', async (t) => {
  const { visitor } = await setUp(t);
  const send = () => visitor.send('POST', '/fleet/v1/enrolments', { headers: text, body: 'x'.repeat(100) });
  t.match(await send(), { status: 403, text: /^\{"reason":"code","title":"There is no such code/ });
  for (let count = 0; count < enrolmentsPerAddressMax; count += 1) await send();
  t.equal((await send()).status, 429);
});

t.test('an appliance that waits is called by internal-db', async (t) => {
  const { portal, visitor } = await setUp(t);
  const { dbLink } = portal.backends;
  const ping = () =>
    dbLink.call('web1', webFrontMethods, 'relay.ping', { uid: fakeAppliance.uid }, { deadlineMs: 5000 });
  t.same(await ping(), { waited: false });
  const waiting = visitor.get('/fleet/v1/pings', {
    authorization: `Consign-Appliance ${message('ping-request')}`,
  });
  let called = { waited: false };
  for (let attempt = 0; attempt < 100 && !called.waited; attempt += 1) {
    await delay(20);
    called = await ping();
  }
  t.same(called, { waited: true });
  t.match(await waiting, { status: 200, text: '{"ping":true}' });
});

t.test(
  'who finds no place to wait costs internal-db nothing, and is told to come after its next cycle',
  async (t) => {
    const { portal, visitor } = await setUp(t);
    const authorization = `Consign-Appliance ${message('ping-request')}`;
    const full = t.intercept(PingWaits.prototype, 'enter', { value: () => false });
    const refused = await visitor.get('/fleet/v1/pings', { authorization });
    t.match(refused, { status: 503, headers: { 'retry-after': '3600' } });
    t.same(portal.internalDb.calls, []);
    full.restore();
  },
);

t.test('there are as many places as may wait, and each is given back', (t) => {
  const waits = new PingWaits();
  for (let count = 0; count < waitingPingsMax; count += 1) waits.enter();
  t.notOk(waits.enter());
  waits.leave();
  t.ok(waits.enter());
  t.notOk(waits.enter());
  t.end();
});

t.test('one appliance waits once, who goes away is forgotten, and closing ends all', async (t) => {
  const waits = new PingWaits();
  const { signal } = new AbortController();
  const first = waits.wait('one', signal);
  const second = waits.wait('one', signal);
  t.equal(await first, false, 'the newer request counts');
  const gone = new AbortController();
  const third = waits.wait('two', gone.signal);
  gone.abort();
  t.equal(await third, false);
  t.equal(waits.ping('two'), false);
  waits.close();
  t.equal(await second, false);
});

t.test('counts are each subject’s own', async (t) => {
  const counts = new RequestCounts(2, 60_000);
  counts.count('a');
  t.equal(counts.isSpent('a'), false);
  counts.count('a');
  t.equal(counts.isSpent('a'), true);
  t.equal(counts.isSpent('b'), false);
});
