// A release manager's, an operator's and an auditor's main tasks in real Chromium: a draft published, described and withdrawn
// by the keyboard alone and without a script; statistics, nodes, sessions and bans; the audit log and its file.
import { readFile } from 'node:fs/promises';
import t from 'tap';
import type { StaffRole } from '#commlink/methods/administration-fields.ts';
import { newRecordId } from '#internal-db/record-id.ts';
import { pressOn, typeInto } from '../../rig/by-keyboard.ts';
import { launchChromium, takePicture, viewports } from '../../rig/chromium.ts';
import { auditPage } from '../../rig/page-audit.ts';
import { demoFile, seedRoom, startRoom } from '../support/running-room.ts';
import { openStaffPage } from './staff-page.ts';

const reportsPerCall = 45;
const room = await startRoom(t);
await seedRoom(room);
await reportDownloads();
const browser = await launchChromium(t);
const origin = `https://127.0.0.1:${room.services.console.port}`;

/** Some weeks of downloads, as the node would have reported them day by day. */
async function reportDownloads(): Promise<void> {
  const { admin, webFront, cluster } = room;
  await webFront.call('session.describe', { session: 'nobody' });
  const wish = { actor: 'test', account: 'acme', ...demoFile, lifetimeMs: null };
  const staged = await admin.call('delivery.stage', wish);
  if (!staged.staged) throw new Error(staged.explanation);
  const outcomes = ['complete', 'complete', 'partial', 'complete', 'aborted'] as const;
  const reports = Array.from({ length: 90 }, (_, index) =>
    cluster.node.report({
      type: 'download',
      download: newRecordId('dlv'),
      delivery: staged.delivery.id,
      account: 'acme',
      path: 'tool/1.0.0/tool.bin',
      protocol: 'sftp',
      address: '203.0.113.9',
      principal: 'user:jo',
      offsetBytes: 0,
      sentBytes: 100_000_000 + index * 3_000_000,
      sizeBytes: 500_000_000,
      startedAtMs: 1,
      endedAtMs: Date.now() - Math.floor(index / 4) * 86_400_000,
      outcome: outcomes[(index * 7) % outcomes.length] ?? 'complete',
    }),
  );
  for (let sent = 0; sent < reports.length; sent += reportsPerCall)
    await webFront.call('node.report', {
      node: cluster.node.keys.id,
      reports: reports.slice(sent, sent + reportsPerCall),
    });
}

interface Look {
  readonly role: StaffRole;
  readonly viewport: { readonly width: number; readonly height: number };
  readonly colorScheme: 'light' | 'dark';
  readonly javaScriptEnabled?: boolean;
}

const openPage = (look: Look) => openStaffPage(room, browser, look);

t.test(
  'a release manager publishes, describes and withdraws, by the keyboard and without a script',
  async (t) => {
    const file = { name: 'tool.bin', sizeBytes: 7, sha256: 'cd'.repeat(32), platform: 'linux-x64' };
    const files = [{ ...file, mediaType: 'application/octet-stream' }];
    const release = { product: 'tool', version: '1.1.0', channel: 'stable', draft: true, files };
    await room.admin.call('release.publish', { actor: 'test', ...release });
    const look = { viewport: viewports.desktop, colorScheme: 'light', javaScriptEnabled: false } as const;
    const { page, faults } = await openPage({ role: 'release-manager', ...look });
    await page.goto(`${origin}/products`);
    await page.getByRole('link', { name: 'Tool' }).click();
    await takePicture(page, 'operations-product');
    await page.getByRole('link', { name: '1.1.0' }).first().click();
    await typeInto(page, page.getByRole('textbox', { name: 'Reason' }), 'Release meeting');
    await pressOn(page, page.getByRole('button', { name: 'Publish 1.1.0' }));
    await page.getByText('It is published.').waitFor();
    await page.getByText('Write notes').click();
    await page.getByRole('textbox', { name: 'Notes' }).fill('## New\n\n- **Faster**');
    await page.getByRole('button', { name: 'Save the notes' }).click();
    await page.getByRole('heading', { name: 'New', exact: true }).waitFor();
    await takePicture(page, 'operations-release');
    await page.goto(`${origin}/products/tool`);
    await page.getByText('behind', { exact: true }).first().waitFor();
    await page.goto(`${origin}/products/tool/releases/1.0.0`);
    await page.getByRole('link', { name: 'Acme' }).waitFor();
    await typeInto(page, page.getByRole('textbox', { name: 'Reason' }), 'It has a defect');
    await pressOn(page, page.getByRole('button', { name: 'Withdraw 1.0.0' }));
    await page.getByText('It is withdrawn.').waitFor();
    t.equal(room.cluster.node.orders.length, 1, 'what was staged is taken back');
    t.same(faults, []);
    await page.context().close();
  },
);

const looks = [
  { width: 'phone', viewport: viewports.phone, colorScheme: 'dark' },
  { width: 'desktop', viewport: viewports.desktop, colorScheme: 'light' },
] as const;

for (const { width, viewport, colorScheme } of looks)
  t.test(`an operator looks, cuts and bans on a ${width}, ${colorScheme}`, async (t) => {
    const { page, faults } = await openPage({ role: 'operator', viewport, colorScheme });
    const look = async (name: string): Promise<void> => {
      t.same(await auditPage(page), [], name);
      await takePicture(page, `operations-${width}-${colorScheme}-${name}`);
    };
    await page.goto(origin);
    await look('overview');
    await page.goto(`${origin}/statistics`);
    await page.getByRole('img', { name: /^Downloads by day/ }).waitFor();
    await look('statistics');
    await page.getByLabel('Time').selectOption('182');
    await page.getByRole('button', { name: 'Show' }).click();
    await page.getByRole('img', { name: /^Downloads by week/ }).waitFor();
    await page.goto(`${origin}/nodes`);
    await look('nodes');
    const id = newRecordId('ses');
    const at = {
      connection: 'con_1',
      protocol: 'sftp' as const,
      address: '203.0.113.9',
      startedAtMs: Date.now(),
    };
    const who = { account: 'acme', principal: 'user:jo', username: 'jo', idleSinceMs: Date.now() };
    room.cluster.node.sessions = [{ id, ...at, ...who, transfer: null, transferCount: 0 }];
    await page.goto(`${origin}/sessions`);
    await look('sessions');
    await page.getByLabel('Reason for cutting acme').fill('Asked to');
    await page.getByRole('button', { name: 'Cut' }).click();
    await page.getByText('The session has ended.').waitFor();
    await page.goto(`${origin}/bans`);
    await page.getByRole('textbox', { name: 'Network' }).fill('198.51.100.0/24');
    await page.getByLabel('Reason', { exact: true }).fill('Guesses passwords');
    await page.getByRole('button', { name: 'Ban it' }).click();
    await page.getByText('It is banned').waitFor();
    await look('bans');
    await page.getByLabel('Reason for lifting 198.51.100.0/24').fill('A mistake');
    await page.getByRole('button', { name: 'Lift' }).click();
    await page.getByText('The ban is lifted').waitFor();
    t.same(faults, []);
    await page.context().close();
  });

t.test('a chart has its table beside it on a wide screen', async (t) => {
  const look = { viewport: { width: 1600, height: 900 }, colorScheme: 'light' } as const;
  const { page, faults } = await openPage({ role: 'auditor', ...look });
  for (const path of ['/', '/statistics']) {
    await page.goto(origin + path);
    const chart = await page.locator('.chart').first().boundingBox();
    const table = await page.locator('.chart-table').first().boundingBox();
    t.ok(chart && table && table.x >= chart.x + chart.width, `${path}: beside`);
    t.ok(chart && table && table.y < chart.y + chart.height, `${path}: not below`);
    t.same(await auditPage(page), [], path);
  }
  await takePicture(page, 'operations-wide-statistics');
  t.same(faults, []);
  await page.context().close();
});

t.test('an auditor finds an entry, verifies the chain and takes the log away', async (t) => {
  const look = { viewport: viewports.desktop, colorScheme: 'light' } as const;
  const { page, faults } = await openPage({ role: 'auditor', ...look });
  await page.goto(`${origin}/audit`);
  await page.getByLabel('What', { exact: true }).fill('release.setState');
  await page.getByRole('button', { name: 'Show' }).click();
  await page.getByText('It has a defect').waitFor();
  t.same(await auditPage(page), []);
  await takePicture(page, 'operations-audit');
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: 'CSV' }).click(),
  ]);
  const lines = (await readFile(await download.path(), 'utf8')).trimEnd().split('\r\n');
  t.equal(lines.length, 1 + 2, 'published, and withdrawn');
  await page.getByRole('button', { name: 'Verify the whole chain' }).click();
  await page.getByText('follow from one another').waitFor();
  t.same(faults, []);
  await page.context().close();
});
