// Live pages in real Chromium: what changes elsewhere appears by itself, a part in which somebody types stays as it is, and
// without a script the page is loaded again by hand. And the stream: for signed-in staff alone, ended with the session.
import { once } from 'node:events';
import { request } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import t from 'tap';
import { createLogger } from '#commlink/log.ts';
import { liveStreamsPerStaffMax } from '#internal-db/console/live/limits.ts';
import { stateOf } from '#internal-db/console/live/live-page.ts';
import { LiveWatch } from '#internal-db/console/live/live-watch.ts';
import { hashSecret } from '#internal-db/secret-token.ts';
import { newRecordId } from '#internal-db/record-id.ts';
import { speak, spokenLanguage } from '#internal-db/texts/spoken-language.ts';
import { launchChromium } from '../../rig/chromium.ts';
import { auditPage } from '../../rig/page-audit.ts';
import { waitFor } from '../../rig/running-consign.ts';
import { plainGrant, seedRoom, startRoom, type RunningRoom } from '../support/running-room.ts';
import { openStaffPage } from './staff-page.ts';
import { openStaffSession, sendToConsole } from './staff-browser.ts';

const room = await startRoom(t);
await seedRoom(room);
const browser = await launchChromium(t);
const origin = `https://127.0.0.1:${room.services.console.port}`;

const openPage = (javaScriptEnabled = true) =>
  openStaffPage(room, browser, { role: 'operator', javaScriptEnabled });

function sessionAt(address: string) {
  const who = { account: 'acme', principal: 'user:jo', username: 'jo', idleSinceMs: Date.now() };
  const at = { connection: 'con_1', protocol: 'sftp' as const, address, startedAtMs: Date.now() };
  return { id: newRecordId('ses'), ...at, ...who, transfer: null, transferCount: 0 };
}

t.test('sessions come and go on the page, and what is typed there stays', async (t) => {
  const { page, faults } = await openPage();
  room.cluster.node.sessions = [sessionAt('203.0.113.9')];
  await page.goto(`${origin}/sessions`);
  await page.getByText('Live', { exact: true }).waitFor();
  t.notOk(await page.getByRole('link', { name: 'Load again' }).isVisible());
  t.same(await auditPage(page), []);
  room.cluster.node.sessions.push(sessionAt('203.0.113.10'));
  await page.getByText('203.0.113.10').waitFor();
  await page.getByLabel('Reason for cutting acme').first().fill('half a reason');
  room.cluster.node.sessions.push(sessionAt('203.0.113.11'));
  await page.waitForResponse((answer) => answer.url().endsWith('/sessions') && answer.status() === 200);
  t.equal(await page.getByLabel('Reason for cutting acme').first().inputValue(), 'half a reason');
  t.equal(await page.getByText('203.0.113.11').count(), 0, 'a part in use is left alone');
  await page.getByLabel('Reason for cutting acme').first().fill('');
  await page.getByRole('heading', { level: 1 }).click();
  await page.getByText('203.0.113.11').waitFor();
  await page.getByLabel('Reason for cutting acme').first().fill('   ');
  await page.getByRole('button', { name: 'Cut' }).first().click();
  await page.getByText('Give a reason').waitFor();
  room.cluster.node.sessions.push(sessionAt('203.0.113.12'));
  await page.getByText('203.0.113.12').waitFor();
  t.same(
    faults.filter((fault) => !fault.includes('422')),
    [],
    'an answer to a form is live, too',
  );
  await page.context().close();
});

t.test('a customer’s timeline and the overview follow what happens', async (t) => {
  const { page, faults } = await openPage();
  await page.goto(`${origin}/accounts/acme`);
  await page.getByText('Live', { exact: true }).waitFor();
  await room.admin.call('entitlement.grant', {
    ...plainGrant,
    account: 'acme',
    product: 'tool',
    reason: 'ordered just now',
  });
  await page.getByText('ordered just now').first().waitFor();
  t.same(faults, []);
  await page.context().close();
});

t.test('without a script a link loads the page again', async (t) => {
  const { page } = await openPage(false);
  await page.goto(`${origin}/sessions?account=acme`);
  room.cluster.node.sessions = [sessionAt('203.0.113.20')];
  await page.getByRole('link', { name: 'Load again' }).click();
  await page.getByText('203.0.113.20').waitFor();
  t.equal(new URL(page.url()).search, '?account=acme');
  await page.context().close();
});

t.test('a stream ends with its session, and one person has so many', async (t) => {
  const session = await openStaffSession(room, 'auditor');
  const streams = [];
  for (let count = 0; count < liveStreamsPerStaffMax; count += 1)
    streams.push(await openStream(room, session));
  const headers = { cookie: `__Host-consign-staff=${session}` };
  const refused = await sendToConsole(room, { method: 'GET', path: '/live?page=/nodes' }, { headers });
  t.equal(refused.status, 503);
  const unknown = await sendToConsole(room, { method: 'GET', path: '/live?page=/audit' }, { headers });
  t.equal(unknown.status, 404);
  const [first] = streams;
  if (!first) throw new Error('no stream');
  const { store } = room.services.context;
  let text = '';
  first.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const ended = once(first, 'end');
  await store.transaction((transaction) => transaction.staff.deleteSession(hashSecret(session)));
  await ended;
  t.match(text, /event: end/);
  for (const stream of streams) stream.destroy();
});

t.test('a page is looked at in the language of who follows it', async (t) => {
  const watch = new LiveWatch(createLogger('test', 'silent'), 5);
  const topic = { key: '/', read: () => Promise.resolve(spokenLanguage()) };
  const leave = new AbortController();
  t.teardown(() => leave.abort());
  const seen = { en: new Set<string>(), de: new Set<string>() };
  for (const language of ['de', 'en'] as const)
    speak({ language, path: '/' }, () =>
      watch.follow(topic, (state) => seen[language].add(state), leave.signal),
    );
  await waitFor('both to be told', () => seen.en.size > 0 && seen.de.size > 0, 30_000);
  await delay(50);
  t.same(
    [...seen.en],
    [stateOf('en')],
    'else the page of the other language would be loaded again and again',
  );
  t.same([...seen.de], [stateOf('de')]);
});

t.test('a page is looked at once for all who follow it, and by nobody’s wish not at all', async (t) => {
  const watch = new LiveWatch(createLogger('test', 'silent'), 5);
  const stops = [new AbortController(), new AbortController()];
  let readCount = 0;
  const states: string[] = [];
  const read = async () => {
    readCount += 1;
    if (readCount === 2) throw new Error('the database is busy');
    return { value: Math.min(readCount, 3) };
  };
  await new Promise<void>((resolve) => {
    for (const { signal } of stops)
      watch.follow(
        { key: 'one', read },
        (state) => {
          states.push(state);
          if (readCount >= 4) resolve();
        },
        signal,
      );
  });
  t.equal(watch.topicCount, 1);
  t.equal(new Set(states).size, 2, 'a failed look is no change');
  for (const stop of stops) stop.abort();
  const before = readCount;
  await new Promise((resolve) => setTimeout(resolve, 50));
  t.ok(readCount <= before + 1);
  t.equal(watch.topicCount, 0);
});

async function openStream(to: RunningRoom, session: string): Promise<IncomingMessage> {
  const { port } = to.services.console;
  const target = { host: '127.0.0.1', port, ca: to.cluster.certificate, path: '/live?page=/nodes' };
  const sent = request({ ...target, headers: { cookie: `__Host-consign-staff=${session}` } });
  sent.end();
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  t.equal(answer.headers['content-type'], 'text/event-stream; charset=utf-8');
  t.match(answer.headers['content-security-policy'], /frame-ancestors 'none'/);
  answer.on('error', () => undefined);
  return answer;
}
