// Staff's second factors and second persons in real Chromium: a passkey of a virtual authenticator set up at the first sign-in and
// used at the next, an app added, the passkey removed; and somebody new on the staff whom one proposes and another approves.
import type { BrowserContext, Page } from 'playwright-core';
import t, { type Test } from 'tap';
import { consoleDefaults } from '#commlink/settings/console-settings.ts';
import { collectFaults, launchChromium, takePicture } from '../../rig/chromium.ts';
import { findFreePortBase } from '../../rig/free-ports.ts';
import { auditPage } from '../../rig/page-audit.ts';
import { looks } from '../../rig/page-walk.ts';
import { signOut } from '../../rig/sign-out.ts';
import { seedRoom, startRoom } from '../support/running-room.ts';
import { staffPassword } from './staff-visitor.ts';
import { codeOf } from '../../rig/totp-code.ts';

const port = await findFreePortBase();
const origin = `https://localhost:${port}`;
const room = await startRoom(t, [], {
  console: { ...consoleDefaults, host: '127.0.0.1', port, publicUrl: origin, secondPerson: ['staff.change'] },
});
await seedRoom(room);
for (const name of ['ann', 'bob']) {
  const person = { actor: 'test', name, displayName: name, role: 'operator' as const };
  await room.admin.call('staff.create', { ...person, password: staffPassword });
}
const browser = await launchChromium(t);

async function openBrowser(): Promise<{ page: Page; faults: readonly string[]; context: BrowserContext }> {
  const context = await browser.newContext({ ignoreHTTPSErrors: true, reducedMotion: 'reduce' });
  const page = await context.newPage();
  const debug = await context.newCDPSession(page);
  await debug.send('WebAuthn.enable');
  await debug.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  return { page, faults: collectFaults(page), context };
}

/** Looks at the page as it stands, on both screens, in one colour scheme each. */
async function lookAt(t: Test, page: Page, name: string): Promise<void> {
  for (const { name: look, viewport, colorScheme } of looks) {
    await page.setViewportSize(viewport);
    await page.emulateMedia({ colorScheme });
    t.same(await auditPage(page), [], `${name}, ${look}`);
    await takePicture(page, `staff-${name}-${look}`);
  }
}

async function signIn(page: Page, name: string): Promise<void> {
  await page.goto(`${origin}/sign-in`);
  await page.getByLabel('Name').fill(name);
  await page.getByLabel('Password').fill(staffPassword);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}

/** Signs in for the first time, with a passkey. */
async function setUpPasskey(page: Page, name: string): Promise<void> {
  await signIn(page, name);
  await page.getByRole('button', { name: 'Make a passkey' }).click();
  await page.getByRole('heading', { name: 'Recovery codes' }).waitFor();
}

t.test('a passkey is set up, signs in, and goes when an app has taken its place', async (t) => {
  const { page, faults } = await openBrowser();
  await signIn(page, 'ann');
  await page.getByRole('button', { name: 'Make a passkey' }).waitFor();
  await lookAt(t, page, 'set-up');
  await page.getByRole('button', { name: 'Make a passkey' }).click();
  await page.getByRole('heading', { name: 'Recovery codes' }).waitFor();
  await lookAt(t, page, 'recovery-codes');
  await page.getByRole('link', { name: 'I have kept them' }).click();
  await page.getByRole('heading', { name: 'Overview' }).waitFor();

  await signOut(page);
  await signIn(page, 'ann');
  await page.getByRole('heading', { name: 'Overview' }).waitFor();

  await page.goto(`${origin}/security`);
  await page.getByText('Add a passkey', { exact: true }).first().click();
  await page.locator('#passkey-name').fill('Key ring');
  await page.locator('#passkey-password').fill(staffPassword);
  await page.getByRole('button', { name: 'Add a passkey' }).click();
  await page.getByText('This browser or passkey does not work here').waitFor();
  t.pass('the same authenticator makes no second passkey');
  await lookAt(t, page, 'new-passkey');

  await page.goto(`${origin}/security`);
  await page.getByText('Set up an app', { exact: true }).first().click();
  await page.locator('#app-password').fill(staffPassword);
  await page.getByRole('button', { name: 'Set up an app' }).click();
  const secret = (await page.locator('[data-copy="secret"]').textContent()) ?? '';
  await lookAt(t, page, 'new-app');
  await page.getByLabel('Code of the app').fill(codeOf(secret.replaceAll(' ', '')));
  await page.getByRole('button', { name: 'Confirm' }).click();
  await page.getByText('Your second factors are changed.').waitFor();
  await lookAt(t, page, 'own-security');

  await page.getByText('Remove', { exact: true }).first().click();
  await page.locator('input[id^="pky_"]').fill(staffPassword);
  await page.getByRole('button', { name: 'Remove the passkey' }).click();
  await page.getByText('Your second factors are changed.').waitFor();
  await signOut(page);
  await signIn(page, 'ann');
  await page.getByLabel('Code of the app').first().waitFor();
  await lookAt(t, page, 'second-step');
  t.equal(await page.getByRole('button', { name: 'Use a passkey' }).count(), 0);
  await page
    .getByLabel('Code of the app')
    .first()
    .fill(codeOf(secret.replaceAll(' ', ''), 1));
  await page.getByRole('button', { name: 'Sign in', exact: true }).first().click();
  await page.getByRole('heading', { name: 'Overview' }).waitFor();
  t.same(faults, []);

  const { entries } = await room.admin.call('audit.list', { afterSequence: 0, limit: 100 });
  const proofs = entries.filter(({ action }) => action === 'staff.prove');
  t.match(
    proofs.map(({ detail }) => JSON.parse(detail) as object),
    [
      { factor: 'passkey', setUp: true, address: '127.0.0.1' },
      { factor: 'passkey', setUp: false },
      { factor: 'totp', setUp: false },
    ],
  );
});

t.test('what one proposes another approves, and is shown the first password', async (t) => {
  const author = await openBrowser();
  await setUpPasskey(author.page, 'bob');
  await author.page.goto(`${origin}/staff`);
  await author.page.getByLabel('Name for the sign-in').fill('new');
  await author.page.getByLabel('Full name').fill('Somebody New');
  await author.page.getByRole('button', { name: 'Add', exact: true }).click();
  await author.page.getByText('nothing has changed yet').waitFor();
  await lookAt(t, author.page, 'proposed');
  const address = author.page.url().replace(/\?.*/, '');

  await room.admin.call('staff.resetSecondFactor', { actor: 'test', name: 'ann', reason: 'a new start' });
  const other = await openBrowser();
  await setUpPasskey(other.page, 'ann');
  await other.page.goto(`${origin}/approvals`);
  await other.page.getByRole('link', { name: 'Add new to the staff as support' }).click();
  t.equal(other.page.url(), address);
  await lookAt(t, other.page, 'approval');
  await other.page.getByRole('button', { name: 'Approve it' }).click();
  await other.page.getByText('The second half of the first password').waitFor();
  await lookAt(t, other.page, 'approved');
  t.match(await room.services.context.store.read.staff.byName('new'), { role: 'support' });
  t.same([...author.faults, ...other.faults], []);
});
