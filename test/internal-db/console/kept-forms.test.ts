// What was typed into a form whose session was over: kept for who typed it, shown after the sign-in, in a real browser without
// a script; and not kept for anybody else, nor its secrets. Every form of the console is kept, or here is why not.
import t from 'tap';
import type { Clock } from '#internal-db/clock.ts';
import { KeptForms } from '#internal-db/console/kept-forms/kept-forms.ts';
import {
  keptFormCharactersMax,
  keptFormLifetimeMs,
  keptFormsCharactersMax,
  keptFormsPerStaffMax,
} from '#internal-db/console/kept-forms/limits.ts';
import { expireRecords } from '#internal-db/expire-records.ts';
import { hashSecret } from '#internal-db/secret-token.ts';
import { collectFaults, isTooWide, launchChromium, takePicture, viewports } from '../../rig/chromium.ts';
import { auditPage } from '../../rig/page-audit.ts';
import { plainGrant, seedRoom, startRoom } from '../support/running-room.ts';
import { consoleRoutes } from './route-table.ts';
import { createRecords, openStaffSession, sendToConsole } from './staff-browser.ts';
import { openStaffPage } from './staff-page.ts';
import { StaffVisitor, challengeIn, staffPassword } from './staff-visitor.ts';
import { isApi, pathOf } from '../../rig/route-checks.ts';
import { formTokenFor } from '#commlink/pages/form-token.ts';
import { codeOf } from '../../rig/totp-code.ts';

const room = await startRoom(t);
await seedRoom(room);
const grant = { ...plainGrant, account: 'acme', product: 'tool' };
const { context } = room.services;
const origin = `https://127.0.0.1:${room.services.console.port}`;

const nothingTyped = 'a button alone, which is pressed again';
const passwordAlone = 'nothing but a password, or what goes with it in that session';
const signingIn = 'a step of the sign-in itself';
/** The forms that are not kept, and why. */
const notKept: Readonly<Record<string, string>> = {
  'POST /approvals/:proposal/approve': nothingTyped,
  'POST /approvals/:proposal/end': nothingTyped,
  'POST /audit/verify': nothingTyped,
  'POST /fleet/appliances/:uid/ping': nothingTyped,
  'POST /language': nothingTyped,
  'POST /products/:product/upload': 'its files are larger than what is kept',
  'POST /second-factor': signingIn,
  'POST /second-factor/set-up': signingIn,
  'POST /second-factor/set-up/passkey': signingIn,
  'POST /security/passkeys/:id/remove': passwordAlone,
  'POST /security/passkeys/register': passwordAlone,
  'POST /security/password': passwordAlone,
  'POST /security/providers/:link/remove': passwordAlone,
  'POST /security/recovery-codes': passwordAlone,
  'POST /security/totp': passwordAlone,
  'POST /security/totp/confirm': passwordAlone,
  'POST /security/totp/remove': passwordAlone,
  'POST /sign-in': signingIn,
  'POST /sign-out': nothingTyped,
  'POST /tokens/:token/revoke': nothingTyped,
  'POST /uploads/:id/finish': nothingTyped,
  'POST /uploads/:id/remove': nothingTyped,
  'POST /webhooks/:webhook/remove': nothingTyped,
  'POST /webhooks/:webhook/test': nothingTyped,
};

async function newStaff(name: string): Promise<{ visitor: StaffVisitor; secret: string; session: string }> {
  const person = {
    actor: 'test',
    name,
    displayName: name,
    role: 'support' as const,
    password: staffPassword,
  };
  await room.admin.call('staff.create', person);
  const visitor = new StaffVisitor(room);
  const secret = await visitor.signInWithNewApp(name);
  return { visitor, secret, session: visitor.cookie.slice(visitor.cookie.indexOf('=') + 1) };
}

/** As it is when its time is over. */
async function endInTime(session: string): Promise<void> {
  const secretHash = hashSecret(session);
  await context.store.transaction(async ({ staff }) => {
    const found = await staff.sessionByHash(secretHash);
    if (!found) throw new Error('There is no such session.');
    await staff.deleteSession(secretHash);
    await staff.insertSession({ ...found.session, expiresAtMs: context.clock.nowMs() - 1 });
  });
  await expireRecords(context);
}

const browser = await launchChromium(t);

for (const javaScriptEnabled of [true, false]) {
  const name = javaScriptEnabled ? 'ann' : 'dan';
  t.test(
    `a form sent too late waits until the sign-in is complete, script: ${javaScriptEnabled}`,
    async (t) => {
      const { secret, session } = await newStaff(name);
      const { entitlement } = await room.admin.call('entitlement.grant', grant);
      const look = { viewport: viewports.phone, javaScriptEnabled, ignoreHTTPSErrors: true };
      const window = await browser.newContext(look);
      await window.addCookies([{ name: '__Host-consign-staff', value: session, url: origin, secure: true }]);
      const page = await window.newPage();
      const faults = collectFaults(page);
      const query = new URLSearchParams({ entitlement: entitlement.id, reason: 'Cancelled & paid back' });
      await page.goto(`${origin}/accounts/acme/preview/revoke?${query.toString()}`);
      await endInTime(session);
      await page.getByRole('button', { name: /Revoke/ }).click();
      await page.getByText('What you typed is kept').waitFor();
      await page.getByLabel('Name').fill(name);
      await page.getByLabel('Password').fill(staffPassword);
      await page.getByRole('button', { name: 'Sign in', exact: true }).click();
      await page.getByLabel('Code of the app').fill(codeOf(secret, 1));
      await page.getByRole('button', { name: 'Sign in', exact: true }).click();
      await page.getByText('nothing was done').waitFor();
      await page.getByText('Cancelled & paid back').waitFor();
      // The audit needs a script.
      if (javaScriptEnabled) t.same(await auditPage(page), []);
      await takePicture(page, 'console-kept-form');
      const standing = async () => await context.store.read.entitlements.byId(entitlement.id);
      t.equal((await standing())?.revokedAtMs, null);
      await page.getByRole('button', { name: 'Send it' }).click();
      await page.getByText('Revoked.').waitFor();
      t.match(await standing(), { revokeReason: 'Cancelled & paid back', revokedBy: `staff:${name}` });
      t.same(faults, []);
      await window.close();
    },
  );
}

t.test('what somebody typed is nobody else’s, and a stranger’s is not kept', async (t) => {
  const ann = await newStaff('bea');
  const { visitor: other } = await newStaff('carl');
  const page = await ann.visitor.get('/accounts/acme');
  const formToken = /name="formToken" value="([^"]+)"/.exec(page.body)?.[1] ?? '';
  const fields = { delivery: 'dlv_x', reason: 'to be kept', formToken };
  await endInTime(ann.session);
  const late = await ann.visitor.send('POST', '/accounts/acme/cancel', { fields });
  t.equal(late.status, 303);
  const next = decodeURIComponent(String(late.headers['location']).replace('/sign-in?next=', ''));
  t.match(next, /^\/kept\/[\w-]+$/);
  t.match(await other.get(next), { status: 404 });
  const path = '/accounts/acme/cancel';
  const strange = [
    { fields: { ...fields, formToken: 'x'.repeat(43) } },
    { fields: { ...fields, newPassword: 'a secret' } },
  ];
  for (const sent of strange)
    t.equal((await ann.visitor.send('POST', path, sent)).headers['location'], '/sign-in');
  const foreign = { fields, headers: { 'sec-fetch-site': 'cross-site' } };
  t.equal((await ann.visitor.send('POST', path, foreign)).status, 403);
  await context.store.transaction(({ staff }) => staff.deleteSession(hashSecret(ann.session)));
  const signedOut = await ann.visitor.send('POST', path, { fields });
  t.equal(signedOut.headers['location'], '/sign-in', 'who has signed out, or was signed out, leaves nothing');
});

t.test('forms are kept for a while, and so many of each', async (t) => {
  let nowMs = 1_000_000;
  const clock = { nowMs: () => nowMs } as Clock;
  const kept = new KeptForms(clock);
  const encoding = 'multipart/form-data';
  const keepOne = (staffId: string, body: unknown) => kept.keep({ staffId, action: '/x', encoding, body });
  const keep = (staffId: string) => keepOne(staffId, { reason: 'y' }) ?? '';
  const first = keep('stf_1');
  const others = Array.from({ length: keptFormsPerStaffMax }, () => keep('stf_1'));
  t.equal(kept.find(first, 'stf_1'), null, 'the oldest is forgotten');
  t.match(kept.find(others[0] ?? '', 'stf_1'), { action: '/x', fields: [['reason', 'y']] });
  t.equal(kept.find(others[0] ?? '', 'stf_2'), null);
  nowMs += keptFormLifetimeMs;
  t.equal(kept.find(others[0] ?? '', 'stf_1'), null);
  t.equal(keepOne('stf_1', { many: ['a', 'b'] }), null);
  t.equal(keepOne('stf_1', null), null);
  t.equal(keepOne('stf_1', { reason: 'x'.repeat(keptFormCharactersMax) }), null);

  const large = 'x'.repeat(keptFormCharactersMax - 100);
  const many = Array.from({ length: 20 }, (_, number) => keepOne(`stf_${number}`, { large }) ?? '');
  const found = many.filter((id, number) => kept.find(id, `stf_${number}`) !== null);
  t.equal(found.length, Math.floor(keptFormsCharactersMax / keptFormCharactersMax));
  t.equal(found.at(-1), many.at(-1), 'the newest stay');
});

t.test('every form of the console is kept, or does without for a reason', async (t) => {
  await expireRecords(context);
  const records = await createRecords(room);
  const posts = Object.entries(consoleRoutes).filter(([name]) => name.startsWith('POST /') && !isApi(name));
  t.ok(posts.length > 40, 'forms are known');
  for (const [route, row] of posts) {
    const sent = (await row.request?.(await records())) ?? {};
    // This row does without a name, which the page asks for.
    const typed = { ...sent.body, ...(route === 'POST /security/passkeys' ? { name: 'Key ring' } : {}) };
    const session = await openStaffSession(room, 'operator');
    await endInTime(session);
    const answer = await sendToConsole(
      room,
      { method: 'POST', path: sent.path ?? pathOf(route) },
      {
        headers: {
          cookie: `__Host-consign-staff=${session}`,
          'content-type': 'application/x-www-form-urlencoded',
        },
        body: new URLSearchParams({ ...typed, formToken: formTokenFor(session) }).toString(),
      },
    );
    const leadsTo = decodeURIComponent(String(answer.headers['location']));
    t.equal(leadsTo.includes('next=/kept/'), notKept[route] === undefined, `${route}: ${leadsTo}`);
  }
  const unknown = Object.keys(notKept).filter((route) => consoleRoutes[route] === undefined);
  t.same(unknown, [], 'reasons for forms that there are');
});

t.test('a form with a password is kept without it, and asks for it', async (t) => {
  const { visitor, secret, session } = await newStaff('eve');
  const password = 'a wrong but secret one';
  const formToken = formTokenFor(session);
  await endInTime(session);
  const fields = { name: 'Build server', scope: 'read', days: '30', password, formToken };
  const late = await visitor.send('POST', '/tokens', { fields });
  const next = decodeURIComponent(String(late.headers['location']).replace('/sign-in?next=', ''));
  await visitor.signIn('eve');
  const step = await visitor.get('/second-factor');
  const challenge = challengeIn(step);
  const code = codeOf(secret, 1);
  await visitor.post('/second-factor', '/second-factor', { challenge, kind: 'totp', code });
  const { status, body } = await visitor.get(next);
  t.equal(status, 200);
  t.match(body, /Build server[^]*type="password"/);
  t.notMatch(body, password);
});

t.test('the largest table that the form takes is kept, as a file too', async (t) => {
  const { context: window, page } = await openStaffPage(room, browser, { role: 'operator' });
  const line = `grant;nobody;tool;${'Grund für viele, und: '.repeat(40)}\n`;
  const table = `change;account;product;reason\n${line.repeat(1000)}`;
  const buffer = Buffer.from(table);
  t.ok(buffer.length > 0.85 * keptFormCharactersMax);
  await page.goto(`${origin}/bulk`);
  await page.getByLabel('Or a file').setInputFiles({ name: 'table.csv', mimeType: 'text/csv', buffer });
  const cookies = await window.cookies();
  const session = cookies.find(({ name }) => name === '__Host-consign-staff')?.value ?? '';
  await endInTime(session);
  await page.getByRole('button', { name: 'Dry run' }).click();
  await page.getByText('What you typed is kept').waitFor();
  const next = new URL(page.url()).searchParams.get('next') ?? '';
  const value = await openStaffSession(room, 'operator');
  await window.addCookies([{ name: '__Host-consign-staff', value, url: origin, secure: true }]);
  await page.goto(`${origin}${next}`);
  await page.getByText('more characters, which are sent too').waitFor();
  t.notOk(await isTooWide(page));
  await takePicture(page, 'console-kept-table');
  await page.getByRole('button', { name: 'Send it' }).click();
  await page.getByText('1,000 lines are wrong').waitFor();
  t.equal(await page.getByLabel('Table (CSV)').inputValue(), table.slice(0, -1));
  await window.close();
});
