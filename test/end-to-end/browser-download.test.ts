// Chromium against a whole Consign: from sign-in to the whole file on the disk, with scripts and without, on a telephone
// and a desktop; broken off and resumed. CONSIGN_SCREENSHOTS=<folder> keeps a picture of each step.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type BrowserContext, type BrowserContextOptions, type Page } from 'playwright-core';
import t from 'tap';
import {
  chromiumOptions,
  collectFaults,
  isTooWide,
  knownKeysFlag,
  launchChromium,
  pageTimeoutMs,
  slowDown,
  takePicture,
  viewports,
  waitForPart,
} from '../rig/chromium.ts';
import { demoFile, startConsign, waitFor } from '../rig/running-consign.ts';
import { sha256OfFile, sizeOf, waitForBytes } from './fetched-file.ts';
import {
  askForFile,
  demoCustomer,
  downloadButton,
  fillSignIn,
  readCertificates,
  signInAtPortal,
  submitSignIn,
} from './portal-visit.ts';

const consign = await startConsign(t, { demo: true });
await consign.waitUntilLinked();
const knownKeys = knownKeysFlag(await readCertificates(consign));
const browser = await launchChromium(t, knownKeys);
const fileName = demoFile.split('/').at(-1) ?? '';
const fileDigest = await sha256OfFile(process.execPath);
const fileBytes = await sizeOf(process.execPath);
/** Chromium halves what it is told: a minute for the whole file, until the test has seen what it is to see; then some seconds. */
const slowBytesPerSecond = 4_000_000;
const quickBytesPerSecond = 80_000_000;

const wholeTimeoutMs = 180_000;

async function openPage(options: BrowserContextOptions): Promise<{ context: BrowserContext; page: Page }> {
  const context = await browser.newContext(options);
  return { context, page: await context.newPage() };
}

t.test('a browser that knows nothing of this Consign does not open the portal', async (t) => {
  const stranger = await launchChromium(t);
  const page = await stranger.newPage();
  await t.rejects(page.goto(consign.endpoints.portal), { message: /ERR_CERT_AUTHORITY_INVALID/ });
});

for (const [width, viewport] of Object.entries(viewports)) {
  for (const colorScheme of ['light', 'dark'] as const) {
    t.test(`from sign-in to the whole file, shown live, on a ${width}, ${colorScheme}`, async (t) => {
      const { context, page } = await openPage({ viewport, colorScheme });
      const faults = collectFaults(page);
      const fits = async (step: string): Promise<void> => {
        await takePicture(page, `portal-${width}-${colorScheme}-${step}`);
        t.notOk(await isTooWide(page), `${step} fits the width`);
      };
      await fillSignIn(page, consign, demoCustomer(consign));
      await fits('1-sign-in');
      await submitSignIn(page);
      await fits('2-products');
      await askForFile(page);
      await fits('3-delivery');

      let loads = 0;
      page.on('load', () => (loads += 1));
      await slowDown(page, slowBytesPerSecond);
      const started = page.waitForEvent('download');
      await downloadButton(page).click();
      const download = await started;
      t.equal(download.suggestedFilename(), fileName, 'the browser saves it under its own name');
      await page
        .locator('[data-outcome="running"]')
        .getByText(/ of 127 MB/)
        .waitFor();
      await fits('4-running');
      await slowDown(page, quickBytesPerSecond);
      t.equal(await sha256OfFile(await download.path()), fileDigest, 'what arrived is what was published');
      await page.locator('[data-outcome="complete"]').getByText('127 MB of 127 MB').waitFor();
      await fits('5-complete');
      t.equal(loads, 0, 'the page was not loaded again');
      await page.getByRole('link', { name: 'Deliveries' }).first().click();
      await page.getByText('fetched once').first().waitFor();
      await fits('6-deliveries');
      t.same(faults, [], 'no script fails and the content policy is kept');
      await context.close();
    });
  }
}

t.test(
  'the same without scripts: the file arrives, and the page tells of it when it is loaded again',
  async (t) => {
    const { context, page } = await openPage({ viewport: viewports.phone, javaScriptEnabled: false });
    await signInAtPortal(page, consign, demoCustomer(consign));
    await askForFile(page);
    await takePicture(page, 'portal-no-script-delivery');
    const started = page.waitForEvent('download');
    await downloadButton(page).click();
    const download = await started;
    t.equal(await sha256OfFile(await download.path()), fileDigest);
    const isTold = async (): Promise<boolean> => {
      await page.getByRole('link', { name: 'Reload to see how it stands' }).click();
      return (await page.locator('[data-outcome="complete"]').count()) === 1;
    };
    await waitFor('the download to be told of', isTold, pageTimeoutMs);
    await takePicture(page, 'portal-no-script-complete');
    await context.close();
  },
);

t.test('a download that was paused, and then cut, goes on in the browser where it stopped', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'consign-browser-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const downloadsPath = join(folder, 'downloads');
  // Chromium lists and resumes the downloads of a profile that is kept on the disk only.
  const context = await chromium.launchPersistentContext(join(folder, 'profile'), {
    ...chromiumOptions(knownKeys),
    downloadsPath,
    viewport: viewports.desktop,
    colorScheme: 'light',
  });
  t.teardown(() => context.close());
  context.setDefaultTimeout(pageTimeoutMs);
  const page = await context.newPage();
  await signInAtPortal(page, consign, demoCustomer(consign));
  await askForFile(page);
  await slowDown(page, slowBytesPerSecond);
  await downloadButton(page).click();
  const partName = await waitForPart(downloadsPath);
  await waitForBytes(join(downloadsPath, partName), 10_000_000);

  await page.getByText(/[\d.]+ MB of 127 MB, [\d.]+ MB\/s/).waitFor();

  const downloads = await context.newPage();
  await downloads.goto('chrome://downloads');
  const item = downloads.locator('downloads-item');
  const choose = async (name: 'Pause' | 'Resume'): Promise<void> => {
    await item.locator('#more-actions').click();
    await item.getByRole('menuitem', { name }).click();
  };
  await choose('Pause');
  await item.getByText('Paused').waitFor();
  await choose('Resume');
  await item.getByText('Paused').waitFor({ state: 'hidden' });
  const killed = consign.sessionServers.map((name) => [name, consign.kill(name)] as const);
  await page.locator('[data-outcome="aborted"], [data-outcome="lost"]').waitFor();
  await takePicture(page, 'portal-broken-off');
  // The stager kept the port open: Chromium asks again by itself, and the next session server answers.
  for (const [name, pid] of killed) await consign.waitForRestart(name, pid);
  await slowDown(page, quickBytesPerSecond);

  const whole = join(downloadsPath, partName.replace(/\.crdownload$/, ''));
  await waitForBytes(whole, fileBytes, wholeTimeoutMs);
  t.equal(await sha256OfFile(whole), fileDigest, 'both parts make the file');
  await page.locator('[data-outcome="complete"]').waitFor();
  const [last] = await consign.json<{ offsetBytes: number; outcome: string }[]>('downloads', '--limit', '1');
  t.equal(last?.outcome, 'complete');
  t.ok((last?.offsetBytes ?? 0) >= 10_000_000, `it went on at byte ${last?.offsetBytes}`);
});
