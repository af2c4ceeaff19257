// Products, releases, search and licence agreements in Chromium, with a real internal-db behind: what a customer does in the
// first five minutes, on a telephone and a desktop; with and without scripts, by keyboard; each page passes the audit.
import type { BrowserContextOptions, Page } from 'playwright-core';
import t from 'tap';
import { collectFaults, launchChromium, takePicture, viewports } from '../rig/chromium.ts';
import { auditPage } from '../rig/page-audit.ts';
import { startPortalWithDatabase } from './portal-with-database.ts';
import { openShop, shopCustomer } from './shop.ts';

const browser = await launchChromium(t);

async function signIn(origin: string, options: BrowserContextOptions): Promise<Page> {
  const context = await browser.newContext({ ignoreHTTPSErrors: true, ...options });
  const page = await context.newPage();
  await page.goto(origin);
  await page.locator('input[name=username]').fill(shopCustomer.username);
  await page.locator('input[name=password]').fill(shopCustomer.password);
  await page.locator('main form button[type=submit]').first().click();
  await page.getByRole('heading', { level: 1, name: /Products|Produkte/ }).waitFor();
  return page;
}

const places = {
  home: '/',
  product: '/products/gateway',
  beta: '/products/gateway?channel=beta',
  release: '/products/gateway/2.7.0',
  waiting: '/products/historian',
  empty: '/products/viewer',
  search: '/search?q=gateway+2.7',
  licences: '/licences',
  licence: '/licences/historian-terms/2026-11',
} as const;

/** The walk over all pages (every-page.test.ts) has the other two. */
const looks = [
  ['phone', 'dark', 'de-DE'],
  ['desktop', 'light', 'en-GB'],
] as const;

t.test('every page of the catalog, as it looks', async (t) => {
  const portal = await startPortalWithDatabase(t);
  await openShop(portal);
  for (const [width, colorScheme, locale] of looks) {
    const viewport = viewports[width];
    const page = await signIn(portal.origin, { viewport, colorScheme, locale });
    const faults = collectFaults(page);
    for (const [name, path] of Object.entries(places)) {
      await page.goto(portal.origin + path);
      await takePicture(page, `catalog-${width}-${colorScheme}-${name}`);
      t.same(await auditPage(page), [], `${path} on a ${width}, ${colorScheme}`);
    }
    t.same(faults, [], 'no script fails and the content policy is kept');
    await page.context().close();
  }
});

t.test('an agreement is accepted and a whole release made ready, without scripts', async (t) => {
  const portal = await startPortalWithDatabase(t);
  await openShop(portal);
  const page = await signIn(portal.origin, { viewport: viewports.phone, javaScriptEnabled: false });
  await page.getByRole('link', { name: 'Licence agreements' }).first().click();
  await page.getByRole('link', { name: 'Read and accept' }).click();
  await page.getByRole('button', { name: 'Accept the agreement' }).click();
  t.match(page.url(), '/licences/historian-terms/2026-11', 'nothing is sent before the box is ticked');
  await page.getByRole('checkbox').check();
  await page.getByRole('button', { name: 'Accept the agreement' }).click();
  await page.waitForURL(/\/licences$/);
  t.match(await page.locator('main').innerText(), /Accepted/);
  await page.goto(`${portal.origin}/products/historian/5.1.0`);
  t.equal(await page.getByRole('button', { name: /^Download historian/ }).count(), 4);
  await page.getByRole('button', { name: 'Make all files ready' }).click();
  await page.getByRole('heading', { level: 1, name: 'The whole release' }).waitFor();
  t.match(await page.locator('main').innerText(), /lftp -u d-/);
  await takePicture(page, 'catalog-phone-set');
  await page.context().close();
});

t.test(
  'by keyboard alone, from the search to a download; and what waits is made ready on a desktop',
  async (t) => {
    const portal = await startPortalWithDatabase(t);
    await openShop(portal);
    const page = await signIn(portal.origin, { viewport: viewports.desktop });
    const search = page.getByRole('searchbox').first();
    for (let presses = 0; presses < 12; presses += 1) {
      if (await search.evaluate((box) => box === document.activeElement)) break;
      await page.keyboard.press('Tab');
    }
    await page.keyboard.type('gateway 2.6 windows');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: /One result/ }).waitFor();
    const button = page.getByRole('button', { name: 'Download gateway-2.6.0-windows-x64.msi' });
    for (let presses = 0; presses < 30; presses += 1) {
      if (await button.evaluate((one) => one === document.activeElement)) break;
      await page.keyboard.press('Tab');
    }
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/deliveries\/dlv_/);
    await page.goto(`${portal.origin}/products/gateway/2.6.0`);
    await page.getByRole('button', { name: 'Make all files ready' }).click();
    await page.getByRole('heading', { level: 1, name: 'The whole release' }).waitFor();
    t.same(await auditPage(page), []);
    await takePicture(page, 'catalog-desktop-set');
    await page.context().close();
  },
);
