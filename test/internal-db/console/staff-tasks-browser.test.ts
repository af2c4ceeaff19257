// What staff do for customers and colleagues in the course of a week, in real Chromium: an entitlement extended, a customer
// suspended and let in again, "why" at a past moment, a new customer, a colleague's role and access, an alert that comes and goes.
// Each is held to what the page says afterwards and to the store and audit log behind it.
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Page } from 'playwright-core';
import t from 'tap';
import type { StaffRole } from '#commlink/methods/administration-fields.ts';
import { launchChromium, takePicture } from '../../rig/chromium.ts';
import { auditPage } from '../../rig/page-audit.ts';
import { awaitLink } from '../../web-front/read-mails.ts';
import { newestAudit } from '../support/newest-audit.ts';
import { plainGrant, seedRoom, signIn, startRoom } from '../support/running-room.ts';
import { openStaffPage } from './staff-page.ts';
import { openStaffSession } from './staff-browser.ts';
import { staffPassword } from './staff-visitor.ts';

const dayMs = 86_400_000;
const room = await startRoom(t, [], {
  portalUrl: 'https://portal.vendor.example',
  mail: { kind: 'folder', from: 'portal@vendor.example' },
});
const { password } = await seedRoom(room);
const { store } = room.services.context;
const browser = await launchChromium(t);
const origin = `https://127.0.0.1:${room.services.console.port}`;

const openPage = (role: StaffRole) => openStaffPage(room, browser, { role });

async function openCustomer(page: Page, name: string): Promise<void> {
  await page.goto(origin);
  await page.getByRole('link', { name: 'Customers', exact: true }).click();
  await page.getByRole('link', { name }).click();
  await page.getByRole('heading', { level: 1, name }).waitFor();
}

t.test('an entitlement that has ended is extended, after its preview', async (t) => {
  const { admin } = room;
  const grant = { ...plainGrant, account: 'acme', product: 'viewer', notAfterMs: Date.now() - dayMs };
  await admin.call('product.create', { actor: 'test', name: 'viewer', title: 'Viewer', description: '' });
  const file = { name: 'viewer.bin', sizeBytes: 7, sha256: 'cd'.repeat(32), platform: 'linux-x64' };
  const files = [{ ...file, mediaType: 'application/octet-stream' }];
  const release = { product: 'viewer', version: '3.0.0', channel: 'stable', draft: false, files };
  await admin.call('release.publish', { actor: 'test', ...release });
  const { id } = (await admin.call('entitlement.grant', grant)).entitlement;
  const until = new Date(Date.now() + 365 * dayMs).toISOString().slice(0, 10);

  const { page, faults } = await openPage('support');
  await openCustomer(page, 'Acme');
  await page.getByRole('link', { name: /^All \(/ }).click();
  await page.getByRole('link', { name: 'viewer', exact: true }).click();
  const form = page.getByRole('region', { name: 'Extend' });
  await form.getByLabel('Until, that day included').fill(until);
  await form.getByLabel('Reason').fill('Renewed, order 2026-207');
  await form.getByRole('button', { name: 'Preview the extension' }).click();
  await page.getByText('Nothing is changed yet. Reason: “Renewed, order 2026-207”').waitFor();
  t.match(await page.getByRole('region', { name: 'Gained' }).innerText(), /3\.0\.0\s+viewer\.bin/);
  t.same(await auditPage(page), []);
  t.equal(
    (await store.read.entitlements.byId(id))?.notAfterMs,
    grant.notAfterMs,
    'a preview changes nothing',
  );
  await page.getByRole('button', { name: 'Extend', exact: true }).click();
  await page.getByText('Extended.', { exact: true }).waitFor();
  const endsAtMs = Date.parse(until) + dayMs - 1;
  t.equal((await store.read.entitlements.byId(id))?.notAfterMs, endsAtMs, 'that day included');
  t.match(await newestAudit(store.read, 'entitlement.extend'), {
    actor: 'staff:support-ann',
    detail: { entitlement: id, reason: 'Renewed, order 2026-207' },
  });
  await page.getByRole('link', { name: 'viewer', exact: true }).click();
  t.match(await page.getByRole('region', { name: 'History' }).innerText(), /Extended from .* Renewed/);
  t.same(faults, []);
  await page.context().close();
});

t.test('a customer is suspended, was not yesterday, and is let in again', async (t) => {
  agePast();
  const session = await signIn(room, password);
  const { page, faults } = await openPage('operator');
  await openCustomer(page, 'Acme');
  await page.getByText('Suspend this customer').first().click();
  await page.getByLabel('Reason for suspending').fill('Does not pay');
  await page.getByRole('button', { name: 'Suspend this customer' }).click();
  await page.getByText('The state of the account is changed.').waitFor();
  await page.locator('.tag', { hasText: 'suspended' }).first().waitFor();
  t.equal((await store.read.accounts.byName('acme'))?.state, 'suspended');
  t.match(await newestAudit(store.read, 'account.suspend'), {
    actor: 'staff:operator-ann',
    subject: 'acme',
    detail: { reason: 'Does not pay' },
  });
  t.match(await room.webFront.call('session.describe', { session }), { valid: false }, 'signed out at once');
  await t.rejects(signIn(room, password), /not signed in/);

  await page.getByRole('link', { name: 'Why, or why not?' }).last().click();
  await page.getByLabel('Product').fill('tool');
  await page.getByRole('button', { name: 'Explain' }).click();
  await page.getByRole('heading', { name: 'tool/1.0.0 no: account_suspended' }).waitFor();
  t.equal(await page.getByLabel('Customer').inputValue(), 'acme', 'the question stays in the form');
  const yesterday = new Date(Date.now() - dayMs).toISOString().slice(0, 16);
  await page.getByLabel('At (UTC)').fill(yesterday);
  await page.getByRole('button', { name: 'Explain' }).click();
  await page.getByRole('heading', { name: 'tool/1.0.0 yes' }).waitFor();
  t.same(await auditPage(page), []);
  await takePicture(page, 'staff-task-why-yesterday');
  await page.getByLabel('At (UTC)').fill(new Date(Date.now() - 20 * dayMs).toISOString().slice(0, 16));
  await page.getByRole('button', { name: 'Explain' }).click();
  await page.getByRole('heading', { name: /no: account_unknown$/ }).waitFor();

  await openCustomer(page, 'Acme');
  await page.getByText('Lift the suspension').first().click();
  await page.getByLabel('Reason for lifting it').fill('Has paid');
  await page.getByRole('button', { name: 'Lift the suspension' }).click();
  await page.getByText('The state of the account is changed.').waitFor();
  t.equal((await store.read.accounts.byName('acme'))?.state, 'active');
  t.match(await newestAudit(store.read, 'account.activate'), {
    subject: 'acme',
    detail: { reason: 'Has paid' },
  });
  t.ok(await signIn(room, password), 'its people sign in again');
  t.same(faults, []);
  await page.context().close();
});

/** As if the seeded customer and product had been there for ten days. */
function agePast(): void {
  const database = new DatabaseSync(room.cluster.config.databaseFile);
  for (const table of ['accounts', 'products', 'releases', 'artifacts'])
    database.prepare(`UPDATE ${table} SET created_at_ms = created_at_ms - ?`).run(10 * dayMs);
  database.prepare('UPDATE releases SET published_at_ms = published_at_ms - ?').run(10 * dayMs);
  database.prepare('UPDATE entitlements SET granted_at_ms = granted_at_ms - ?').run(10 * dayMs);
  database.close();
}

t.test('a new customer is made, and the first owner invited', async (t) => {
  const { page, faults } = await openPage('support');
  await page.goto(`${origin}/accounts`);
  await page.getByRole('link', { name: 'New customer' }).click();
  const type = async (account: string): Promise<void> => {
    await page.getByLabel('Name', { exact: true }).fill('Analytical Engines Ltd');
    await page.getByLabel('Account', { exact: true }).fill(account);
    await page.getByLabel('E-mail address').fill('ada@analytical.example');
    await page.getByRole('button', { name: 'Create the customer' }).click();
  };
  await type('acme');
  await page.getByRole('alert').waitFor();
  t.equal(await page.getByLabel('E-mail address').inputValue(), 'ada@analytical.example', 'what was typed');
  await type('analytical');
  await page.getByText('The customer is created, and the invitation is on its way.').waitFor();
  await page.getByRole('heading', { level: 1, name: 'Analytical Engines Ltd' }).waitFor();
  t.match(await page.getByRole('region', { name: 'People' }).innerText(), 'ada@analytical.example');
  t.same(await auditPage(page), []);
  const account = await store.read.accounts.byName('analytical');
  t.match(account, { displayName: 'Analytical Engines Ltd', state: 'active' });
  t.match(await store.read.people.openInvitationsOf(account?.id ?? '', Date.now()), [
    { email: 'ada@analytical.example', role: 'owner' },
  ]);
  t.match(await newestAudit(store.read, 'account.create'), {
    actor: 'staff:support-ann',
    subject: 'analytical',
  });
  t.match(await newestAudit(store.read, 'member.invite'), {
    actor: 'staff:support-ann',
    subject: 'analytical',
  });
  const folder = path.join(room.cluster.directory, 'mail');
  const link = await awaitLink(folder, { recipient: 'ada@analytical.example', page: 'invitation' });
  t.match(link, /^https:\/\/portal\.vendor\.example\/invitation\?token=/);
  t.same(
    faults.filter((fault) => !fault.includes('status of 422')),
    [],
  );
  await page.context().close();
});

/** Does one of the changes of a colleague on the page of staff. */
async function changeColleague(page: Page, name: string, change: { button: string; reason: string }) {
  const row = page.getByRole('row').filter({ hasText: name });
  await row.getByText('Change', { exact: true }).click();
  const form = row.locator('form', { has: page.getByRole('button', { name: change.button }) });
  if (change.button === 'Change the role') await form.getByLabel('Role').selectOption('auditor');
  await form.getByLabel('Reason').fill(change.reason);
  await form.getByRole('button', { name: change.button }).click();
}

t.test('a colleague gets another role, is ended, and readmitted', async (t) => {
  const colleague = await openPage('support');
  await openCustomer(colleague.page, 'Acme');
  await colleague.page.getByRole('link', { name: 'Grant an entitlement' }).waitFor();
  const { page, faults } = await openPage('operator');
  await page.goto(origin);
  await page.getByRole('link', { name: 'Staff', exact: true }).click();
  await changeColleague(page, 'support-ann', { button: 'Change the role', reason: 'Audits now' });
  await page.getByText('Changed.', { exact: true }).waitFor();
  t.equal((await store.read.staff.byName('support-ann'))?.role, 'auditor');
  const author = { actor: 'staff:operator-ann', subject: 'support-ann' };
  t.match(await newestAudit(store.read, 'staff.setRole'), { ...author, detail: { reason: 'Audits now' } });
  await colleague.page.reload();
  t.equal(await colleague.page.getByRole('link', { name: 'Grant an entitlement' }).count(), 0);

  await changeColleague(page, 'support-ann', { button: 'End support-ann’s access', reason: 'Leaves' });
  await page.getByRole('row').filter({ hasText: 'support-ann' }).getByText('left').waitFor();
  t.ok((await store.read.staff.byName('support-ann'))?.endedAtMs);
  t.match(await newestAudit(store.read, 'staff.end'), { ...author, detail: { reason: 'Leaves' } });
  await colleague.page.goto(`${origin}/accounts`);
  await trySignIn(colleague.page);
  await colleague.page.getByText('This name and password do not belong together.').waitFor();

  const letIn = { button: 'Let support-ann sign in again', reason: 'Is back' };
  await changeColleague(page, 'support-ann', letIn);
  await page.getByText('Changed.', { exact: true }).waitFor();
  t.equal((await store.read.staff.byName('support-ann'))?.endedAtMs, null);
  t.match(await newestAudit(store.read, 'staff.readmit'), { ...author, detail: { reason: 'Is back' } });
  await trySignIn(colleague.page);
  await colleague.page.getByLabel('Code of the app').waitFor();
  t.same(await auditPage(page), []);
  t.same(faults, []);
  await page.context().close();
  await colleague.page.context().close();
});

async function trySignIn(page: Page): Promise<void> {
  await page.getByLabel('Name').fill('support-ann');
  await page.getByLabel('Password').fill(staffPassword);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}

t.test('an alert comes up on the overview by itself, and goes when it is dealt with', async (t) => {
  await openStaffSession(room, 'release-manager');
  Object.assign(room.services.context.settings().console, { secondPerson: ['staff.end'] });
  const overview = await openPage('auditor');
  await overview.page.goto(origin);
  const alert = overview.page.getByText('A change waits for a second person.');
  await overview.page.getByRole('heading', { name: 'Overview' }).waitFor();
  t.equal(await alert.count(), 0);
  const { page } = await openPage('operator');
  await page.goto(`${origin}/staff`);
  const ending = { button: 'End release-manager-ann’s access', reason: 'Leaves' };
  await changeColleague(page, 'release-manager-ann', ending);
  await page.getByText('nothing has changed yet').waitFor();
  await alert.waitFor();
  t.same(await auditPage(overview.page), []);
  await takePicture(overview.page, 'staff-task-alert');
  t.equal((await store.read.staff.byName('release-manager-ann'))?.endedAtMs, null);
  await page.getByRole('button', { name: 'Withdraw the proposal' }).click();
  await alert.waitFor({ state: 'detached' });
  t.same(await store.read.proposals.openProposals(Date.now(), 10), []);
  t.same(overview.faults, []);
  await overview.page.context().close();
  await page.context().close();
});
