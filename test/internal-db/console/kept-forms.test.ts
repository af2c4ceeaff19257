// What was typed into a form whose session was over: kept for who typed it, shown after the sign-in, in a real browser without
// a script; and not kept for anybody else, nor with a secret in it.
import t from 'tap';
import type { Clock } from '#internal-db/clock.ts';
import { KeptForms } from '#internal-db/console/kept-forms/kept-forms.ts';
import {
  keptFormCharactersMax,
  keptFormLifetimeMs,
  keptFormsPerStaffMax,
} from '#internal-db/console/kept-forms/limits.ts';
import { expireRecords } from '#internal-db/expire-records.ts';
import { hashSecret } from '#internal-db/secret-token.ts';
import { collectFaults, launchChromium, takePicture, viewports } from '../../rig/chromium.ts';
import { auditPage } from '../../rig/page-audit.ts';
import { plainGrant, seedRoom, startRoom } from '../support/running-room.ts';
import { StaffVisitor, staffPassword } from './staff-visitor.ts';
import { codeOf } from '../../rig/totp-code.ts';

const room = await startRoom(t);
await seedRoom(room);
const grant = { ...plainGrant, account: 'acme', product: 'tool' };
const { context } = room.services;
const origin = `https://127.0.0.1:${room.services.console.port}`;

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
    { fields: { ...fields, password: 'a secret' } },
    { fields: { ...fields, reason: 'x'.repeat(keptFormCharactersMax) } },
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
  const keep = (staffId: string) => kept.keep({ staffId, action: '/x', body: { reason: 'y' } }) ?? '';
  const first = keep('stf_1');
  const others = Array.from({ length: keptFormsPerStaffMax }, () => keep('stf_1'));
  t.equal(kept.find(first, 'stf_1'), null, 'the oldest is forgotten');
  t.match(kept.find(others[0] ?? '', 'stf_1'), { action: '/x', fields: [['reason', 'y']] });
  t.equal(kept.find(others[0] ?? '', 'stf_2'), null);
  nowMs += keptFormLifetimeMs;
  t.equal(kept.find(others[0] ?? '', 'stf_1'), null);
  t.equal(kept.keep({ staffId: 'stf_1', action: '/x', body: { many: ['a', 'b'] } }), null);
  t.equal(kept.keep({ staffId: 'stf_1', action: '/x', body: null }), null);
});
