// Tables of changes as spreadsheets write them, given to the console's page as a file by real Chromium: semicolons and tabs, line
// ends and byte order marks of Windows, UTF-16; and what cannot be read, told with its line.
import type { Page } from 'playwright-core';
import t from 'tap';
import { findSeparator } from '#internal-db/bulk/table-text.ts';
import { bulkFormBytesMax } from '#internal-db/limits.ts';
import { isTooWide, launchChromium, takePicture, viewports } from '../../rig/chromium.ts';
import { auditPage } from '../../rig/page-audit.ts';
import { seedRoom, startRoom } from '../support/running-room.ts';
import { openStaffPage } from './staff-page.ts';

const room = await startRoom(t);
await seedRoom(room);
const browser = await launchChromium(t);
const origin = `https://127.0.0.1:${room.services.console.port}`;
const rows = [
  ['change', 'account', 'product', 'versions', 'reason', 'channels'],
  ['grant', 'acme', 'tool', '2.x', 'Vertrag für Müller, 7; neu', ''],
] as const;

function table(separator: string, end: string): string {
  const quote = (cell: string) => (/[,;]/.test(cell) ? `"${cell}"` : cell);
  return rows.map((cells) => cells.map(quote).join(separator) + end).join('');
}

const windows1252 = Buffer.from(table(';', '\r\n'), 'latin1');

async function chooseFile(page: Page, buffer: Buffer): Promise<void> {
  await page.goto(`${origin}/bulk`);
  await page.getByLabel('Or a file').setInputFiles({ name: 'changes.csv', mimeType: 'text/csv', buffer });
  await page.getByRole('button', { name: 'Dry run' }).click();
}

const grants = async () => (await room.admin.call('entitlement.list', { account: 'acme' })).entitlements;

for (const javaScriptEnabled of [true, false]) {
  t.test(`files of spreadsheets are tried, then applied, script: ${javaScriptEnabled}`, async (t) => {
    const { page, faults, context } = await openStaffPage(room, browser, {
      role: 'operator',
      viewport: viewports.phone,
      javaScriptEnabled,
    });
    const files: readonly (readonly [title: string, file: Buffer])[] = [
      ['commas', Buffer.from(table(',', '\n'))],
      ['Excel in Germany, CSV UTF-8', Buffer.from(`\uFEFF${table(';', '\r\n')};;;;;\r\n`)],
      ['Excel, Unicode text', Buffer.from(`\uFEFF${table('\t', '\r\n')}`, 'utf16le')],
      ['UTF-16 with the higher byte first', Buffer.from(`\uFEFF${table('\t', '\r\n')}`, 'utf16le').swap16()],
      ['line ends of the first Macintosh', Buffer.from(table(';', '\r'))],
    ];
    for (const [title, file] of files) {
      const before = (await grants()).length;
      await chooseFile(page, file);
      await page.getByText('Nothing is changed yet.').waitFor();
      if (javaScriptEnabled) t.same(await auditPage(page), [], title);
      t.notOk(await isTooWide(page), title);
      t.equal((await grants()).length, before, 'a dry run does nothing');
      await page.getByRole('button', { name: 'Make the change' }).click();
      await page.getByText('All of it is done.').waitFor();
      const last = (await grants()).at(-1);
      t.match(last, { versions: '2.x', channels: null, grantReason: 'Vertrag für Müller, 7; neu' }, title);
      t.equal((await grants()).length, before + 1, title);
    }
    t.same(faults, []);
    await context.close();
  });
}

t.test('what cannot be read is told with its line, and nothing is done', async (t) => {
  const { page, context } = await openStaffPage(room, browser, { role: 'operator' });
  const before = (await grants()).length;
  const cases: readonly (readonly [file: Buffer, problem: RegExp])[] = [
    [windows1252, /\n2\s+A character here cannot be read\. Save the table in UTF-8/],
    [Buffer.from(table('\t', '\n'), 'utf16le'), /\n1\s+A character here cannot be read/],
    [Buffer.from('PK\u0003\u0004, and so on'), /Table\s+This is a workbook\. Save its sheet as "CSV UTF-8"/],
    [Buffer.from('\r\nchange;account\r\ngrant;nobody\r\n'), /\n3\s+Correct the column "product"/],
    [Buffer.from(table(';', '\n').replace('acme', 'nobody')), /\n2\s+There is no account nobody/],
    [Buffer.alloc(0), /There is no line below the headings/],
  ];
  for (const [file, problem] of cases) {
    await chooseFile(page, file);
    await page.getByText('Nothing was changed').waitFor();
    t.match(await page.locator('main').innerText(), problem);
    t.same(await auditPage(page), [], String(problem));
    t.equal(await page.getByRole('button', { name: /^Make/ }).count(), 0);
  }
  await chooseFile(page, windows1252);
  await takePicture(page, 'bulk-unreadable');
  await page.setViewportSize(viewports.phone);
  await takePicture(page, 'bulk-unreadable-phone');
  await chooseFile(page, Buffer.alloc(bulkFormBytesMax, 'a'));
  await page.getByText(/too large/i).waitFor();
  await takePicture(page, 'bulk-too-large');
  t.equal((await grants()).length, before);
  await context.close();
});

t.test('the headings say what parts the cells', async (t) => {
  t.equal(findSeparator('change'), ',');
  t.equal(findSeparator('\n\nchange;account\na,b,c'), ';');
  t.equal(findSeparator('change\taccount\treason;x'), '\t');
  t.equal(findSeparator('change,account,reason;x'), ',');
});
