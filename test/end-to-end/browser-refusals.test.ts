// What a customer's browser shows of a whole Consign when there is nothing to fetch: after signing out, at another
// customer's delivery, at a delivery that has ended, and when the entitlement has. Each says what to do next.
import type { Page } from 'playwright-core';
import t from 'tap';
import {
  collectFaults,
  isTooWide,
  knownKeysFlag,
  launchChromium,
  takePicture,
  viewports,
} from '../rig/chromium.ts';
import { demoFile, startConsign, type PrintedLogin } from '../rig/running-consign.ts';
import { askForFile, demoCustomer, openProduct, readCertificates, signInAtPortal } from './portal-visit.ts';

const consign = await startConsign(t, { demo: true });
await consign.waitUntilLinked();
const browser = await launchChromium(t, knownKeysFlag(await readCertificates(consign)));
const [demoProduct = ''] = demoFile.split('/');
const reason = ['--reason', 'end-to-end test'];

/** A browser of its own, on a telephone, signed in. */
async function openPortal(login: PrintedLogin): Promise<Page> {
  const context = await browser.newContext({ viewport: viewports.phone });
  const page = await context.newPage();
  await signInAtPortal(page, consign, login);
  return page;
}

async function createCustomer(name: string): Promise<PrintedLogin> {
  await consign.json('account', 'create', name, '--title', `${name} Ltd`);
  return { name, ...(await consign.json<{ password: string }>('user', 'create', name, name)) };
}

t.test(
  'signing out ends the session: neither the back button nor the address shows the delivery',
  async (t) => {
    const page = await openPortal(demoCustomer(consign));
    const address = await askForFile(page);
    await page.locator('details.menu summary').click();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.waitForURL(/\/sign-in$/);
    await page.goBack();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    t.equal(
      await page.getByText('Password', { exact: true }).count(),
      1,
      "the form's label, and no delivery's",
    );
    await page.goto(address);
    t.match(page.url(), /\/sign-in\?next=/, 'it leads back to the delivery after signing in');
    await page.context().close();
  },
);

t.test("a customer cannot see another one's delivery", async (t) => {
  const owner = await openPortal(demoCustomer(consign));
  const address = await askForFile(owner);
  const page = await openPortal(await createCustomer('initech'));
  await page.getByText('There is nothing for initech Ltd to download at the moment.').waitFor();
  await takePicture(page, 'portal-nothing-released');
  const answer = await page.goto(address);
  t.equal(answer?.status(), 404);
  t.equal(await page.getByText('Your account has no such delivery.').count(), 1);
  t.notMatch(await page.content(), demoProduct, 'not even what it is');
  await takePicture(page, 'portal-not-yours');
  await Promise.all([page.context().close(), owner.context().close()]);
});

t.test(
  'a delivery that expires or is ended by the vendor says so on the open page, and what to do',
  async (t) => {
    const page = await openPortal(demoCustomer(consign));
    const faults = collectFaults(page);
    const staged = await consign.json<{ id: string }>('stage', 'demo', demoFile, '--ttl', '30s');
    await page.goto(`${consign.endpoints.portal}/deliveries/${staged.id}`);
    await page.getByText('The password is shown only in the browser that asked for the file.').waitFor();
    await takePicture(page, 'portal-asked-elsewhere');
    await page.getByText('This delivery has expired.').waitFor();
    await takePicture(page, 'portal-expired');
    t.notOk(await isTooWide(page));

    await page.getByRole('button', { name: 'Download again' }).click();
    await page.waitForURL((url) => /\/dlv_/.test(url.pathname) && !url.pathname.endsWith(staged.id));
    const delivery = page.url().split('/').at(-1) ?? '';
    await consign.json('cancel', delivery, ...reason);
    await page.getByText('This delivery was ended.').waitFor();
    t.equal(await page.getByRole('button', { name: 'Download again' }).count(), 1);
    await takePicture(page, 'portal-ended');
    t.same(faults, [], 'no script fails and the content policy is kept');
    await page.context().close();
  },
);

t.test('a customer whose entitlement has expired reads it in a plain sentence', async (t) => {
  const login = await createCustomer('globex');
  const untilMs = Date.now() + 40_000;
  await consign.json('grant', 'globex', demoProduct, '--until', new Date(untilMs).toISOString(), ...reason);
  const page = await openPortal(login);
  const download = await openProduct(page);
  await download.waitFor();
  await page.waitForTimeout(Math.max(0, untilMs - Date.now()));
  await download.click();
  await page.getByText('The entitlement of your account to this product has expired.').waitFor();
  t.equal(await page.getByRole('heading', { level: 1 }).innerText(), 'You cannot have this file');
  await takePicture(page, 'portal-entitlement-expired');
  t.notOk(await isTooWide(page));
  await page.context().close();
});

t.test('a customer whose entitlement is revoked reads it at the delivery and at the products', async (t) => {
  const login = await createCustomer('hooli');
  const granted = await consign.json<{ id: string }>('grant', 'hooli', demoProduct, ...reason);
  const page = await openPortal(login);
  const products = await page.context().newPage();
  await products.goto(consign.endpoints.portal);
  const download = await openProduct(products);
  await download.waitFor();
  await askForFile(page);
  await consign.json('revoke', granted.id, ...reason);
  await page.getByText('Your vendor has withdrawn this file from you.').waitFor();
  t.equal(
    await page.getByRole('button', { name: /^Download/ }).count(),
    0,
    'what would be refused is not offered',
  );
  await takePicture(page, 'portal-withdrawn');
  await download.click();
  await products.getByText('was revoked. Ask your vendor.').waitFor();
  await takePicture(products, 'portal-entitlement-revoked');
  t.notOk(await isTooWide(products));
  await page.context().close();
});
