// Signing in by way of identity providers, with Chromium, a whole Consign and a real provider: a customer at the portal and a member
// of staff at the console, configured live; to the provider and back across sites under the content policy, the provider's and
// our sign-out, a link made and ended, a provider that is away. On a telephone and a desktop; once without JavaScript.
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { X509Certificate } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import t from 'tap';
import { codeOf } from '../rig/totp-code.ts';
import {
  collectFaults,
  isTooWide,
  knownKeysFlag,
  launchChromium,
  takePicture,
  viewports,
} from '../rig/chromium.ts';
import { startIdentityProvider, type RunningProvider } from '../rig/identity-provider.ts';
import { auditPage } from '../rig/page-audit.ts';
import { startConsign, type RunningConsign } from '../rig/running-consign.ts';
import { readCertificates } from './portal-visit.ts';

const consign = await startConsign(t, {});
const { portal, console: staffConsole } = consign.endpoints;
const provider = await startIdentityProvider(t, {
  redirectUris: [`${portal}/sign-in/return/acme`, `${staffConsole}/sign-in/return/vendor`],
  afterSignOut: [`${portal}/sign-in`, `${staffConsole}/sign-in`],
});
const certificates = [...(await readCertificates(consign)), new X509Certificate(provider.certificate)];
const browser = await launchChromium(t, knownKeysFlag(certificates));
await configureProviders(consign, provider);
await consign.json('account', 'create', 'acme', '--title', 'Acme Ltd');
const invited = await consign.json<{ name: string; password: string }>('user', 'create', 'acme', 'kim');

/** What the test publishes, as an operator would. */
async function configureProviders(consign: RunningConsign, provider: RunningProvider): Promise<void> {
  const { issuer, clientId, clientSecretFile, authorityFile } = provider;
  const reached = {
    issuer,
    clientId,
    clientSecretFile,
    authorityFile,
    allowedNetworks: ['127.0.0.0/8', '::1'],
  };
  const acme = {
    ...reached,
    for: 'customers',
    name: 'acme',
    title: 'Acme sign-in',
    accounts: ['acme'],
    domains: ['acme.test'],
    createUsers: true,
  };
  const roles = { claim: 'groups', values: [{ value: 'operators', role: 'operator' }] };
  const vendor = {
    ...reached,
    for: 'staff',
    name: 'vendor',
    title: 'Our directory',
    nameClaim: 'preferred_username',
    roles,
    createUsers: true,
  };
  await consign.configure('db1/identityProviders', JSON.stringify([acme, vendor]));
}

async function openPage(browser: Browser, options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext(options);
  return await context.newPage();
}

async function signInThere(page: Page, person: string): Promise<void> {
  await page.getByRole('heading', { name: 'Acme sign-in' }).waitFor();
  await page.getByLabel('Your name').fill(person);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

/** From the portal's sign-in page by the address to the provider's. */
async function goToProvider(page: Page, email: string): Promise<void> {
  await page.goto(`${portal}/history`);
  await page.getByText('Sign in with your organization').click();
  await page.getByLabel('Your e-mail address').fill(email);
  await page.getByRole('button', { name: 'Go on' }).click();
  await page.getByRole('link', { name: 'Acme sign-in' }).click();
}

for (const [width, viewport] of Object.entries(viewports)) {
  for (const javaScriptEnabled of [true, false]) {
    const how = `${width}${javaScriptEnabled ? '' : ', without JavaScript'}`;
    t.test(`a customer comes by its address, and lands where it wanted to go, on a ${how}`, async (t) => {
      const name = `lee-${width}${javaScriptEnabled ? '' : '-plain'}`;
      const email = `${name}@acme.test`;
      provider.people.set(name, { email, email_verified: true, name: 'Lee', preferred_username: name });
      const page = await openPage(browser, { viewport, javaScriptEnabled });
      const faults = collectFaults(page);
      await page.goto(portal);
      t.notOk(await page.getByRole('link', { name: 'Acme sign-in' }).isVisible(), 'customers are not named');
      await goToProvider(page, email);
      await signInThere(page, name);
      await page.waitForURL(`${portal}/history`);
      await page.goto(`${portal}/account/security`);
      await page.getByRole('heading', { name: 'Your organization’s sign-in' }).waitFor();
      t.notOk(await isTooWide(page));
      await takePicture(page, `provider-${name}-security`);
      if (javaScriptEnabled) t.same(await auditPage(page), []);
      await signOut(page);
      await page.getByRole('heading', { name: 'You are signed out' }).waitFor();
      t.notOk(await isTooWide(page));
      await takePicture(page, `provider-${name}-signed-out`);
      await page.getByRole('link', { name: 'Sign out at Acme sign-in, too' }).click();
      await page.getByRole('button', { name: 'Yes' }).click();
      await page.waitForURL((url) => url.href.startsWith(`${portal}/sign-in`));
      t.same(faults, []);
      await page.context().close();
    });
  }
}

/** The menu that it is in is open without JavaScript, or is opened. */
async function signOut(page: Page): Promise<void> {
  const button = page.getByRole('button', { name: 'Sign out', exact: true });
  if (!(await button.first().isVisible())) await page.locator('summary').first().click();
  await button.first().click();
}

t.test('refusals are pages with the password beside; an answer of another browser is none', async (t) => {
  provider.people.set('unverified', { email: 'x@acme.test', email_verified: false });
  const page = await openPage(browser, { viewport: viewports.phone });
  const faults = collectFaults(page);
  await goToProvider(page, 'x@acme.test');
  await page.getByLabel('Your name').fill('unverified');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('does not confirm your e-mail address').waitFor();
  t.ok(await page.getByLabel('Password').isVisible());
  t.notOk(await isTooWide(page));
  t.same(await auditPage(page), []);
  await takePicture(page, 'provider-refused');
  await page.goto(`${portal}/sign-in/return/acme?code=stolen&state=stolen`);
  await page.getByText('This sign-in was begun elsewhere').waitFor();
  t.notMatch(await page.content(), /stolen/, 'what came in the address is in no page');
  t.same(
    faults.filter((fault) => !fault.includes('403')),
    [],
  );
  await page.context().close();
});

t.test('a person links itself with its password, comes by the link, and ends it', async (t) => {
  provider.people.set('kim', { email: 'kim@home.test', email_verified: true });
  const page = await openPage(browser, { viewport: viewports.phone });
  const faults = collectFaults(page);
  await page.goto(`${portal}/account/security`);
  await page.getByLabel('User name').fill(invited.name);
  await page.getByLabel('Password', { exact: true }).fill(invited.password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByText('Link Acme sign-in').first().click();
  const form = page.locator('form[action="/account/security/providers"]');
  await form.getByLabel('Your password').fill(invited.password);
  await form.getByRole('button').click();
  await page.getByRole('link', { name: 'Go on to Acme sign-in' }).click();
  await signInThere(page, 'kim');
  await page.waitForURL(`${portal}/account/security`);
  await page.getByText('last used').first().waitFor();
  await takePicture(page, 'provider-linked');
  await page.getByText('Remove the link').first().click();
  const remove = page.locator('form[action$="/remove"]');
  await remove.getByLabel('Your password').fill(invited.password);
  await remove.getByRole('button').click();
  await page.getByText('Link Acme sign-in').first().waitFor();
  t.same(faults, []);
  await page.context().close();
});

for (const [width, viewport] of Object.entries(viewports)) {
  t.test(`a member of staff comes by the vendor’s own, on a ${width}`, async (t) => {
    const name = `ann-${width}`;
    provider.people.set(name, { preferred_username: name, name: 'Ann', groups: ['operators'] });
    const page = await openPage(browser, { viewport });
    const faults = collectFaults(page);
    await page.goto(`${staffConsole}/audit`);
    await page.getByRole('heading', { name: 'Sign in', exact: true }).waitFor();
    t.notOk(await isTooWide(page));
    t.same(await auditPage(page), []);
    await takePicture(page, `provider-console-${width}`);
    await page.getByRole('link', { name: 'Our directory' }).click();
    await signInThere(page, name);
    // The provider says nothing of a second factor, so ours is set up.
    await page.getByRole('heading', { name: 'Set up the second factor' }).waitFor();
    const secret = (await page.locator('[data-copy=secret]').textContent()) ?? '';
    await page.getByLabel('Code of the app').fill(codeOf(secret.replaceAll(' ', '')));
    await page.getByRole('button', { name: 'Confirm' }).click();
    await page.getByRole('link', { name: 'I have kept them' }).click();
    await page.waitForURL(`${staffConsole}/audit`);
    await page.goto(`${staffConsole}/security`);
    await page.getByRole('heading', { name: 'Identity providers' }).waitFor();
    t.notOk(await isTooWide(page));
    await takePicture(page, `provider-console-own-${width}`);
    await signOut(page);
    await page.getByRole('link', { name: 'Sign out at Our directory, too' }).waitFor();
    await page.goto(`${staffConsole}/sign-in?next=/nodes`);
    await page.getByRole('link', { name: 'Our directory' }).click();
    // The provider's own session has not ended: nothing is typed, and ours is asked for again.
    await page.getByRole('heading', { name: 'Second step' }).waitFor();
    t.same(faults, []);
    await page.context().close();
  });
}

t.test('while the provider is away the page says so, and the password is there', async (t) => {
  await provider.close();
  // With another secret its description is asked for anew, as it is after an hour.
  await writeFile(provider.clientSecretFile, 'another secret');
  const page = await openPage(browser, { viewport: viewports.phone });
  await goToProvider(page, 'lee@acme.test');
  await page.getByText('cannot be reached now').waitFor();
  await takePicture(page, 'provider-away');
  await page.getByLabel('User name').fill(invited.name);
  await page.getByLabel('Password', { exact: true }).fill(invited.password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.waitForURL(`${portal}/history`);
  t.notMatch(await consign.readLogs(), provider.clientSecret, 'no log has the secret');
  const { stdout } = await consign.run('config', 'show');
  t.notMatch(stdout, provider.clientSecret, 'nor has what commands show');
  await page.context().close();
});
