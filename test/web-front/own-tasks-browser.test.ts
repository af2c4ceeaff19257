// What people do for themselves in the portal, in Chromium with the real internal-db: profile, password, members, tokens, SSH
// keys, and the history as a file. Each is held to what the page says afterwards and to the database and audit log behind it.
import { readFile } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import type { Page } from 'playwright-core';
import t from 'tap';
import type { UserRole } from '#commlink/methods/people-fields.ts';
import { recentProofMs } from '#internal-db/limits.ts';
import { newRecordId } from '#internal-db/record-id.ts';
import { hashSecret } from '#internal-db/secret-token.ts';
import { newestAudit } from '../internal-db/support/newest-audit.ts';
import { plainGrant } from '../internal-db/support/running-room.ts';
import { makeKey } from '../internal-db/ssh-keys/made-keys.ts';
import { collectFaults, launchChromium, takePicture, viewports } from '../rig/chromium.ts';
import { auditPage } from '../rig/page-audit.ts';
import { startPortalWithDatabase } from './portal-with-database.ts';

const actor = 'test:operator';
const account = 'analytical';
const ownerPassword = 'correct horse battery';
const newPassword = 'seven quiet lighthouse keepers';
const file = { name: 'engine.tar.gz', sizeBytes: 5, sha256: 'ab'.repeat(32), platform: 'linux-x64' };

const portal = await startPortalWithDatabase(t);
const { store } = portal.services.context;
await portal.admin.call('account.create', { actor, name: account, displayName: 'Analytical Engines Ltd' });
await addPerson('ada', 'Ada Lovelace', 'owner');
await addPerson('grace', 'Grace Hopper', 'downloader');
const browser = await launchChromium(t);

async function addPerson(name: string, displayName: string, role: UserRole): Promise<void> {
  const person = { actor, account, name, displayName, password: ownerPassword };
  await portal.admin.call('user.create', person);
  const { id } = await userNamed(name);
  await store.transaction((transaction) => transaction.people.setRole(id, role));
}

/** A browser of its own, in which somebody is signed in. */
async function openSignedIn(username: string, password = ownerPassword) {
  const context = await browser.newContext({ ignoreHTTPSErrors: true, viewport: viewports.desktop });
  const page = await context.newPage();
  const faults = collectFaults(page);
  await signIn(page, username, password);
  await page.waitForURL(`${portal.origin}/`);
  return { context, page, faults };
}

async function signIn(page: Page, username: string, password: string): Promise<void> {
  await page.goto(`${portal.origin}/sign-in`);
  await page.getByLabel('User name').fill(username);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}

/** The browser notes a form that was refused, as it should be. */
const isNoRefusal = (fault: string): boolean => !fault.includes('status of 422');

async function userNamed(name: string) {
  const found = await store.read.accounts.userByName(name);
  if (!found) throw new Error(`There is no user ${name}.`);
  return found.user;
}

t.test('the profile is changed, and the password, which ends the session elsewhere', async (t) => {
  const { context, page, faults } = await openSignedIn('grace');
  const elsewhere = await openSignedIn('grace');
  await page.goto(`${portal.origin}/account`);
  const profile = page.getByRole('region', { name: 'Profile' });
  await profile.getByLabel('Your name').fill('Rear Admiral Hopper');
  await profile.getByLabel('Language of your mails').selectOption('de');
  await profile.getByRole('button', { name: 'Save' }).click();
  await profile.getByText('Saved.').waitFor();
  t.equal(await profile.getByLabel('Your name').inputValue(), 'Rear Admiral Hopper');
  t.match(await userNamed('grace'), { displayName: 'Rear Admiral Hopper', language: 'de' });
  const author = { actor: 'user:grace', subject: account };
  t.match(await newestAudit(store.read, 'profile.update'), {
    ...author,
    detail: { displayName: 'Rear Admiral Hopper' },
  });

  const before = (await userNamed('grace')).passwordHash;
  const part = page.getByRole('region', { name: 'Password' });
  const change = async (current: string): Promise<void> => {
    await part.getByLabel('Current password').fill(current);
    await part.getByLabel('New password').fill(newPassword);
    await part.getByRole('button', { name: 'Change the password' }).click();
  };
  await change('not the password');
  await part.getByText('Your password is a different one. Type it again.').waitFor();
  t.equal((await userNamed('grace')).passwordHash, before);
  await change(ownerPassword);
  await part.getByText('Your password is changed, and your other sessions have ended.').waitFor();
  t.same(await auditPage(page), []);
  t.match(await newestAudit(store.read, 'password.change'), author);
  const { id } = await userNamed('grace');
  t.equal((await store.read.sessions.liveSessionsOf(id, Date.now(), 10)).length, 1, 'this one goes on');
  await elsewhere.page.goto(`${portal.origin}/account`);
  await elsewhere.page.waitForURL(/\/sign-in/);
  await signIn(elsewhere.page, 'grace', ownerPassword);
  await elsewhere.page.getByText('User name and password do not fit together.').waitFor();
  await signIn(elsewhere.page, 'grace', newPassword);
  await elsewhere.page.waitForURL(`${portal.origin}/`);
  t.same(faults.filter(isNoRefusal), []);
  await context.close();
  await elsewhere.context.close();
});

t.test('an owner gives a member another role, with the password, and removes them', async (t) => {
  await addPerson('kim', 'Kim', 'downloader');
  const theirs = await openSignedIn('kim');
  const { context, page, faults } = await openSignedIn('ada');
  const database = new DatabaseSync(portal.cluster.config.databaseFile);
  database.prepare('UPDATE sessions SET created_at_ms = created_at_ms - ?').run(recentProofMs + 1000);
  database.close();
  await page.goto(`${portal.origin}/members`);
  const row = page.locator('main li').filter({ hasText: 'kim' });
  const makeOwner = async (password: string): Promise<void> => {
    await row.getByText('Change Kim').click();
    await row.getByLabel('Your password').fill(password);
    await row.getByRole('button', { name: 'Make an owner' }).click();
  };
  await makeOwner('not the password');
  await page.getByRole('alert').getByText('Your password is a different one.').waitFor();
  t.equal((await userNamed('kim')).role, 'downloader');
  await makeOwner(ownerPassword);
  await row.locator('.tag', { hasText: 'Owner' }).waitFor();
  t.equal((await userNamed('kim')).role, 'owner');
  const author = { actor: 'user:ada', subject: account };
  const detail = { user: 'kim', role: 'owner', before: 'downloader' };
  t.match(await newestAudit(store.read, 'member.changeRole'), { ...author, detail });
  await theirs.page.goto(`${portal.origin}/members`);
  await theirs.page.getByRole('heading', { level: 1, name: 'Members' }).waitFor();

  await row.getByText('Change Kim').click();
  t.equal(await row.getByLabel('Your password').count(), 0, 'the proof counts for a while');
  await row.getByRole('button', { name: 'Remove Kim' }).click();
  await row.waitFor({ state: 'detached' });
  t.same(await auditPage(page), []);
  t.equal(await store.read.accounts.userByName('kim'), undefined);
  t.match(await newestAudit(store.read, 'member.remove'), {
    ...author,
    detail: { user: 'kim', sessions: 1 },
  });
  await theirs.page.reload();
  await theirs.page.waitForURL(/\/sign-in/);
  t.same(faults.filter(isNoRefusal), []);
  await context.close();
  await theirs.context.close();
});

t.test('a token is made, works, and is revoked', async (t) => {
  const { context, page, faults } = await openSignedIn('ada');
  await page.goto(`${portal.origin}/tokens`);
  await page.getByLabel('What is it for?').fill('build server');
  await page.getByLabel('What may it do?').selectOption('read');
  await page.getByLabel('Valid for how many days?').fill('30');
  await page.getByRole('button', { name: 'Make the token' }).click();
  await page.getByText('The token “build server” is made.').waitFor();
  t.same(await auditPage(page), []);
  const secret = (await page.locator('[data-copy=token]').textContent()) ?? '';
  const ask = () =>
    context.request.get(`${portal.origin}/api/v1/products`, {
      headers: { authorization: `Bearer ${secret}` },
    });
  t.equal((await ask()).status(), 200);
  const made = (await store.read.sessions.tokenByHash(hashSecret(secret)))?.token;
  t.match(made, { name: 'build server', scopes: ['read'], revokedAtMs: null });
  t.equal((made?.expiresAtMs ?? 0) - (made?.createdAtMs ?? 0), 30 * 86_400_000);
  const author = { actor: 'user:ada', subject: account };
  t.match(await newestAudit(store.read, 'token.create'), {
    ...author,
    detail: { token: made?.id, name: 'build server' },
  });
  await page.goto(`${portal.origin}/tokens`);
  t.notMatch(await page.content(), secret, 'shown once');
  await page.getByRole('button', { name: 'Revoke build server' }).click();
  await page.getByText('You have no token yet.').waitFor();
  t.equal((await ask()).status(), 401);
  t.match(await newestAudit(store.read, 'token.revoke'), { ...author, detail: { token: made?.id } });
  t.same(faults, []);
  await context.close();
});

t.test('an SSH key is put in and removed', async (t) => {
  const { context, page, faults } = await openSignedIn('ada');
  const { line, blob, privateText } = makeKey(portal.cluster.directory, '-t ed25519');
  await page.goto(`${portal.origin}/ssh-keys`);
  const add = async (text: string): Promise<void> => {
    await page.getByLabel('Public key', { exact: true }).fill(text);
    await page.getByLabel('What do you call it?').fill('laptop');
    await page.getByRole('button', { name: 'Add the key' }).click();
  };
  const { id } = await userNamed('ada');
  await add(privateText);
  await page.getByRole('alert').getByText('This is a private key').waitFor();
  t.same(await store.read.sshKeys.sshKeysOf(id), []);
  await add(line);
  await page.getByRole('button', { name: 'Remove laptop' }).waitFor();
  t.same(await auditPage(page), []);
  const [key] = await store.read.sshKeys.sshKeysOf(id);
  t.match(key, { name: 'laptop', keyType: 'ssh-ed25519', expiresAtMs: null });
  t.ok(blob.equals(key?.publicKey ?? new Uint8Array()), 'the very key');
  const author = { actor: 'user:ada', subject: account };
  const added = (await newestAudit(store.read, 'sshKey.add')) as { detail: { fingerprint: string } };
  t.match(added, { ...author, detail: { key: key?.id, name: 'laptop' } });
  t.match(await page.getByRole('table').innerText(), added.detail.fingerprint);
  await page.getByRole('button', { name: 'Remove laptop' }).click();
  await page.getByText('You have no key yet.').waitFor();
  t.same(await store.read.sshKeys.sshKeysOf(id), []);
  t.match(await newestAudit(store.read, 'sshKey.remove'), { ...author, detail: { key: key?.id } });
  t.same(faults.filter(isNoRefusal), []);
  await context.close();
});

const isoTime = (atMs: number): string => new Date(atMs).toISOString();

t.test('what was downloaded is in the history, and in the file that it is saved as', async (t) => {
  await portal.admin.call('product.create', { actor, name: 'engine', title: 'Engine', description: '' });
  const files = [{ ...file, mediaType: 'application/gzip' }];
  const release = { product: 'engine', version: '1.0.0', channel: 'stable', draft: false, files };
  await portal.admin.call('release.publish', { actor, ...release });
  await portal.admin.call('entitlement.grant', { ...plainGrant, account, product: 'engine' });
  const { context, page, faults } = await openSignedIn('ada');
  await page.goto(`${portal.origin}/products/engine/1.0.0`);
  await page.getByRole('button', { name: 'Download engine.tar.gz' }).click();
  await page.waitForURL(/\/deliveries\/dlv_/);
  const delivery = /dlv_[\w-]+/.exec(page.url())?.[0] ?? '';
  const endedAtMs = Date.now();
  await portal.report({
    type: 'download',
    download: newRecordId('dlv'),
    delivery,
    account,
    path: 'engine/1.0.0/engine.tar.gz',
    protocol: 'sftp',
    address: '203.0.113.9',
    principal: 'user:ada',
    offsetBytes: 0,
    sentBytes: 5,
    sizeBytes: 5,
    startedAtMs: endedAtMs - 1000,
    endedAtMs,
    outcome: 'complete',
  });
  t.match(await newestAudit(store.read, 'delivery.request'), { actor: 'user:ada' });
  await page.goto(`${portal.origin}/history`);
  t.match(await page.getByRole('table').innerText(), /engine\.tar\.gz[\s\S]*203\.0\.113\.9[\s\S]*complete/);
  await takePicture(page, 'own-tasks-history');
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: 'Save as CSV' }).click(),
  ]);
  t.equal(download.suggestedFilename(), 'downloads.csv');
  const [head, ...lines] = (await readFile(await download.path(), 'utf8')).trimEnd().split('\r\n');
  t.match(head, 'began,ended,product,version,file,person,');
  t.same(lines, [
    `${isoTime(endedAtMs - 1000)},${isoTime(endedAtMs)},engine,1.0.0,engine.tar.gz,ada,` +
      `sftp,203.0.113.9,0,5,5,complete,${delivery}`,
  ]);
  t.same(faults, []);
  await context.close();
});
