// Support's first five minutes at the console of a whole Consign with Chromium: both steps of the sign-in, finding a customer,
// a grant and its revocation looked at beforehand, why not and what if, a table of changes, the audit log. On a telephone
// and a desktop, in both colour schemes; then by keyboard alone.
import type { Locator, Page } from 'playwright-core';
import t from 'tap';
import {
  collectFaults,
  isTooWide,
  knownKeysFlag,
  launchChromium,
  takePicture,
  viewports,
} from '../rig/chromium.ts';
import { auditPage } from '../rig/page-audit.ts';
import { demoFile, startConsign } from '../rig/running-consign.ts';
import { codeOf } from '../rig/totp-code.ts';
import { stageDemoFile } from './staged-file.ts';
import { readCertificates } from './portal-visit.ts';

const consign = await startConsign(t, { demo: true });
await consign.waitUntilLinked();
await stageDemoFile(consign);
const browser = await launchChromium(t, knownKeysFlag(await readCertificates(consign)));
const [product = ''] = demoFile.split('/');
const staff = consign.logins.staff;
const recoveryCodes: string[] = [];

async function enterPassword(page: Page, password: string): Promise<void> {
  await page.goto(consign.endpoints.console);
  await page.getByLabel('Name').fill(staff.name);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

/** At the first sign-in an app is set up; the recovery codes that come with it serve the later ones. */
async function passSecondStep(
  page: Page,
  look: (step: string, title: string) => Promise<void>,
): Promise<void> {
  const recoveryCode = recoveryCodes.pop();
  if (recoveryCode !== undefined) {
    await look('1-second-step', 'Second step');
    await page.getByText('Use a recovery code').click();
    await page.getByLabel('Recovery code').fill(recoveryCode);
    await page.getByRole('button', { name: 'Sign in', exact: true }).last().click();
    return;
  }
  await look('1-set-up', 'Set up the second factor');
  const secret = (await page.locator('[data-copy=secret]').textContent()) ?? '';
  await page.getByLabel('Code of the app').fill(codeOf(secret.replaceAll(' ', '')));
  await page.getByRole('button', { name: 'Confirm' }).click();
  await look('1-recovery-codes', 'Recovery codes');
  recoveryCodes.push(...(await page.locator('.secrets code').allTextContents()));
  await page.getByRole('link', { name: 'I have kept them' }).click();
}

for (const [width, viewport] of Object.entries(viewports)) {
  for (const colorScheme of ['light', 'dark'] as const) {
    t.test(`support finds, grants, revokes and explains on a ${width}, ${colorScheme}`, async (t) => {
      const account = `${width}-${colorScheme}`;
      const customer = `The ${account} company`;
      await consign.json('account', 'create', account, '--title', customer);
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
      await enterPassword(page, staff.password);
      await passSecondStep(page, look);
      await look('2-overview', 'Overview');

      const search = page.getByRole('searchbox');
      await search.fill('demo');
      await search.press('Enter');
      await look('3-search', 'Search: demo');
      await page.getByRole('searchbox').first().fill(account.split('-').toReversed().join(' '));
      await page.getByRole('searchbox').first().press('Enter');
      await look('4-found', customer);

      await page.getByRole('link', { name: 'Grant an entitlement' }).click();
      await page.getByLabel('Product', { exact: true }).selectOption(product);
      await page.getByLabel('Until').fill('2099-12-31');
      await page.getByLabel('Reason').fill('Contract 42');
      await look('5-grant', 'Grant an entitlement');
      await page.getByRole('button', { name: 'Preview' }).click();
      await page.getByText('releases gained').waitFor();
      await look('6-preview', `Grant ${product} for ${account}?`);
      t.match(await consign.json('why', account, product), { decisions: [{ allowed: false }] });
      await page.getByRole('button', { name: 'Grant', exact: true }).click();
      await page.getByText('Granted.', { exact: true }).waitFor();
      t.match(await consign.json('why', account, product), { decisions: [{ allowed: true }] });
      await look('7-granted', customer);

      await page.getByRole('link', { name: product, exact: true }).click();
      await look('8-entitlement', `${product} for ${account}`);
      await page.locator('#revoke').getByLabel('Reason').fill('Contract ended');
      await page.getByRole('button', { name: 'Preview the revocation' }).click();
      await page.getByText('releases lost').waitFor();
      await look('9-preview', `Revoke ${product} for ${account}?`);
      await page.getByRole('button', { name: 'Revoke', exact: true }).click();
      await page.getByText('Revoked. What it alone allowed').waitFor();
      await page.getByText('Entitlement revoked').waitFor();
      await look('10-revoked', customer);

      await page.getByRole('link', { name: 'Why, or why not?' }).click();
      await page.getByLabel('Product', { exact: true }).fill(product);
      await page.getByRole('button', { name: 'Explain' }).click();
      await page.getByText('no: revoked').first().waitFor();
      await page.getByText('What if …').click();
      await page.getByLabel('Suppose that').selectOption('grant');
      await page.getByRole('button', { name: 'Explain' }).click();
      await page.getByText('This is a supposition').waitFor();
      await page.getByText('yes', { exact: true }).first().waitFor();
      await look('11-what-if', 'Why, or why not?');

      await page.goto(`${consign.endpoints.console}/bulk`);
      const lines = ['change,account,product,reason', `grant,${account},${product},Batch 7`];
      await page.getByLabel('Table').fill([...lines, `grant,nobody-here,${product},Batch 7`].join('\n'));
      await page.getByRole('button', { name: 'Dry run' }).click();
      await page.getByText('There is no account nobody-here').waitFor();
      t.same(await auditPage(page), [], 'a table with a mistake');
      await page.getByLabel('Table').fill(lines.join('\n'));
      await page.getByRole('button', { name: 'Dry run' }).click();
      await page.getByText('Nothing is changed yet.').waitFor();
      await look('12-dry-run', 'Many at once');
      await page.getByRole('button', { name: 'Make the change' }).click();
      await page.getByText('All of it is done.').waitFor();
      t.match(await consign.json('why', account, product), { decisions: [{ allowed: true }] });

      await page.goto(`${consign.endpoints.console}/audit`);
      await page.getByText('Contract ended').first().waitFor();
      await page.locator('details.menu summary').click();
      await page.getByRole('button', { name: 'Sign out' }).click();
      await page.waitForURL(/\/sign-in$/);
      await page.goBack();
      await page.getByRole('heading', { name: 'Sign in' }).waitFor();
      // The table with a mistake was answered so.
      const unexpected = faults.filter((fault) => !fault.includes('status of 422'));
      t.same(unexpected, [], 'no script fails and the content policy is kept');
      await context.close();
    });
  }
}

t.test('by keyboard alone: from the sign-in to a grant', async (t) => {
  const page = await browser.newPage({ viewport: viewports.desktop });
  const { keyboard } = page;
  /** Goes on with the tabulator until `wanted` has the focus. */
  const reach = async (wanted: Locator): Promise<void> => {
    await wanted.waitFor();
    for (let step = 0; step < 60; step++) {
      if (await wanted.evaluate((element) => element === document.activeElement)) return;
      await keyboard.press('Tab');
    }
    throw new Error(`The tabulator does not get to ${String(wanted)}.`);
  };
  const typeInto = async (wanted: Locator, text: string): Promise<void> => {
    await reach(wanted);
    await keyboard.type(text);
  };
  await consign.json('account', 'create', 'by-keyboard', '--title', 'Keyboard company');
  await page.goto(consign.endpoints.console);
  await typeInto(page.getByLabel('Name'), staff.name);
  await typeInto(page.getByLabel('Password'), staff.password);
  await keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Second step' }).waitFor();
  await reach(page.locator('summary', { hasText: 'Use a recovery code' }));
  await keyboard.press('Enter');
  await typeInto(page.getByLabel('Recovery code'), recoveryCodes.pop() ?? '');
  await keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Overview' }).waitFor();
  await keyboard.press('Tab');
  t.equal(await page.evaluate(() => document.activeElement?.textContent), 'Skip to the content');
  await typeInto(page.getByRole('searchbox'), 'keyb');
  await keyboard.press('Enter');
  await reach(page.getByRole('link', { name: 'Grant an entitlement' }));
  await keyboard.press('Enter');
  await typeInto(page.getByLabel('Product', { exact: true }), product);
  await typeInto(page.getByLabel('Reason'), 'Contract 43');
  await keyboard.press('Enter');
  await reach(page.getByRole('button', { name: 'Grant', exact: true }));
  await keyboard.press('Enter');
  await page.getByText('Granted.', { exact: true }).waitFor();
  t.match(await consign.json('why', 'by-keyboard', product), { decisions: [{ allowed: true }] });
  await page.close();
});

t.test('a wrong password is refused in a sentence', async () => {
  const page = await browser.newPage();
  await enterPassword(page, 'not the password');
  await page.getByText('This name and password do not belong together.').waitFor();
  await takePicture(page, 'console-refused');
  await page.close();
});
