// Each role's first five minutes, from the sign-in to its main task, on a telephone, by the keyboard alone and without a script;
// then the pages that only a form shows, which the walk through all pages does not come to, held to the audit.
import type { Browser, Page } from 'playwright-core';
import t, { type Test } from 'tap';
import type { StaffRole } from '#commlink/methods/administration-fields.ts';
import { newRecordId } from '#internal-db/record-id.ts';
import { pressOn, tabTo, typeInto } from '../../rig/by-keyboard.ts';
import { collectFaults, isTooWide, launchChromium, takePicture, viewports } from '../../rig/chromium.ts';
import { auditPage } from '../../rig/page-audit.ts';
import { seedRoom, startRoom } from '../support/running-room.ts';
import { staffPassword } from './staff-visitor.ts';
import { codeOf } from '../../rig/totp-code.ts';

const room = await startRoom(t);
await seedRoom(room);
const browser: Browser = await launchChromium(t);
const origin = `https://127.0.0.1:${room.services.console.port}`;

async function makeStaff(name: string, role: StaffRole): Promise<void> {
  const person = { actor: 'test', name, displayName: name, role, password: staffPassword };
  await room.admin.call('staff.create', person);
}

/** Signs in for the first time, by the keyboard: password, app, recovery codes. */
async function signInByKeyboard(page: Page, name: string): Promise<void> {
  await page.goto(origin);
  await page.getByLabel('Name').waitFor();
  await page.keyboard.type(name);
  await typeInto(page, page.getByLabel('Password'), staffPassword);
  await page.keyboard.press('Enter');
  const secret = (await page.locator('[data-copy=secret]').textContent()) ?? '';
  await page.getByLabel('Code of the app').focus();
  await page.keyboard.type(codeOf(secret.replaceAll(' ', '')));
  await page.keyboard.press('Enter');
  await pressOn(page, page.getByRole('link', { name: 'I have kept them' }));
  await page.getByRole('heading', { name: 'Overview' }).waitFor();
}

interface Flow {
  readonly role: StaffRole;
  readonly run: (page: Page) => Promise<void>;
}

const flows: readonly Flow[] = [
  {
    role: 'support',
    run: async (page) => {
      await typeInto(page, page.getByRole('searchbox', { name: 'Search' }), 'acm');
      await page.keyboard.press('Enter');
      await pressOn(page, page.getByRole('link', { name: 'Grant an entitlement' }));
      await page.getByRole('heading', { level: 1 }).waitFor();
      await typeInto(page, page.getByLabel('Reason'), 'Order 2026-118');
      await page.keyboard.press('Enter');
      await page.getByText('Nothing is changed yet').waitFor();
      await pressOn(page, page.getByRole('button', { name: 'Grant' }));
      await page.getByText('Granted.').waitFor();
    },
  },
  {
    role: 'release-manager',
    run: async (page) => {
      const file = { name: 'tool.bin', sizeBytes: 7, sha256: 'cd'.repeat(32), platform: 'linux-x64' };
      const files = [{ ...file, mediaType: 'application/octet-stream' }];
      const release = { product: 'tool', version: '1.1.0', channel: 'stable', draft: true, files };
      await room.admin.call('release.publish', { actor: 'test', ...release });
      await pressOn(page, page.getByRole('link', { name: 'Products', exact: true }));
      await pressOn(page, page.getByRole('link', { name: 'Tool', exact: true }));
      await pressOn(page, page.getByRole('link', { name: '1.1.0' }).first());
      await typeInto(page, page.getByLabel('Reason'), 'Release meeting');
      await pressOn(page, page.getByRole('button', { name: 'Publish 1.1.0' }));
      await page.getByText('It is published.').waitFor();
      await pressOn(page, page.getByRole('link', { name: 'Licence texts' }));
      await typeInto(page, page.getByLabel('Agreement', { exact: true }), 'terms');
      await typeInto(page, page.getByRole('textbox', { name: 'Version' }), '2');
      await typeInto(page, page.getByRole('textbox', { name: 'Title' }), 'Terms of use');
      await typeInto(page, page.getByRole('textbox', { name: 'Text' }), '# Terms\n\nBe kind.');
      await pressOn(page, page.getByRole('button', { name: 'Add this version' }));
      await page.getByText('The version is added.').waitFor();
      await page.getByRole('heading', { name: 'Terms', exact: true }).waitFor();
    },
  },
  {
    role: 'operator',
    run: async (page) => {
      const at = { connection: 'con_1', protocol: 'sftp' as const, address: '203.0.113.9', startedAtMs: 1 };
      const who = { account: 'acme', principal: 'user:jo', username: 'jo', idleSinceMs: 1 };
      room.cluster.node.sessions = [
        { id: newRecordId('ses'), ...at, ...who, transfer: null, transferCount: 0 },
      ];
      await pressOn(page, page.getByRole('link', { name: 'Live sessions' }));
      await typeInto(page, page.getByLabel('Reason for cutting acme'), 'Asked to');
      await pressOn(page, page.getByRole('button', { name: 'Cut' }));
      await page.getByText('The session has ended.').waitFor();
      await pressOn(page, page.getByRole('link', { name: 'Webhooks' }));
      await typeInto(page, page.getByLabel('Receiver'), 'https://hooks.invalid/consign');
      await tabTo(page, page.getByLabel('A release was published'));
      await page.keyboard.press('Space');
      await pressOn(page, page.getByRole('button', { name: 'Add the webhook' }));
      await page.getByText('The webhook is made.').waitFor();
      await pressOn(page, page.getByRole('link', { name: 'https://hooks.invalid/consign' }));
      await pressOn(page, page.getByRole('button', { name: 'Send a test' }));
      await page.getByText('The test is on its way.').waitFor();
    },
  },
  {
    role: 'auditor',
    run: async (page) => {
      await pressOn(page, page.getByRole('link', { name: 'Audit log' }));
      await typeInto(page, page.getByLabel('What', { exact: true }), 'webhook.add');
      await page.keyboard.press('Enter');
      await page.getByText('hooks.invalid').first().waitFor();
      await pressOn(page, page.getByRole('button', { name: 'Verify the whole chain' }));
      await page.getByText('follow from one another').waitFor();
    },
  },
];

for (const { role, run } of flows) {
  t.test(`${role}: on a telephone, by the keyboard alone, without a script`, async (t) => {
    await makeStaff(`${role}-bo`, role);
    const context = await browser.newContext({
      viewport: viewports.phone,
      javaScriptEnabled: false,
      ignoreHTTPSErrors: true,
    });
    const page = await context.newPage();
    const faults = collectFaults(page);
    await signInByKeyboard(page, `${role}-bo`);
    await run(page);
    t.notOk(await isTooWide(page));
    await takePicture(page, `flow-${role}`);
    t.same(faults, []);
    await context.close();
  });
}

/** The pages that only a form shows, on one screen. */
async function auditFormPages(t: Test, page: Page, name: string): Promise<void> {
  const look = async (shown: string): Promise<void> => {
    t.same(await auditPage(page), [], shown);
    await takePicture(page, `form-${shown}-${name}`);
  };
  await page.goto(origin);
  await page.getByLabel('Name').fill(name);
  await page.getByLabel('Password').fill(staffPassword);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  const secret = ((await page.locator('[data-copy=secret]').textContent()) ?? '').replaceAll(' ', '');
  await look('set-up');
  await page.getByLabel('Code of the app').fill('000000');
  await page.getByRole('button', { name: 'Confirm' }).click();
  await page.getByText('does not fit').waitFor();
  await look('set-up-again');
  t.not(((await page.locator('[data-copy=secret]').textContent()) ?? '').replaceAll(' ', ''), secret);
  const newSecret = ((await page.locator('[data-copy=secret]').textContent()) ?? '').replaceAll(' ', '');
  await page.getByLabel('Code of the app').fill(codeOf(newSecret));
  await page.getByRole('button', { name: 'Confirm' }).click();
  await page.getByRole('link', { name: 'I have kept them' }).waitFor();
  await look('recovery-codes');
  await page.goto(`${origin}/staff`);
  await page.getByLabel('Name for the sign-in').fill(`${name}-new`);
  await page.getByLabel('Full name').first().fill('Somebody New');
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await page
    .getByText(/password/i)
    .first()
    .waitFor();
  await look('staff-created');
  await page.goto(`${origin}/webhooks`);
  await page.getByRole('button', { name: 'Add the webhook' }).waitFor();
  await page.getByLabel('Receiver').fill('https://hooks.invalid/two');
  await page.getByRole('button', { name: 'Add the webhook' }).click();
  await page.getByText('Choose what the system is told of.').waitFor();
  await look('webhook-refused');
  t.equal(
    await page.getByLabel('Receiver').inputValue(),
    'https://hooks.invalid/two',
    'what was typed stays',
  );
  await page.getByLabel('A login was refused').check();
  await page.getByRole('button', { name: 'Add the webhook' }).click();
  await page.getByText('The webhook is made.').waitFor();
  await look('webhook-made');
}

for (const [name, viewport, colorScheme] of [
  ['pia', viewports.phone, 'dark'],
  ['dora', viewports.desktop, 'light'],
] as const) {
  t.test(`pages that only a form shows, ${viewport.width} wide, ${colorScheme}`, async (t) => {
    await makeStaff(name, 'operator');
    const context = await browser.newContext({ viewport, colorScheme, ignoreHTTPSErrors: true });
    const page = await context.newPage();
    await auditFormPages(t, page, name);
    await context.close();
  });
}
