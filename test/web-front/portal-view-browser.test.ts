// Staff see the portal as a customer does, in Chromium: from the console's page of the customer into the portal, where each
// page says what it is and nothing can be changed; and what the customer reads of it. On a phone without scripts, and on a
// desktop with them. CONSIGN_SCREENSHOTS=<folder> keeps pictures.
import type { BrowserContext, Page } from 'playwright-core';
import t, { type Test } from 'tap';
import { openStaffSession } from '../internal-db/console/staff-browser.ts';
import { plainGrant } from '../internal-db/support/running-room.ts';
import { collectFaults, launchChromium, takePicture, viewports } from '../rig/chromium.ts';
import { auditPage } from '../rig/page-audit.ts';
import { startPortalWithDatabase } from './portal-with-database.ts';

const actor = 'test:operator';
const password = 'correct horse battery';
const reason = 'Ticket 7: “no files” <at all>';

const portal = await startPortalWithDatabase(t);
const { admin } = portal;
await admin.call('account.create', { actor, name: 'analytical', displayName: 'Analytical <b>Engines</b>' });
await admin.call('user.create', { actor, account: 'analytical', name: 'ada', displayName: 'Ada', password });
await admin.call('product.create', { actor, name: 'gateway', title: 'Gateway', description: '' });
await admin.call('release.publish', {
  actor,
  product: 'gateway',
  version: '2.1.0',
  channel: 'stable',
  draft: false,
  files: [
    {
      name: 'gateway.tar.gz',
      sizeBytes: 5,
      sha256: 'ab'.repeat(32),
      platform: null,
      mediaType: 'application/gzip',
    },
  ],
});
await admin.call('entitlement.grant', { ...plainGrant, account: 'analytical', product: 'gateway' });
const consoleOrigin = `https://127.0.0.1:${portal.services.console.port}`;
const session = await openStaffSession(portal, 'support');
const browser = await launchChromium(t);

const looks = [
  { name: 'desktop', viewport: viewports.desktop, javaScriptEnabled: true },
  { name: 'phone', viewport: viewports.phone, javaScriptEnabled: false },
] as const;
type Look = (typeof looks)[number];

async function openBrowser({ viewport, javaScriptEnabled }: Look): Promise<BrowserContext> {
  const context = await browser.newContext({
    ignoreHTTPSErrors: true,
    viewport,
    javaScriptEnabled,
    reducedMotion: 'reduce',
    locale: 'en-GB',
  });
  const cookie = { name: '__Host-consign-staff', value: session, url: consoleOrigin, secure: true };
  await context.addCookies([{ ...cookie, httpOnly: true, sameSite: 'Strict' }]);
  return context;
}

/** Looks at the page as it stands: nothing cut off, nothing for axe-core where that can run. */
async function lookAt(t: Test, page: Page, { look, name }: { look: Look; name: string }): Promise<void> {
  if (look.javaScriptEnabled) t.same(await auditPage(page), [], `${name}, ${look.name}`);
  await takePicture(page, `portal-view-${name}-${look.name}`);
}

/** From the console into the portal; returns the portal's page and its address before anything was done there. */
async function enter(t: Test, page: Page, look: Look): Promise<{ view: Page; link: string }> {
  await page.goto(`${consoleOrigin}/accounts/analytical`);
  await page.getByRole('link', { name: 'See their portal' }).click();
  await page.getByLabel('As whom').selectOption('ada');
  await page.getByLabel('Reason').fill(reason);
  await lookAt(t, page, { look, name: 'wish' });
  await page.getByRole('button', { name: 'Continue' }).click();
  const link = page.getByRole('link', { name: 'Open the portal' });
  await link.waitFor();
  await lookAt(t, page, { look, name: 'link' });
  const opening = page.context().waitForEvent('page');
  await link.click();
  const view = await opening;
  const button = view.getByRole('button', { name: 'Begin' });
  await button.waitFor();
  await lookAt(t, view, { look, name: 'begin' });
  const address = view.url();
  await button.click();
  await view.waitForURL(`${portal.origin}/`);
  return { view, link: address };
}

for (const look of looks) {
  t.test(`staff see what the customer sees, on a ${look.name}`, async (t) => {
    const context = await openBrowser(look);
    const page = await context.newPage();
    const { view, link } = await enter(t, page, look);
    const faults = collectFaults(view);
    const notice = view.getByText('You see this portal as the customer does.');
    for (const path of [
      '/',
      '/products/gateway',
      '/deliveries',
      '/history',
      '/account/security',
      '/members',
    ]) {
      await view.goto(`${portal.origin}${path}`);
      t.equal(await notice.count(), 1, `${path} says what it is`);
      await lookAt(t, view, { look, name: path === '/' ? 'home' : (path.split('/').at(-1) ?? '') });
    }
    await view.goto(`${portal.origin}/products/gateway`);
    await view
      .getByRole('button', { name: /Download/ })
      .first()
      .click();
    await view.getByText('Nothing can be changed or downloaded in this view.').waitFor();
    t.equal(await notice.count(), 1, 'also where something is refused');
    await view.goto(`${portal.origin}/account`);
    await view.getByRole('button', { name: 'Deutsch' }).click();
    await view.getByText('Sie sehen dieses Portal so wie der Kunde.').waitFor();
    await view.getByRole('button', { name: 'Speichern', exact: true }).click();
    await view.getByText('In dieser Ansicht lässt sich nichts ändern oder herunterladen.').waitFor();
    await lookAt(t, view, { look, name: 'refused' });
    await view.getByRole('button', { name: 'Einblick beenden' }).click();
    await view.waitForURL(/\/sign-in$/);
    t.equal(await view.getByText('so wie der Kunde').count(), 0, 'then it is over');
    await view.goto(link);
    await view.getByRole('button', { name: 'Beginnen' }).click();
    await view.getByRole('heading', { name: 'Dieser Link gilt nicht mehr' }).waitFor();
    t.same(
      faults.filter((fault) => !/410|403/.test(fault)),
      [],
    );
    await context.close();
  });
}

t.test('the customer reads when somebody has looked, and why', async (t) => {
  const [look] = looks;
  const context = await browser.newContext({ ignoreHTTPSErrors: true, viewport: viewports.phone });
  const page = await context.newPage();
  await page.goto(`${portal.origin}/history`);
  await page.getByLabel('User name').fill('ada');
  await page.getByLabel('Password').fill(password);
  await page.keyboard.press('Enter');
  await page.getByRole('link', { name: 'Seen by your vendor' }).click();
  await page.getByRole('heading', { level: 1, name: 'Seen by your vendor' }).waitFor();
  t.equal(await page.getByText(reason).count(), 2);
  t.equal(await page.getByText('as the customer does').count(), 0, 'a session of its own is no view');
  await lookAt(t, page, { look, name: 'told' });
  await context.close();
});
