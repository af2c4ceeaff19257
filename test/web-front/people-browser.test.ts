// A person's first days in Chromium, with the real internal-db: invited by mail, second steps set up and used, a passkey
// of a virtual authenticator, sessions ended elsewhere, a forgotten password. CONSIGN_SCREENSHOTS=<folder> keeps pictures.
import type { BrowserContext, Page } from 'playwright-core';
import t, { type Test } from 'tap';
import { collectFaults, launchChromium, takePicture, viewports } from '../rig/chromium.ts';
import { auditPage } from '../rig/page-audit.ts';
import { looks } from '../rig/page-walk.ts';
import { signOut } from '../rig/sign-out.ts';
import { startPortalWithDatabase } from './portal-with-database.ts';
import { awaitLink } from './read-mails.ts';
import { codeOf } from '../rig/totp-code.ts';

const actor = 'test:operator';
const ownerPassword = 'correct horse battery';
const firstPassword = 'seven quiet lighthouse keepers';
const secondPassword = 'nine loud pavement artists';
const email = 'grace@analytical.example';

const portal = await startPortalWithDatabase(t);
await portal.admin.call('account.create', {
  actor,
  name: 'analytical',
  displayName: 'Analytical Engines Ltd',
});
const ada = { account: 'analytical', name: 'ada', displayName: 'Ada Lovelace', password: ownerPassword };
await portal.admin.call('user.create', { actor, ...ada });
const browser = await launchChromium(t);

/** A browser of its own. */
async function openBrowser(options: Parameters<typeof browser.newContext>[0] = {}) {
  const context = await browser.newContext({
    ignoreHTTPSErrors: true,
    viewport: viewports.desktop,
    // A colour that is on its way from one scheme to the other is no finding.
    reducedMotion: 'reduce',
    ...options,
  });
  const page = await context.newPage();
  return { context, page, faults: collectFaults(page) };
}

/** Looks at the page as it stands, on both screens, in one colour scheme each: nothing cut off, nothing for axe-core. */
async function lookAt(t: Test, page: Page, name: string): Promise<void> {
  for (const { name: look, viewport, colorScheme } of looks) {
    await page.setViewportSize(viewport);
    await page.emulateMedia({ colorScheme });
    t.same(await auditPage(page), [], `${name}, ${look}`);
    await takePicture(page, `people-${name}-${look}`);
  }
}

async function signIn(page: Page, username: string, password: string): Promise<void> {
  await page.goto(`${portal.origin}/sign-in`);
  await page.getByLabel('User name').fill(username);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}

/** An authenticator without a person: says yes at once. */
async function plugInAuthenticator(context: BrowserContext, page: Page): Promise<void> {
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
}

t.test(
  'a person is invited, makes the account safe, comes in three ways, and gets a new password',
  async (t) => {
    const owner = await openBrowser();
    await signIn(owner.page, 'ada', ownerPassword);
    await owner.page.goto(`${portal.origin}/members`);
    await owner.page.getByLabel('E-mail address').fill(email);
    await owner.page.getByRole('button', { name: 'Send the invitation' }).click();
    await owner.page.getByText(`An invitation is on its way to ${email}`).waitFor();

    const { context, page, faults } = await openBrowser();
    const invitation = await awaitLink(portal.mailFolder, { recipient: email, page: 'invitation' });
    await page.goto(invitation);
    await lookAt(t, page, 'invitation');
    await page.getByLabel('Your name').fill('Grace Hopper');
    await page.getByLabel('User name').fill('ada');
    await page.getByLabel('Password').fill(firstPassword);
    await page.getByRole('button', { name: 'Join' }).click();
    await page.getByRole('alert').getByText('Somebody has this user name already.').waitFor();
    await page.getByLabel('User name').fill('grace');
    await page.getByLabel('Password').fill(firstPassword);
    await page.getByRole('button', { name: 'Join' }).click();
    await page.getByRole('heading', { name: 'Welcome, Grace Hopper' }).waitFor();
    await lookAt(t, page, 'welcome');
    await owner.page.goto(`${portal.origin}/members`);
    await owner.page.getByText('Change Grace Hopper').click();
    await lookAt(t, owner.page, 'members');
    await page.getByRole('link', { name: 'Set up a second step' }).click();

    await page.getByText('Set it up').first().click();
    await page.locator('#totp-password').fill(firstPassword);
    await page.getByRole('button', { name: 'Set it up' }).click();
    await page.getByRole('img', { name: /QR code/ }).waitFor();
    await lookAt(t, page, 'totp');
    const secret = (await page.locator('[data-copy^="the key"]').textContent())?.replaceAll(' ', '') ?? '';
    // Each counts once, and internal-db takes those of neighbouring steps.
    const firstCode = codeOf(secret);
    await page.getByLabel('Six-digit code').fill(firstCode);
    await page.getByRole('button', { name: 'Turn it on' }).click();
    await page.getByRole('heading', { name: 'Keep your recovery codes' }).waitFor();
    await lookAt(t, page, 'recovery-codes');
    const recoveryCode = (await page.locator('.secrets code').first().textContent()) ?? '';
    await page.getByRole('link', { name: 'I have kept them' }).click();

    await signOut(page);
    await signIn(page, 'grace', firstPassword);
    await page.getByRole('heading', { name: 'One more step' }).waitFor();
    await lookAt(t, page, 'second-step');
    await page.getByLabel('Six-digit code').fill(firstCode);
    await page.getByRole('button', { name: 'Sign in' }).first().click();
    await page.getByText('was used before').waitFor();
    await page.getByLabel('Six-digit code').fill(codeOf(secret, 1));
    await page.getByRole('button', { name: 'Sign in' }).first().click();
    await page.waitForURL(`${portal.origin}/`);

    await plugInAuthenticator(context, page);
    await page.goto(`${portal.origin}/account/security`);
    await page.getByText('Add a passkey').first().click();
    await page.getByLabel('What do you call it?').fill('My laptop');
    await page.locator('#passkey-password').fill(firstPassword);
    await page.getByRole('button', { name: 'Add a passkey' }).click();
    await page.getByText('My laptop').waitFor();
    await page.waitForURL(/\/account\/security$/);
    await signOut(page);
    await lookAt(t, page, 'sign-in');
    await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
    await page.waitForURL(`${portal.origin}/`);

    const elsewhere = await openBrowser();
    await signIn(elsewhere.page, 'grace', firstPassword);
    await elsewhere.page.getByText('You do not have your device?').click();
    await elsewhere.page.getByLabel('Recovery code').fill(recoveryCode);
    await elsewhere.page.locator('details').getByRole('button', { name: 'Sign in' }).click();
    await elsewhere.page.waitForURL(`${portal.origin}/`);
    await page.goto(`${portal.origin}/account/security`);
    t.equal(await page.getByRole('button', { name: /^Sign out Chrome/ }).count(), 1, 'one other session');
    await lookAt(t, page, 'security');
    await page.getByRole('button', { name: 'Sign out everywhere else' }).click();
    await page.waitForURL(/\/account\/security$/);
    await elsewhere.page.goto(`${portal.origin}/deliveries`);
    await elsewhere.page.waitForURL(/\/sign-in\?next=%2Fdeliveries$/);

    const members = await page.request.get(`${portal.origin}/members`);
    t.equal(members.status(), 403, 'a downloader does not see the members');
    await page.goto(`${portal.origin}/account`);
    await lookAt(t, page, 'account');
    await forgetPassword(t, elsewhere.page);
    await page.goto(`${portal.origin}/account`);
    await page.waitForURL(/\/sign-in/);
    await signIn(page, 'grace', secondPassword);
    await page.getByRole('button', { name: 'Use a passkey' }).click();
    await page.waitForURL(`${portal.origin}/`);
    const isRefusal = (fault: string) => fault.includes('status of 422');
    t.equal(faults.filter(isRefusal).length, 2, 'the browser noted both refused forms');
    t.same(
      faults.filter((fault) => !isRefusal(fault)),
      [],
      'no script fails and the content policy is kept',
    );
    for (const opened of [owner, elsewhere]) await opened.context.close();
    await context.close();
  },
);

/** Asks for a new password and sets it, in a browser that nobody is signed in with. */
async function forgetPassword(t: Test, page: Page): Promise<void> {
  await page.goto(`${portal.origin}/sign-in`);
  await page.getByRole('link', { name: 'Forgotten your password?' }).click();
  await lookAt(t, page, 'forgotten-password');
  await page.getByLabel('E-mail address').fill(email);
  await page.getByRole('button', { name: 'Send the link' }).click();
  await page.getByRole('heading', { name: 'Look into your mail' }).waitFor();
  await lookAt(t, page, 'reset-sent');
  await page.goto(await awaitLink(portal.mailFolder, { recipient: email, page: 'reset-password' }));
  await lookAt(t, page, 'reset-password');
  await page.getByLabel('New password').fill(secondPassword);
  await page.getByRole('button', { name: 'Set the password' }).click();
  await page.getByRole('heading', { name: 'The password is changed' }).waitFor();
}
