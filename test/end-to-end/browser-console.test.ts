// Staff at the console of a whole Consign with Chromium: sign-in, overview, an account, a grant and its revocation with
// reasons, the explanation of a refusal, the audit log. On a telephone and a desktop, in both colour schemes.
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
import { demoFile, startConsign } from '../rig/running-consign.ts';
import { stageDemoFile } from './staged-file.ts';
import { readCertificates } from './portal-visit.ts';

const consign = await startConsign(t, { demo: true });
await consign.waitUntilLinked();
await stageDemoFile(consign);
const browser = await launchChromium(t, knownKeysFlag(await readCertificates(consign)));
const [product = ''] = demoFile.split('/');

async function signIn(page: Page, password: string): Promise<void> {
  await page.goto(consign.endpoints.console);
  await page.getByLabel('Name').fill(consign.logins.staff.name);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

for (const [width, viewport] of Object.entries(viewports)) {
  for (const colorScheme of ['light', 'dark'] as const) {
    t.test(`staff grants, revokes and explains on a ${width}, ${colorScheme}`, async (t) => {
      const account = `${width}-${colorScheme}`;
      await consign.json('account', 'create', account, '--title', `The ${account} company`);
      const context = await browser.newContext({ viewport, colorScheme });
      const page = await context.newPage();
      const faults = collectFaults(page);
      const look = async (step: string, title: string): Promise<void> => {
        await page.getByRole('heading', { level: 1, name: title }).waitFor();
        await takePicture(page, `console-${account}-${step}`);
        t.notOk(await isTooWide(page), `${step} fits the width`);
      };
      await page.goto(consign.endpoints.console);
      await look('1-sign-in', 'Sign in');
      await signIn(page, consign.logins.staff.password);
      await look('2-overview', 'Overview');
      await page.getByRole('link', { name: 'Accounts' }).click();
      await look('3-accounts', 'Accounts');
      await page.getByRole('link', { name: 'demo' }).click();
      await look('4-demo-account', 'Demo customer');

      await page.goto(`${consign.endpoints.console}/accounts/${account}`);
      await look('5-new-account', `The ${account} company`);
      await page.getByLabel('Product').selectOption(product);
      await page.getByLabel('Reason', { exact: true }).fill('Contract 42');
      await page.getByRole('button', { name: 'Grant' }).click();
      await page.getByText('Granted.', { exact: true }).waitFor();
      t.match(await consign.json('why', account, product), { decisions: [{ allowed: true }] });
      await look('6-granted', `The ${account} company`);
      await page.getByLabel('Reason for revoking').fill('Contract ended');
      await page.getByRole('button', { name: 'Revoke' }).click();
      await page.getByText('Revoked.').waitFor();
      await page.getByText('revoked: Contract ended').waitFor();
      await look('7-revoked', `The ${account} company`);

      await page.getByRole('link', { name: 'Why?' }).click();
      await page.getByLabel('Account').fill(account);
      await page.getByLabel('Product').fill(product);
      await page.getByRole('button', { name: 'Explain' }).click();
      await page
        .getByText(/revoked/)
        .first()
        .waitFor();
      await look('8-why', 'Why, or why not?');
      await page.getByRole('link', { name: 'Audit log' }).click();
      await page.getByText('Contract ended').first().waitFor();
      await page.getByRole('button', { name: 'Verify the whole chain' }).click();
      await page.locator('.notice.good').waitFor();
      await look('9-audit', 'Audit log');
      await page.getByRole('link', { name: 'Overview' }).click();
      await page.locator('details.menu summary').click();
      await page.getByRole('button', { name: 'Sign out' }).click();
      await page.waitForURL(/\/sign-in$/);
      await page.goBack();
      await page.getByRole('heading', { name: 'Sign in' }).waitFor();
      t.same(faults, [], 'the content policy is kept');
      await context.close();
    });
  }
}

t.test('a wrong password is refused in a sentence', async () => {
  const page = await browser.newPage();
  await signIn(page, 'not the password');
  await page.getByText('This name and password do not belong together.').waitFor();
  await takePicture(page, 'console-refused');
  await page.close();
});
