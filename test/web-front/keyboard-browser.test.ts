// A customer's main tasks by keyboard alone, on the narrowest telephone, with scripts and without: signing in with a second
// step, inviting somebody, a token and a key, and from the list of products to the line that checks the download.
// CONSIGN_SCREENSHOTS=<folder> keeps pictures.
import type { Locator, Page } from 'playwright-core';
import t, { type Test } from 'tap';
import { makeKey } from '../internal-db/ssh-keys/made-keys.ts';
import { tabTo } from '../rig/by-keyboard.ts';
import { collectFaults, launchChromium, takePicture, viewports } from '../rig/chromium.ts';
import { auditPage } from '../rig/page-audit.ts';
import { startPortalWithDatabase } from './portal-with-database.ts';
import { openShop } from './shop.ts';
import { codeOf } from '../rig/totp-code.ts';

const actor = 'test:operator';
const password = 'correct horse battery';

const portal = await startPortalWithDatabase(t);
await openShop(portal);
const browser = await launchChromium(t);

async function follow(page: Page, target: Locator, then: Locator): Promise<void> {
  await tabTo(page, target);
  await page.keyboard.press('Enter');
  await then.waitFor();
}

async function fill(page: Page, label: string, text: string): Promise<void> {
  await tabTo(page, page.getByLabel(label, { exact: true }).first());
  await page.keyboard.insertText(text);
}

const heading = (page: Page, name: string | RegExp) => page.getByRole('heading', { name }).first();
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).first();

/** In what way a visitor is there. */
interface Visit {
  readonly t: Test;
  readonly page: Page;
  readonly name: string;
  readonly hasScripts: boolean;
}

async function lookAt({ t, page, hasScripts }: Visit, what: string): Promise<void> {
  if (hasScripts) t.same(await auditPage(page), [], what);
  await takePicture(page, `keyboard-${what}-${hasScripts ? 'scripts' : 'plain'}`);
}

async function typePassword(page: Page, name: string): Promise<void> {
  await page.goto(`${portal.origin}/sign-in`);
  await fill(page, 'User name', name);
  await fill(page, 'Password', password);
  await page.keyboard.press('Enter');
}

/** Sets the second step up, signs out, and in again with a code. */
async function signInWithSecondStep(visit: Visit): Promise<void> {
  const { page, name } = visit;
  await typePassword(page, name);
  await heading(page, 'Your products').waitFor();
  await page.goto(`${portal.origin}/account/security`);
  const setUp = page.locator('summary').filter({ hasText: 'Set it up' }).first();
  await follow(page, setUp, page.locator('#totp-password'));
  await tabTo(page, page.locator('#totp-password'));
  await page.keyboard.insertText(password);
  await page.keyboard.press('Enter');
  await heading(page, 'Set up your authenticator app').waitFor();
  const shown = await page.locator('[data-copy^="the key"]').textContent();
  const secret = (shown ?? '').replaceAll(' ', '');
  await fill(page, 'Six-digit code', codeOf(secret));
  await page.keyboard.press('Enter');
  await heading(page, 'Keep your recovery codes').waitFor();
  await lookAt(visit, 'recovery-codes');
  const kept = page.getByRole('link', { name: 'I have kept them' });
  await follow(page, kept, heading(page, 'Sign-in and security'));
  await follow(page, page.locator('details.menu > summary'), button(page, 'Sign out'));
  await follow(page, button(page, 'Sign out'), page.getByLabel('User name'));
  await typePassword(page, name);
  await heading(page, 'One more step').waitFor();
  await lookAt(visit, 'second-step');
  await fill(page, 'Six-digit code', codeOf(secret, 1));
  await page.keyboard.press('Enter');
  await heading(page, 'Your products').waitFor();
}

async function inviteSomebody(visit: Visit): Promise<void> {
  const { page, name } = visit;
  await follow(page, page.locator('details.menu > summary'), page.getByRole('link', { name: 'Members' }));
  await follow(page, page.getByRole('link', { name: 'Members' }), heading(page, 'Invite somebody'));
  await fill(page, 'E-mail address', `friend-of-${name}@acme.example`);
  await page.keyboard.press('Enter');
  await page.getByText(`An invitation is on its way to friend-of-${name}@acme.example.`).waitFor();
  await lookAt(visit, 'members');
}

async function makeTokenAndKey(visit: Visit): Promise<void> {
  const { t, page } = visit;
  await page.goto(`${portal.origin}/tokens`);
  await fill(page, 'What is it for?', 'build server');
  await page.keyboard.press('Enter');
  await page.getByText('The token “build server” is made.').waitFor();
  t.match(await page.locator('[data-copy="token"]').textContent(), /^consign_pat_/);
  await lookAt(visit, 'token');
  await page.goto(`${portal.origin}/ssh-keys`);
  await fill(page, 'Public key', makeKey(t.testdir({}), '-t ed25519').line);
  await fill(page, 'What do you call it?', 'laptop');
  await page.keyboard.press('Enter');
  await page.getByText('laptop').first().waitFor();
  t.match(await page.locator('main').textContent(), /SHA256:/);
  await lookAt(visit, 'keys');
}

async function fetchFile(visit: Visit): Promise<void> {
  const { page } = visit;
  await page.goto(`${portal.origin}/`);
  const product = page.getByRole('link', { name: 'Gateway', exact: true }).first();
  await follow(page, product, heading(page, 'Gateway'));
  const download = page.getByRole('button', { name: /^Download gateway-2\.7\.0/ }).first();
  await follow(page, download, page.getByText(/sha256sum/).first());
  await lookAt(visit, 'delivery');
}

for (const hasScripts of [true, false]) {
  const way = hasScripts ? 'with scripts' : 'without scripts';
  t.test(`everything is done by keyboard on a telephone, ${way}`, async (t) => {
    const name = hasScripts ? 'ada' : 'grace';
    await portal.admin.call('user.create', { actor, account: 'acme', name, displayName: name, password });
    const context = await browser.newContext({
      ignoreHTTPSErrors: true,
      viewport: viewports.phone,
      javaScriptEnabled: hasScripts,
      reducedMotion: 'reduce',
      locale: 'en-GB',
    });
    const page = await context.newPage();
    const faults = collectFaults(page);
    const visit = { t, page, name, hasScripts };
    await signInWithSecondStep(visit);
    await inviteSomebody(visit);
    await makeTokenAndKey(visit);
    await fetchFile(visit);
    t.same(faults, []);
    await context.close();
  });
}
