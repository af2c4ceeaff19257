// Webhooks end to end: a real internal-db tells a real HTTP server what happens, signed, in order, again after failures and on
// request, and never at an address that nobody allowed.
import { setTimeout as pause } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { webhookEventTypes, type WebhookEventType } from '#commlink/methods/webhook-methods.ts';
import { raiseEvent } from '#internal-db/webhooks/webhook-event.ts';
import { webhookPausesMs } from '#internal-db/webhooks/limits.ts';
import {
  demoFile,
  plainGrant,
  seedRoom,
  signIn,
  startRoom,
  type RunningRoom,
} from '../support/running-room.ts';
import { waitFor } from '../../rig/running-consign.ts';
import { internalDbSettings } from '../support/test-cluster.ts';
import { startReceiver } from './hook-receiver.ts';

const actor = 'test';
const loopback = { webhooks: { allowedNetworks: ['127.0.0.0/8'] } };

async function startAllowed(t: Test, allowed = loopback) {
  const room = await startRoom(t);
  await room.node.install({ settings: internalDbSettings(allowed) });
  return { room, receiver: await startReceiver(t) };
}

async function addHook(room: RunningRoom, url: string, events: WebhookEventType[] = [...webhookEventTypes]) {
  return await room.admin.call('webhook.add', { actor, url, events });
}

/** The first pause after a failure is five seconds. */
const until = (isSo: () => boolean | Promise<boolean>) => waitFor('the receiver', isSo, 60_000);

t.test('a receiver is told what happens, in order and signed', async (t) => {
  const { room, receiver } = await startAllowed(t);
  const { webhook, secret } = await addHook(room, receiver.url);
  t.match(secret, /^whsec_[\w+/]{43}=$/);
  const { entitlement, password } = await seedRoom(room);
  const session = await signIn(room, password);
  const wish = { session, ...demoFile, address: '127.0.0.1' };
  const asked = await room.webFront.call('delivery.request', wish);
  if (!asked.valid || !asked.allowed) throw new Error('not allowed');
  const { node } = room.cluster;
  const download = {
    type: 'download' as const,
    download: `dwn_${'A'.repeat(22)}`,
    delivery: asked.delivery.id,
    account: 'acme',
    path: asked.delivery.path,
    principal: `delivery:${asked.delivery.id}`,
    protocol: 'https' as const,
    address: '192.0.2.7',
    offsetBytes: 0,
    sentBytes: 5,
    sizeBytes: 5,
    startedAtMs: Date.now(),
    endedAtMs: Date.now(),
    outcome: 'complete' as const,
  };
  await room.webFront.call('node.report', { node: node.keys.id, reports: [node.report(download)] });
  const guess = { username: 'jo', password: 'wrong', address: '192.0.2.9' };
  await room.webFront.call('session.open', guess);
  await room.admin.call('entitlement.revoke', { actor, entitlement, reason: 'over' });
  await until(() => receiver.received.length >= 5);
  const types = receiver.received.map(({ body }) => body.type);
  t.strictSame(types.slice(0, 3), ['release.published', 'entitlement.granted', 'download.finished']);
  t.strictSame(types.slice(3).toSorted(), ['entitlement.revoked', 'login.refused']);
  const dataOf = (type: string) => receiver.received.find(({ body }) => body.type === type)?.body.data;
  t.match(dataOf('release.published'), { product: 'tool', version: '1.0.0' });
  t.match(dataOf('entitlement.granted'), { account: 'acme', product: 'tool', reason: 'bought it' });
  t.match(dataOf('download.finished'), {
    account: 'acme',
    file: 'tool.bin',
    appliance: null,
    outcome: 'complete',
    sentBytes: 5,
  });
  t.match(dataOf('login.refused'), {
    account: 'acme',
    door: 'portal',
    reason: 'credentials',
    address: '192.0.2.9',
  });
  // The last digit stands for two bits that are in no key.
  const otherSecret = secret.replace(/^whsec_./, (start) => (start.endsWith('A') ? 'whsec_B' : 'whsec_A'));
  for (const message of receiver.received) {
    t.ok(message.isSignedWith(secret), message.body.type);
    t.notOk(message.isSignedWith(otherSecret), 'another secret does not fit');
    t.equal(new Date(message.body.timestamp).toISOString(), message.body.timestamp);
  }
  const all = JSON.stringify(receiver.received.map(({ body }) => body));
  for (const hidden of [session, password, asked.credentials.password]) t.notOk(all.includes(hidden));
  await until(async () => (await room.admin.call('webhook.list', {})).webhooks[0]?.deliveredCount === 5);
  const { webhooks } = await room.admin.call('webhook.list', {});
  t.match(webhooks, [{ id: webhook.id, waitingCount: 0, givenUpCount: 0, lastFailure: null }]);
  t.notMatch(JSON.stringify(webhooks), /whsec_/, 'the secret is not shown again');
});

t.test('a receiver is told only what it asked for, and nothing once it is removed', async (t) => {
  const { room, receiver } = await startAllowed(t);
  const { webhook } = await addHook(room, receiver.url, ['entitlement.granted']);
  await seedRoom(room);
  await until(() => receiver.received.length === 1);
  t.equal(receiver.received[0]?.body.type, 'entitlement.granted');
  await room.admin.call('webhook.remove', { actor, webhook: webhook.id });
  await room.admin.call('entitlement.grant', { ...plainGrant, account: 'acme', product: 'tool' });
  await pause(1500);
  t.equal(receiver.received.length, 1);
  await t.rejects(room.admin.call('webhook.remove', { actor, webhook: webhook.id }), { code: 'not_found' });
});

t.test('what was not taken is sent again, under the same id, and in the end on request', async (t) => {
  const { room, receiver } = await startAllowed(t);
  receiver.answer.status = 500;
  const { webhook } = await addHook(room, receiver.url, ['release.published']);
  const { store, clock } = room.services.context;
  const raise = (text: string) =>
    store.transaction((transaction) =>
      raiseEvent(transaction, { type: 'release.published', atMs: clock.nowMs(), data: { text } }),
    );
  await raise('first');
  await until(() => receiver.received.length === 1);
  receiver.answer.status = 200;
  await raise('second');
  await until(() => receiver.received.length >= 3);
  const byText = Map.groupBy(receiver.received, ({ body }) => body.data['text']);
  const ids = byText.get('first')?.map(({ id }) => id) ?? [];
  t.equal(ids.length, 2, 'the first was sent twice');
  t.equal(new Set(ids).size, 1, 'under one id');

  const replay = { actor, webhook: webhook.id, sinceMs: 0 };
  const undelivered = await room.admin.call('webhook.replay', { ...replay, undeliveredOnly: true });
  t.equal(undelivered.messageCount, 0, 'everything was taken');
  const before = receiver.received.length;
  t.match(await room.admin.call('webhook.replay', { ...replay, undeliveredOnly: false }), {
    messageCount: 2,
  });
  await until(() => receiver.received.length === before + 2);
  t.ok(
    webhookPausesMs.every((pauseMs, index) => pauseMs > (webhookPausesMs[index - 1] ?? 0)),
    'pauses grow',
  );
});

t.test('a test is sent to one receiver alone, and what is not taken is listed', async (t) => {
  const { room, receiver } = await startAllowed(t);
  receiver.answer.status = 500;
  const { webhook, secret } = await addHook(room, receiver.url, ['login.refused']);
  await addHook(room, receiver.url, ['login.refused']);
  const { message } = await room.admin.call('webhook.test', { actor, webhook: webhook.id });
  await until(() => receiver.received.length === 1);
  const [received] = receiver.received;
  t.match(received, {
    id: message,
    body: { type: 'webhook.test', data: { webhook: webhook.id, by: actor } },
  });
  t.ok(received?.isSignedWith(secret));
  const list = () => room.admin.call('webhook.failures', { webhook: webhook.id, limit: 10 });
  await until(async () => (await list()).failures.length === 1);
  const failed = { message, type: 'webhook.test', attemptCount: 1, outcome: 'answered 500' };
  t.match(await list(), { failures: [{ ...failed, nextAttemptAtMs: Number }] });
  receiver.answer.status = 200;
  const replay = { actor, webhook: webhook.id, sinceMs: 0, undeliveredOnly: true };
  t.match(await room.admin.call('webhook.replay', replay), { messageCount: 1 });
  await until(async () => (await list()).failures.length === 0);
  await t.rejects(room.admin.call('webhook.test', { actor, webhook: `whk_${'A'.repeat(22)}` }), {
    code: 'not_found',
  });
});

t.test('a receiver that wants no more, or leads elsewhere, is not followed', async (t) => {
  const { room, receiver } = await startAllowed(t);
  const elsewhere = await startReceiver(t);
  receiver.answer.status = 302;
  receiver.answer.location = elsewhere.url;
  await addHook(room, receiver.url, ['entitlement.granted']);
  const gone = await startReceiver(t);
  gone.answer.status = 410;
  await addHook(room, gone.url, ['entitlement.granted']);
  await seedRoom(room);
  await until(() => receiver.received.length === 1 && gone.received.length === 1);
  await until(async () => {
    const { webhooks } = await room.admin.call('webhook.list', {});
    return webhooks.every(({ lastFailure }) => lastFailure !== null);
  });
  t.match(await room.admin.call('webhook.list', {}), {
    webhooks: [
      { url: receiver.url, waitingCount: 1, lastFailure: 'answered 302' },
      { url: gone.url, waitingCount: 0, givenUpCount: 1 },
    ],
  });
  t.equal(elsewhere.received.length, 0, 'a redirect is not followed');
});

t.test('one receiver that hangs keeps no other waiting', async (t) => {
  const { room, receiver } = await startAllowed(t);
  const release = Promise.withResolvers<void>();
  receiver.answer.hold = release.promise;
  t.teardown(async () => release.resolve());
  const other = await startReceiver(t);
  await addHook(room, receiver.url);
  await addHook(room, other.url);
  await seedRoom(room);
  await until(() => other.received.length >= 2);
  t.equal(receiver.received.length, 1, 'one after the other');
});

t.test('nothing inside the network can be reached by way of a webhook', async (t) => {
  const room = await startRoom(t);
  const receiver = await startReceiver(t);
  const port = `:${receiver.port}`;
  for (const host of [
    '127.0.0.1',
    '10.0.0.1',
    '169.254.169.254',
    '[::1]',
    '[::ffff:10.0.0.1]',
    '0x7f000001',
  ]) {
    await t.rejects(addHook(room, `https://${host}${port}/`), { code: 'refused' }, host);
  }
  for (const url of [
    'http://hooks.example/',
    'ftp://hooks.example/',
    'https://me:pw@hooks.example/',
    'nonsense-url',
  ]) {
    await t.rejects(addHook(room, url), { code: 'refused' }, url);
  }
  // A name is judged when it is looked up: what it resolves to may change.
  await addHook(room, `https://localhost${port}/`);
  await seedRoom(room);
  const failures = async () => (await room.admin.call('webhook.list', {})).webhooks[0]?.lastFailure ?? '';
  await until(async () => (await failures()) !== '');
  t.match(await failures(), /localhost is no public address/);
  t.equal(receiver.received.length, 0);
});
