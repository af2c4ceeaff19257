// Staff's main tasks by keyboard alone, on the narrowest telephone, with scripts and without: the first sign-in with an app, the own
// password, a colleague's role and access, a rollout begun and paused, an appliance restored. Each is held to the store behind it.
// CONSIGN_SCREENSHOTS=<folder> keeps pictures.
import type { Page } from 'playwright-core';
import t, { type Test } from 'tap';
import { packageMediaType } from '#commlink/fleet/fleet-names.ts';
import { pressOn, tabTo } from '../../rig/by-keyboard.ts';
import { collectFaults, isTooWide, launchChromium, takePicture, viewports } from '../../rig/chromium.ts';
import { auditPage } from '../../rig/page-audit.ts';
import { codeOf } from '../../rig/totp-code.ts';
import { putSmallFleet } from '../fleet/support/small-fleet.ts';
import { seedRoom, startRoom } from '../support/running-room.ts';
import { staffPassword } from './staff-visitor.ts';

const actor = 'test';
const newPassword = 'another staff password 2';
const room = await startRoom(t, [], { portalUrl: 'https://portal.vendor.example' });
await seedRoom(room);
const { store } = room.services.context;
const origin = `https://127.0.0.1:${room.services.console.port}`;
const browser = await launchChromium(t);

/** Somebody at the console, and in what way. */
interface Visit {
  readonly t: Test;
  readonly page: Page;
  readonly way: 'scripts' | 'plain';
}

async function lookAt({ t, page, way }: Visit, what: string): Promise<void> {
  if (way === 'scripts') t.same(await auditPage(page), [], what);
  t.notOk(await isTooWide(page), `${what} fits the width`);
  await takePicture(page, `console-keyboard-${what}-${way}`);
}

/** Fills in the form that goes there, in the order of its fields, and presses its button. */
async function sendForm(page: Page, action: string, fields: Readonly<Record<string, string>>) {
  const form = page.locator(`form[action="${action}"]`);
  await form.waitFor({ state: 'attached' });
  const fold = page.locator('details:not([open])', { has: form }).locator('> summary');
  if ((await fold.count()) > 0) await pressOn(page, fold.first());
  for (const [name, text] of Object.entries(fields)) {
    const field = form.locator(`[name="${name}"]`);
    await tabTo(page, field);
    const isList = await field.evaluate((element) => element.tagName === 'SELECT');
    // A list goes to what begins so; the text of a field is taken for another by its first letter.
    await (isList ? page.keyboard.type(text) : page.keyboard.insertText(text));
  }
  await pressOn(page, form.locator('button').first());
}

async function signInForTheFirstTime(visit: Visit, name: string): Promise<void> {
  const { page } = visit;
  await page.goto(`${origin}/sign-in`);
  await sendForm(page, '/sign-in', { name, password: staffPassword });
  await page.getByRole('heading', { name: 'Set up the second factor' }).waitFor();
  await lookAt(visit, 'set-up');
  const secret = (await page.locator('[data-copy=secret]').textContent()) ?? '';
  await sendForm(page, '/second-factor/set-up', { code: codeOf(secret.replaceAll(' ', '')) });
  await page.getByRole('heading', { name: 'Recovery codes' }).waitFor();
  await lookAt(visit, 'recovery-codes');
  await pressOn(page, page.getByRole('link', { name: 'I have kept them' }));
  await page.getByRole('heading', { name: 'Overview' }).waitFor();
}

async function changeOwnPassword(visit: Visit): Promise<void> {
  const { page } = visit;
  await page.goto(`${origin}/security`);
  await sendForm(page, '/security/password', { password: staffPassword, newPassword });
  await page.getByText('The password is changed').waitFor();
  await lookAt(visit, 'password');
}

async function changeColleague(visit: Visit, name: string): Promise<void> {
  const { t, page } = visit;
  await page.goto(`${origin}/staff`);
  await sendForm(page, `/staff/${name}/role`, { role: 'auditor', reason: 'Audits now' });
  await page.getByText('Changed.', { exact: true }).waitFor();
  t.equal((await store.read.staff.byName(name))?.role, 'auditor');
  await lookAt(visit, 'staff');
  await sendForm(page, `/staff/${name}/end`, { reason: 'Leaves' });
  await page.getByText('left', { exact: true }).first().waitFor();
  t.ok((await store.read.staff.byName(name))?.endedAtMs);
}

async function beginAndPause(visit: Visit, group: string): Promise<void> {
  const { t, page } = visit;
  await page.goto(`${origin}/rollouts`);
  const release = { product: 'tool', version: '2.0.0' };
  await sendForm(page, '/rollouts', { ...release, groups: group, reason: 'Mends the clock' });
  await page.getByText('The rollout has begun.').waitFor();
  await lookAt(visit, 'rollout');
  const { pathname } = new URL(page.url());
  await sendForm(page, `${pathname}/pause`, { reason: 'Waits for the weekend' });
  await page.getByText('It is paused.').waitFor();
  await lookAt(visit, 'paused');
  const rollout = pathname.split('/').at(-1) ?? '';
  t.match(await room.admin.call('rollout.status', { rollout }), { rollout: { state: 'paused' } });
}

async function restoreAppliance(visit: Visit, uid: string): Promise<void> {
  const { t, page } = visit;
  await page.goto(`${origin}/fleet/appliances/${uid}`);
  await sendForm(page, `/fleet/appliances/${uid}/restore`, { reason: 'Its disk was replaced' });
  await page.waitForURL(/done=/);
  await lookAt(visit, 'restored');
  t.ok((await store.read.appliances.listed(uid))?.restoringSinceMs);
}

const account = await store.read.accounts.byName('acme');
const product = await store.read.catalog.productByName('tool');
const owner = { accountId: account?.id ?? '', productId: product?.id ?? '' };
const { uids } = await putSmallFleet(store, { ...owner, count: 2 });
const sha256 = 'ab'.repeat(32);
const file = { name: 'tool.cpk', sizeBytes: 5, sha256, platform: null, mediaType: packageMediaType };
const release = { product: 'tool', version: '2.0.0', channel: 'stable', draft: false, files: [file] };
await room.admin.call('release.publish', { actor, ...release });

for (const [index, way] of (['scripts', 'plain'] as const).entries()) {
  t.test(`staff do their work by keyboard on a telephone: ${way}`, async (t) => {
    for (const [name, role] of [
      [`ann-${way}`, 'operator'],
      [`bob-${way}`, 'support'],
    ] as const)
      await room.admin.call('staff.create', {
        actor,
        name,
        displayName: name,
        role,
        password: staffPassword,
      });
    const context = await browser.newContext({
      ignoreHTTPSErrors: true,
      viewport: viewports.phone,
      javaScriptEnabled: way === 'scripts',
      reducedMotion: 'reduce',
    });
    const page = await context.newPage();
    const faults = collectFaults(page);
    const visit = { t, page, way };
    await signInForTheFirstTime(visit, `ann-${way}`);
    await changeOwnPassword(visit);
    await changeColleague(visit, `bob-${way}`);
    await beginAndPause(visit, `group-${way}`);
    await restoreAppliance(visit, uids[index] ?? '');
    t.same(faults, []);
    await context.close();
  });
}
