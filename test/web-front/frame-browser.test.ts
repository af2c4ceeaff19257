// What stands around every page of the portal, in Chromium: the menu by keyboard, the link to skip to the content, the
// language switch, the vendor's colours, paper. With and without scripts.
import t from 'tap';
import { collectFaults, launchChromium, takePicture, viewports } from '../rig/chromium.ts';
import { auditPage } from '../rig/page-audit.ts';
import { customer } from './fake-backends.ts';
import { portalSettings, startPortal, type Portal } from './portal-fixture.ts';

const browser = await launchChromium(t);

async function signIn(portal: Portal, javaScriptEnabled = true) {
  const context = await browser.newContext({
    ignoreHTTPSErrors: true,
    viewport: viewports.desktop,
    javaScriptEnabled,
  });
  const page = await context.newPage();
  const faults = collectFaults(page);
  await page.goto(`${portal.origin}/tokens`);
  await page.getByLabel('User name').fill(customer.username);
  await page.getByLabel('Password').fill(customer.password);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: 'Personal tokens' }).waitFor();
  return { context, page, faults };
}

t.test('the menu opens and closes by keyboard, and a click elsewhere closes it', async (t) => {
  const { context, page, faults } = await signIn(await startPortal(t));
  const menu = page.locator('details.menu');
  const isOpen = () => menu.evaluate((element: HTMLDetailsElement) => element.open);
  await menu.locator('summary').focus();
  await page.keyboard.press('Enter');
  t.ok(await isOpen());
  t.same(await auditPage(page), [], 'open, too, it is good');
  await page.keyboard.press('Tab');
  t.ok(await isOpen(), 'the focus is in it');
  await page.keyboard.press('Escape');
  t.notOk(await isOpen());
  t.equal(await page.evaluate(() => document.activeElement?.tagName), 'SUMMARY', 'the focus is where it was');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1 }).click();
  t.notOk(await isOpen());
  t.same(faults, []);
  await context.close();
});

t.test('the first stop of the keyboard skips the banner', async (t) => {
  const { context, page } = await signIn(await startPortal(t));
  await page.keyboard.press('Tab');
  const link = page.getByRole('link', { name: 'Skip to the content' });
  t.ok(await link.evaluate((element) => element === document.activeElement));
  t.ok(((await link.boundingBox())?.height ?? 0) > 20, 'it is seen while it has the focus');
  await page.keyboard.press('Enter');
  t.equal(await page.evaluate(() => document.activeElement?.id), 'main');
  await context.close();
});

for (const javaScriptEnabled of [true, false]) {
  const title = javaScriptEnabled ? 'with scripts' : 'without scripts';
  t.test(`the language is switched on the page, ${title}`, async (t) => {
    const { context, page } = await signIn(await startPortal(t), javaScriptEnabled);
    await page.getByRole('button', { name: 'Deutsch' }).click();
    await page.getByRole('heading', { level: 1, name: 'Persönliche Tokens' }).waitFor();
    t.match(page.url(), /\/tokens$/);
    t.equal(await page.getAttribute('html', 'lang'), 'de');
    await page.locator('details.menu summary').click();
    await page.getByRole('button', { name: 'Abmelden' }).click();
    await page.getByRole('heading', { level: 1, name: 'Anmelden' }).waitFor();
    await page.getByRole('button', { name: 'English' }).click();
    await page.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor();
    await context.close();
  });
}

t.test('the vendor’s colours and logo are on the page, and it is as good', async (t) => {
  const portal = await startPortal(t);
  const square = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 4"><path d="M0 0h4v4H0z"/></svg>';
  const branding = {
    vendorName: 'Analytical Engines',
    logo: { mediaType: 'image/svg+xml' as const, base64: Buffer.from(square).toString('base64') },
    accent: { light: '#7a1fa2', dark: '#e1bee7' },
    supportAddress: 'mailto:help@engines.example',
  };
  await portal.node.install({ settings: portalSettings({ branding }) });
  const { context, page, faults } = await signIn(portal);
  const button = page.locator('button.primary');
  const colourOf = () => button.evaluate((element) => getComputedStyle(element).backgroundColor);
  t.equal(await colourOf(), 'rgb(122, 31, 162)');
  t.ok(await page.locator('.brand img').evaluate((image: HTMLImageElement) => image.naturalWidth > 0));
  t.same(await auditPage(page), []);
  await takePicture(page, 'frame-branded');
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.waitForFunction(() => {
    const element = document.querySelector('button.primary');
    return element !== null && getComputedStyle(element).backgroundColor === 'rgb(225, 190, 231)';
  });
  t.same(await auditPage(page), []);
  t.same(faults, []);
  await context.close();
});

t.test('on paper there is the content alone, black on white', async (t) => {
  const { context, page } = await signIn(await startPortal(t));
  await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
  await takePicture(page, 'frame-print');
  for (const hidden of ['.sections', '.menu', '.footer', 'form'])
    t.notOk(await page.locator(hidden).first().isVisible(), hidden);
  t.ok(await page.getByRole('heading', { level: 1 }).isVisible());
  const colours = await page.evaluate(() => {
    const { color, backgroundColor } = getComputedStyle(document.body);
    return [color, backgroundColor];
  });
  t.same(colours, ['rgb(0, 0, 0)', 'rgb(255, 255, 255)']);
  await context.close();
});
