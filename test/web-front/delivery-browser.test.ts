// The pages of deliveries in Chromium, with and without scripts: every way to fetch, live progress, a transfer that breaks
// off, a file that is withdrawn, a session that ends, the list and the history; on a telephone and a desktop, in both
// colour schemes. CONSIGN_SCREENSHOTS=<folder> keeps a picture of each page for people to look at.
import type { BrowserContextOptions, Page } from 'playwright-core';
import t, { type Test } from 'tap';
import type { Download } from '#commlink/methods/fields.ts';
import { collectFaults, launchChromium, takePicture, viewports } from '../rig/chromium.ts';
import { auditPage } from '../rig/page-audit.ts';
import { customer, newId } from './fake-backends.ts';
import { Visitor, startPortal, type Portal } from './portal-fixture.ts';

const browser = await launchChromium(t);
const wish = { product: 'gateway', version: '2.1.0', file: 'gateway-2.1.0.tar.gz' };

/** A browser that is signed in, and the page of a delivery that it has asked for. */
async function askForFile(t: Test, portal: Portal, options: BrowserContextOptions = {}) {
  const visitor = new Visitor(portal);
  await visitor.signIn();
  const formToken = await visitor.formToken('/deliveries');
  const asked = await visitor.submit('/deliveries', { formToken, ...wish });
  const path = String(asked.headers['location']);
  const context = await browser.newContext({ ignoreHTTPSErrors: true, ...options });
  t.teardown(() => context.close());
  const { hostname } = new URL(portal.origin);
  await context.addCookies(
    [...visitor.cookies].map(([key, { value, path: of }]) => ({
      name: key.split('|')[0] ?? '',
      value,
      domain: hostname,
      path: of,
      secure: true,
    })),
  );
  const page = await context.newPage();
  const faults = collectFaults(page);
  await page.goto(portal.origin + path);
  const id = path.split('/').at(-1) ?? '';
  const record = portal.internalDb.deliveries.get(id);
  if (!record) throw new Error('the delivery was not recorded');
  record.delivery = { ...record.delivery, state: 'staged', stagedAtMs: Date.now() };
  return { page, record, faults, visitor, path };
}

function downloadOf(delivery: string, changes: Partial<Download> = {}): Download {
  return {
    id: newId('dlv'),
    delivery,
    account: 'analytical',
    path: 'gateway/2.1.0/gateway-2.1.0.tar.gz',
    protocol: 'sftp',
    address: '192.0.2.7',
    offsetBytes: 0,
    sentBytes: 40_000_000,
    sizeBytes: 123_456_789,
    startedAtMs: Date.now(),
    endedAtMs: null,
    outcome: 'running',
    ...changes,
  };
}

/** How many downloads there are of each outcome, to have a list with something in it. */
function fillHistory(portal: Portal, delivery: string): void {
  const record = portal.internalDb.deliveries.get(delivery);
  const outcomes = ['complete', 'aborted', 'partial', 'revoked', 'lost', 'complete'] as const;
  for (const [index, outcome] of outcomes.entries()) {
    const startedAtMs = Date.now() - (index + 1) * 3_600_000;
    const sentBytes = outcome === 'complete' ? 123_456_789 : 20_000_000 * index;
    const protocol = (['https', 'ftps', 'sftp'] as const)[index % 3] ?? 'https';
    const ended = { outcome, startedAtMs, endedAtMs: startedAtMs + 60_000, sentBytes, protocol };
    record?.downloads.push(downloadOf(delivery, ended));
  }
}

async function looksRight(t: Test, page: Page, name: string): Promise<void> {
  t.same(await auditPage(page), [], name);
  await takePicture(page, name);
}

for (const [width, viewport] of Object.entries(viewports)) {
  for (const colorScheme of ['light', 'dark'] as const) {
    t.test(`a delivery, the list and the history on a ${width}, ${colorScheme}`, async (t) => {
      const portal = await startPortal(t, { ownAuthority: true });
      const locale = colorScheme === 'dark' ? 'de-DE' : 'en-GB';
      const { page, record, faults, path } = await askForFile(t, portal, { viewport, colorScheme, locale });
      const name = (part: string) => `delivery-${width}-${colorScheme}-${part}`;
      t.equal(await page.getByText('once-only-Pw-3f9a').count(), 1, 'the password');
      t.equal(await page.locator('[data-copy="lftp (FTPS)"]').count(), 1, 'each line by its program');
      t.match(await page.locator('a.primary').getAttribute('href'), /^https:\/\/localhost:18442\/d\//);
      await looksRight(t, page, name('1-ready'));
      record.downloads.push(downloadOf(record.delivery.id));
      await page.locator('[data-outcome="running"]').waitFor();
      await looksRight(t, page, name('2-running'));
      for (const fold of await page.locator('details.fold').all()) await fold.locator('summary').click();
      await looksRight(t, page, name('3-unfolded'));
      record.downloads.length = 0;
      fillHistory(portal, record.delivery.id);
      for (const state of ['cancelled', 'expired', 'revoked', 'failed'] as const) {
        const delivery = portal.internalDb.deliver(wish);
        const other = portal.internalDb.deliveries.get(delivery.id);
        if (other) other.delivery = { ...delivery, state, endedAtMs: Date.now() };
      }
      await page.goto(`${portal.origin}/deliveries`);
      await looksRight(t, page, name('4-list'));
      await page.goto(`${portal.origin}/history`);
      await looksRight(t, page, name('5-history'));
      await page.goto(portal.origin + path);
      record.downloads.unshift(downloadOf(record.delivery.id, { outcome: 'aborted', endedAtMs: Date.now() }));
      await page.locator('[data-resume="sftp"]').waitFor();
      await looksRight(t, page, name('6-broken-off'));
      record.delivery = { ...record.delivery, state: 'revoked', endedAtMs: Date.now() };
      await page.locator('.notice.warn').first().waitFor();
      await page.locator('[data-live="no"]').waitFor();
      await looksRight(t, page, name('7-withdrawn'));
      t.equal(await page.getByText('once-only-Pw-3f9a').count(), 0);
      t.same(faults, [], 'no script fails and the content policy is kept');
    });
  }
}

t.test(
  'progress is live whatever the protocol, and a transfer that broke off says how to go on',
  async (t) => {
    const portal = await startPortal(t);
    const { page, record, faults } = await askForFile(t, portal, { viewport: viewports.desktop });
    const running = downloadOf(record.delivery.id);
    record.downloads.push(running);
    await page.getByText('40 MB of 123 MB').waitFor();
    record.downloads[0] = { ...running, sentBytes: 80_000_000 };
    await page.getByText(/80 MB of 123 MB, [\d.]+ MB\/s, \d+ seconds? left/).waitFor();
    t.equal(await page.locator('[data-resume]:visible').count(), 0);
    record.downloads[0] = { ...running, sentBytes: 90_000_000, endedAtMs: Date.now(), outcome: 'aborted' };
    const hint = page.locator('[data-resume="sftp"]');
    await hint.waitFor();
    t.match(await hint.innerText(), /sftp -a -P 18444/);
    t.equal(await page.getByText('Download over SFTP: broken off.').count(), 1, 'said aloud');
    record.downloads.unshift(downloadOf(record.delivery.id, { offsetBytes: 90_000_000, sentBytes: 0 }));
    await hint.waitFor({ state: 'hidden' });
    record.downloads[0] = downloadOf(record.delivery.id, {
      ...record.downloads[0],
      sentBytes: 33_456_789,
      endedAtMs: Date.now(),
      outcome: 'complete',
    });
    await page.locator('[data-outcome="complete"]').waitFor();
    t.same(faults, []);
  },
);

t.test(
  'a delivery that a colleague asked for becomes ready on the open page, without its password',
  async (t) => {
    const portal = await startPortal(t);
    const { page, record, visitor } = await askForFile(t, portal);
    record.delivery = { ...record.delivery, state: 'requested', stagedAtMs: null };
    const [name] = [...visitor.cookies.keys()].filter((key) => key.includes('consign-delivery'));
    await page.context().clearCookies({ name: name?.split('|')[0] ?? 'none' });
    await page.reload();
    await page.getByText('The file is being made ready for ada.').waitFor();
    record.delivery = { ...record.delivery, state: 'staged', stagedAtMs: Date.now() };
    await page.getByRole('button', { name: 'Download here' }).waitFor();
    t.equal(await page.getByText('once-only-Pw-3f9a').count(), 0);
  },
);

t.test('a file that is on its way to its node is shown as it comes, and ready by itself', async (t) => {
  const portal = await startPortal(t);
  portal.internalDb.isArriving = true;
  const { page, record, faults } = await askForFile(t, portal, { viewport: viewports.phone });
  record.delivery = { ...record.delivery, state: 'requested', stagedAtMs: null, arrivedBytes: 20_000_000 };
  await page.reload();
  await page.getByText('The file is on its way to the download server').waitFor();
  await page.getByText(/^20 MB of/).waitFor();
  t.equal(await page.getByRole('link', { name: 'Download', exact: true }).count(), 0, 'not yet');
  t.same(await auditPage(page), [], 'on its way');
  await takePicture(page, 'delivery-on-its-way');
  record.delivery = { ...record.delivery, arrivedBytes: 60_000_000 };
  await page.getByText(/^60 MB of/).waitFor();
  record.delivery = { ...record.delivery, state: 'staged', stagedAtMs: Date.now(), arrivedBytes: null };
  await page.getByText('Check what arrived').waitFor();
  t.equal(await page.getByText('on its way').count(), 0);
  t.same(faults, []);
});

t.test('a page that nobody looks at lets go of its stream, and comes back to it', async (t) => {
  const portal = await startPortal(t);
  const { page, record } = await askForFile(t, portal);
  const show = async (isHidden: boolean) =>
    page.evaluate((hidden) => {
      Object.defineProperty(document, 'hidden', { configurable: true, get: () => hidden });
      document.dispatchEvent(new Event('visibilitychange'));
    }, isHidden);
  const asked = () => portal.internalDb.calls.filter(({ method }) => method === 'delivery.describe').length;
  await show(true);
  // On a busy machine the portal hears late that the stream has ended.
  let before = -1;
  for (let tries = 0; tries < 20 && asked() !== before; tries += 1) {
    before = asked();
    await new Promise((resolve) => setTimeout(resolve, 3000));
  }
  t.equal(asked(), before, 'nothing is asked for it');
  record.downloads.push(downloadOf(record.delivery.id));
  await show(false);
  await page.getByText('40 MB of 123 MB').waitFor();
});

t.test('an ended session leads to the sign-in, and from there back to what was wanted', async (t) => {
  const portal = await startPortal(t);
  const { page, visitor, path } = await askForFile(t, portal, { viewport: viewports.phone });
  const signIn = async () => {
    await page.waitForURL(/\/sign-in\?next=/);
    await page.getByLabel('User name').fill(customer.username);
    await page.getByLabel('Password').fill(customer.password);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  };
  const session = visitor.cookies.get('__Host-consign-session|/')?.value ?? '';
  portal.internalDb.liveSecrets.delete(session);
  await signIn();
  await page.waitForURL(portal.origin + path);
  t.equal(await page.getByText('once-only-Pw-3f9a').count(), 0, 'sealed for the session that has ended');
  portal.internalDb.liveSecrets.clear();
  await page.getByRole('button', { name: 'Download here' }).click();
  await signIn();
  await page.getByRole('heading', { name: `Download ${wish.file}?` }).waitFor();
  await takePicture(page, 'delivery-phone-ask');
  await page.getByRole('button', { name: 'Make it ready' }).click();
  await page.getByText('once-only-Pw-3f9a').waitFor();

  await page.goto(`${portal.origin}/tokens`);
  await page.getByLabel('What is it for?').fill('nightly build');
  portal.internalDb.liveSecrets.clear();
  await page.getByRole('button', { name: 'Make the token' }).click();
  await signIn();
  await page.getByRole('heading', { name: 'What you had typed' }).waitFor();
  t.same(await auditPage(page), [], 'the page that shows what was typed');
  await takePicture(page, 'kept-form-phone');
  await page.getByRole('button', { name: 'Make the token' }).click();
  await page.getByText('The token “nightly build” is made.').waitFor();
});

t.test('all of it works without scripts', async (t) => {
  const portal = await startPortal(t, { ownAuthority: true });
  const options = { viewport: viewports.phone, javaScriptEnabled: false };
  const { page, record } = await askForFile(t, portal, options);
  t.equal(await page.getByText('once-only-Pw-3f9a').count(), 1);
  t.equal(await page.getByRole('button', { name: 'Copy' }).count(), 0);
  record.downloads.push(downloadOf(record.delivery.id));
  await page.getByRole('link', { name: 'Reload to see how it stands' }).click();
  await page.getByText('40 MB of 123 MB').first().waitFor();
  t.equal(await page.locator('noscript meta[http-equiv="refresh"]').count(), 1, 'it loads itself again');
  record.downloads[0] = downloadOf(record.delivery.id, { outcome: 'aborted', endedAtMs: Date.now() });
  await page.reload();
  await page.locator('[data-resume="sftp"]').waitFor();
  await page.getByRole('button', { name: 'End this delivery' }).click();
  await page.getByText('This delivery was ended.').waitFor();
  await page.goto(`${portal.origin}/history?outcome=aborted`);
  t.equal(await page.getByRole('link', { name: wish.file }).count(), 1);
  await page.getByLabel('Result').selectOption('complete');
  await page.getByRole('button', { name: 'Show', exact: true }).click();
  await page.getByText('No download is like that.').waitFor();
});
