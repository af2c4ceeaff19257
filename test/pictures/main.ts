// The README's two pictures, made from a Consign of their own: `npm run pictures`. The portal while a file is fetched, and the
// console's page of the customer who fetches it. Needs Chromium and curl.
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { chromium } from 'playwright-core';
import { readCertificates, signInAtPortal } from '../end-to-end/portal-visit.ts';
import { codeOf } from '../rig/totp-code.ts';
import { chromiumOptions, knownKeysFlag } from '../rig/chromium.ts';
import { startConsign, type RunningConsign } from '../rig/running-consign.ts';
import { fetchWith, furnish, shownAccount, shownFile } from './vendor.ts';

const folder = join(import.meta.dirname, '..', '..', 'docs');
const viewport = { width: 1180, height: 820 };
/** Sharp on the screens that people read on. */
const deviceScaleFactor = 2;
const shownRate = '6M';

async function main(): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const consign = await startConsign({ teardown: (done) => stack.defer(done) });
  await consign.waitUntilLinked();
  const login = await furnish(consign);
  const certificates = await readCertificates(consign);
  const browser = await chromium.launch(chromiumOptions(knownKeysFlag(certificates)));
  stack.defer(() => browser.close());

  const page = await newPage(browser);
  await signInAtPortal(page, consign, login);
  const { product, version, name } = shownFile;
  await page.goto(`${consign.endpoints.portal}/products/${product}/${version}`);
  await page.getByRole('button', { name: `Download ${name}` }).click();
  await page.waitForURL(/\/deliveries\/dlv_/);
  const url = await page.getByRole('link', { name: /^Download/ }).getAttribute('href');
  if (url === null) throw new Error('The page offers no link.');
  const fetched = fetchWith(consign, url, shownRate);
  await page
    .locator('[data-outcome="running"]')
    .getByText(/2\d(?:\.\d)? MB of/)
    .waitFor({ timeout: 60_000 });
  await page.screenshot({ path: join(folder, 'portal.png') });
  await fetched;
  await takeConsolePicture(browser, consign);
}

async function takeConsolePicture(browser: Browser, consign: RunningConsign): Promise<void> {
  const page = await newPage(browser);
  const { name, password } = consign.logins.staff;
  await page.goto(consign.endpoints.console);
  await page.getByLabel('Name').fill(name);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  const secret = (await page.locator('[data-copy=secret]').textContent()) ?? '';
  await page.getByLabel('Code of the app').fill(codeOf(secret.replaceAll(' ', '')));
  await page.getByRole('button', { name: 'Confirm' }).click();
  await page.locator('.secrets').waitFor();
  await page.goto(`${consign.endpoints.console}/accounts/${shownAccount}`);
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.screenshot({ path: join(folder, 'console.png') });
}

async function newPage(browser: Browser): Promise<Page> {
  const context = await browser.newContext({ viewport, deviceScaleFactor, locale: 'en-GB' });
  return await context.newPage();
}

await main();
