// The portal in Chromium: from sign-in to the download page, with and without scripts, on a telephone and a desktop, in
// both colour schemes. CONSIGN_SCREENSHOTS=<folder> keeps a picture of each step for people to look at.
import type { BrowserContextOptions } from 'playwright-core';
import t from 'tap';
import { collectFaults, isTooWide, launchChromium, takePicture, viewports } from '../rig/chromium.ts';
import { customer, newId } from './fake-backends.ts';
import { startPortal, type Portal } from './portal-fixture.ts';

const browser = await launchChromium(t);

/** Opens a browser of its own and signs in; faults of scripts and of the content policy are collected. */
async function signIn(portal: Portal, options: BrowserContextOptions) {
  const context = await browser.newContext({ ignoreHTTPSErrors: true, ...options });
  const page = await context.newPage();
  const faults = collectFaults(page);
  await page.goto(portal.origin);
  const form = async (name: string) => takePicture(page, name);
  await page.getByLabel('User name').fill(customer.username);
  await page.getByLabel('Password').fill(customer.password);
  return {
    context,
    page,
    faults,
    form,
    submit: () => page.getByRole('button', { name: 'Sign in', exact: true }).click(),
  };
}

for (const [width, viewport] of Object.entries(viewports)) {
  for (const colorScheme of ['light', 'dark'] as const) {
    t.test(`a customer gets from sign-in to a ready download on a ${width}, ${colorScheme}`, async (t) => {
      const portal = await startPortal(t, { ownAuthority: true });
      const { context, page, faults, form, submit } = await signIn(portal, { viewport, colorScheme });
      await form(`${width}-${colorScheme}-1-sign-in`);
      await submit();
      await page.getByRole('heading', { name: 'Products', exact: true }).waitFor();
      t.notOk(await isTooWide(page), 'the catalog fits the width');
      await takePicture(page, `${width}-${colorScheme}-2-products`);
      await page
        .getByRole('button', { name: /^Download gateway-2\.1\.0/ })
        .first()
        .click();
      await page.waitForURL(/\/deliveries\/dlv_/);
      t.match(
        await page.getByRole('link', { name: /^Download/ }).getAttribute('href'),
        /^https:\/\/localhost:18442\/d\//,
      );
      t.equal(await page.getByText('once-only-Pw-3f9a').count(), 1);
      t.ok((await page.getByRole('button', { name: 'Copy' }).count()) >= 8, 'each line can be copied');
      t.equal(
        await page.getByRole('button', { name: 'Copy: lftp over FTPS' }).count(),
        1,
        'each by its own name',
      );
      t.notOk(await isTooWide(page), 'the delivery fits the width');
      await takePicture(page, `${width}-${colorScheme}-3-delivery`);
      await page.goto(`${portal.origin}/deliveries`);
      await takePicture(page, `${width}-${colorScheme}-4-deliveries`);
      await page.goto(`${portal.origin}/tokens`);
      await takePicture(page, `${width}-${colorScheme}-5-tokens`);
      t.notOk(await isTooWide(page), 'the tokens fit the width');
      t.same(faults, [], 'no script fails and the content policy is kept');
      await context.close();
    });
  }
}

t.test(
  'a running download is shown live, and the page says when the delivery has been withdrawn',
  async (t) => {
    const portal = await startPortal(t);
    const { context, page, faults, submit } = await signIn(portal, { viewport: viewports.desktop });
    await submit();
    await page
      .getByRole('button', { name: /^Download gateway-2\.1\.0/ })
      .first()
      .click();
    await page.waitForURL(/\/deliveries\/dlv_/);
    const record = [...portal.internalDb.deliveries.values()][0];
    if (!record) throw new Error('the delivery was not recorded');
    const download = {
      id: newId('dwn'),
      delivery: record.delivery.id,
      account: 'analytical',
      path: record.delivery.path,
      protocol: 'sftp' as const,
      address: '192.0.2.7',
      offsetBytes: 0,
      sentBytes: 40_000_000,
      sizeBytes: 123_456_789,
      startedAtMs: Date.now(),
      endedAtMs: null,
      outcome: 'running' as const,
    };
    record.delivery = { ...record.delivery, state: 'staged', stagedAtMs: Date.now() };
    record.downloads.push(download);
    await page.getByText('40 MB of 123 MB').waitFor();
    record.downloads[0] = { ...download, sentBytes: 80_000_000 };
    await page.getByText(/80 MB of 123 MB, [\d.]+ MB\/s, \d+ seconds? left/).waitFor();
    await takePicture(page, 'live-progress');
    record.downloads[0] = { ...download, sentBytes: 123_456_789, endedAtMs: Date.now(), outcome: 'complete' };
    await page.locator('[data-outcome="complete"]').waitFor();
    record.delivery = { ...record.delivery, state: 'revoked', endedAtMs: Date.now() };
    await page.getByText('Your vendor has withdrawn this file from you.').waitFor();
    t.equal(await page.getByText('once-only-Pw-3f9a').count(), 0);
    t.same(faults, []);
    await context.close();
  },
);

t.test('a delivery that somebody else asked for becomes ready on the open page', async (t) => {
  const portal = await startPortal(t);
  const asking = await signIn(portal, { viewport: viewports.desktop });
  await asking.submit();
  await asking.page
    .getByRole('button', { name: /^Download gateway-2\.1\.0/ })
    .first()
    .click();
  await asking.page.waitForURL(/\/deliveries\/dlv_/);
  const record = [...portal.internalDb.deliveries.values()][0];
  if (!record) throw new Error('the delivery was not recorded');
  const { context, page, submit } = await signIn(portal, { viewport: viewports.desktop });
  await submit();
  await page.getByRole('heading', { name: 'Products', exact: true }).waitFor();
  await page.goto(asking.page.url());
  await page.getByText('The file is being made ready').waitFor();
  record.delivery = { ...record.delivery, state: 'staged', stagedAtMs: Date.now() };
  await page.getByRole('button', { name: 'Download here' }).waitFor();
  t.equal(await asking.page.getByText('once-only-Pw-3f9a').count(), 1, 'the page that asked stays as it was');
  await Promise.all([context.close(), asking.context.close()]);
});

t.test('everything works without scripts', async (t) => {
  const portal = await startPortal(t, { ownAuthority: true });
  const { context, page, submit } = await signIn(portal, {
    viewport: viewports.phone,
    javaScriptEnabled: false,
  });
  await submit();
  await page
    .getByRole('button', { name: /^Download gateway-2\.1\.0/ })
    .first()
    .click();
  await page.waitForURL(/\/deliveries\/dlv_/);
  t.equal(await page.getByText('once-only-Pw-3f9a').count(), 1);
  t.equal(await page.getByRole('button', { name: 'Copy' }).count(), 0);
  await takePicture(page, 'no-script-delivery');
  await page.reload();
  t.equal(await page.getByText('once-only-Pw-3f9a').count(), 1, 'a reload shows the password again');
  await page.getByRole('button', { name: 'End this delivery' }).click();
  await page.getByText('This delivery was ended.').waitFor();
  await page.locator('details.menu summary').click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.waitForURL(/\/sign-in$/);
  await context.close();
});
