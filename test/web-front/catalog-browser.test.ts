// Products, releases, search and licence agreements in Chromium, with a real internal-db behind: what a customer does in the
// first five minutes, on a telephone and a desktop, in both colour schemes; each page passes the audit.
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

t.test('every page of the catalog, as it looks', async (t) => {
  const portal = await startPortalWithDatabase(t);
  await openShop(portal);
  for (const [width, viewport] of Object.entries(viewports)) {
    for (const colorScheme of ['light', 'dark'] as const) {
      const locale = width === 'phone' && colorScheme === 'dark' ? 'de-DE' : 'en-GB';
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
  }
});
