// A release manager uploads files on the console in real Chromium: dropped, with a connection that breaks, a pause and a reload;
// and by the plain form without a script. What arrived is what was sent, and it is a draft.
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import t from 'tap';
import { formTokenFor } from '#commlink/pages/form-token.ts';
import { launchChromium, takePicture, viewports } from '../../rig/chromium.ts';
import { auditPage } from '../../rig/page-audit.ts';
import { seedRoom, startRoom } from '../support/running-room.ts';
import { openStaffPage } from './staff-page.ts';
import { openStaffSession } from './staff-browser.ts';

const room = await startRoom(t);
await seedRoom(room);
const browser = await launchChromium(t);
const origin = `https://127.0.0.1:${room.services.console.port}`;
const originals = join(dirname(room.cluster.config.databaseFile), 'originals');
const folder = mkdtempSync(join(tmpdir(), 'consign-upload-'));
t.teardown(() => rmSync(folder, { recursive: true, force: true }));

function makeFile(name: string, sizeBytes: number) {
  const content = randomBytes(sizeBytes);
  const path = join(folder, name);
  writeFileSync(path, content);
  return { name, path, content, sha256: createHash('sha256').update(content).digest('hex') };
}

type Look = { readonly javaScriptEnabled?: boolean; readonly viewport?: { width: number; height: number } };

const openPage = (look: Look) => openStaffPage(room, browser, { role: 'release-manager', ...look });

const filesOf = async (version: string) =>
  (await room.admin.call('release.files', { product: 'tool', version })).files;

t.test('several files, a lost connection, a pause and a reload', async (t) => {
  const { context, page } = await openPage({});
  const big = makeFile('big.iso', 30_000_000);
  const small = makeFile('read me.txt', 1000);
  const empty = makeFile('empty.txt', 0);
  await page.goto(`${origin}/products/tool`);
  await page.getByRole('link', { name: 'Upload files' }).click();
  t.same(await auditPage(page), [], 'nothing that axe finds');
  await page.getByLabel('Version').fill('3.0.0');
  await page.getByLabel('Platform').fill('linux-x64');
  let pieceCount = 0;
  await page.route('**/uploads/upl_*', async (route) => {
    if (route.request().method() === 'PATCH') pieceCount += 1;
    if (pieceCount === 3) {
      pieceCount += 1;
      await route.abort('connectionreset');
      return;
    }
    await route.continue();
  });
  await page.locator('input[type=file]').setInputFiles([big.path, small.path, empty.path]);
  await page.getByRole('button', { name: 'Upload', exact: true }).click();
  await page.getByText('The connection is lost').waitFor();
  await page.getByRole('button', { name: 'Pause big.iso' }).click();
  await page.getByText('2 files are uploaded').waitFor();
  t.ok(existsSync(join(originals, small.sha256)), 'the others went on');
  await takePicture(page, 'console-upload');
  t.same(await auditPage(page), [], 'nor with progress');
  await page.unroute('**/uploads/upl_*');
  await page.goto('about:blank');
  await page.goto(`${origin}/products/tool/upload?version=3.0.0`);
  await page.getByRole('heading', { name: 'Not finished' }).waitFor();
  const arrived = readdirSync(originals).filter((name) => name.startsWith('.upload-'));
  t.equal(arrived.length, 1);
  let sentAgain = 0;
  page.on('request', (sent) => void (sentAgain += sent.method() === 'PATCH' ? 1 : 0));
  await page.getByLabel('Platform').fill('linux-x64');
  await page.locator('input[type=file]').setInputFiles(big.path);
  await page.getByRole('button', { name: 'Upload', exact: true }).click();
  await page.getByText(`SHA-256 ${big.sha256}`).waitFor();
  t.ok(sentAgain <= 6, `${sentAgain} of 8 pieces were sent after the reload`);
  t.ok(readFileSync(join(originals, big.sha256)).equals(big.content));
  await page.getByRole('link', { name: 'Look at the draft 3.0.0' }).click();
  await page.getByText('draft', { exact: true }).first().waitFor();
  await page.getByText('ftp1: not yet').first().waitFor();
  t.same(await auditPage(page), [], 'the draft with its files');
  t.same(
    (await filesOf('3.0.0')).map(({ sha256 }) => sha256).toSorted(),
    [big, small, empty].map(({ sha256 }) => sha256).toSorted(),
  );
  await context.close();
});

t.test('a file that is dropped is taken; what the release refuses is said at the file', async (t) => {
  const { context, page, faults } = await openPage({ viewport: viewports.phone });
  await page.goto(`${origin}/products/tool/upload`);
  const drop = async (name: string, text: string) => {
    const data = await page.evaluateHandle(
      ([fileName, content]) => {
        const transfer = new DataTransfer();
        transfer.items.add(new File([content ?? ''], fileName ?? '', { lastModified: 1 }));
        return transfer;
      },
      [name, text],
    );
    await page.dispatchEvent('form[data-upload]', 'drop', { dataTransfer: data });
  };
  await page.getByLabel('Version').fill('3.1.0');
  await drop('dropped.txt', 'dropped here');
  await page.getByText('1 file is uploaded').waitFor();
  t.match(await filesOf('3.1.0'), [{ name: 'dropped.txt', sizeBytes: 12 }]);
  await page.getByLabel('Version').fill('1.0.0');
  await drop('late.txt', 'late');
  await page.getByText('Release 1.0.0 is published. Upload under a new version.').waitFor();
  t.same(await auditPage(page), []);
  await takePicture(page, 'console-upload-phone');
  t.same(
    faults.filter((fault) => !fault.includes('422')),
    [],
  );
  await context.close();
});

t.test('without a script, as a plain form', async (t) => {
  const { context, page, faults } = await openPage({ javaScriptEnabled: false });
  const first = makeFile('first.bin', 5_000_000);
  const second = makeFile('second.bin', 100);
  await page.goto(`${origin}/products/tool/upload`);
  await page.getByLabel('Version').fill('4.0.0');
  await page.locator('input[type=file]').setInputFiles([first.path, second.path]);
  await page.getByRole('button', { name: 'Upload', exact: true }).click();
  await page.getByText('The files are uploaded').waitFor();
  t.match(await filesOf('4.0.0'), [{ sha256: first.sha256 }, { sha256: second.sha256 }]);
  t.ok(readFileSync(join(originals, first.sha256)).equals(first.content));
  t.same(faults, []);
  await context.close();
});

t.test('a piece that is damaged, breaks off, or has no token, changes nothing', async (t) => {
  const session = await openStaffSession(room, 'release-manager');
  const formToken = formTokenFor(session);
  const send = (
    method: string,
    path: string,
    { headers = {}, body = '' }: { headers?: Record<string, string>; body?: string } = {},
  ) =>
    new Promise<{ status: number; headers: Record<string, string | string[] | undefined> }>(
      (resolve, reject) => {
        const to = { host: '127.0.0.1', port: room.services.console.port, ca: room.cluster.certificate };
        const cookie = `__Host-consign-staff=${session}`;
        const sent = request({ ...to, method, path, headers: { cookie, ...headers } }, (answer) => {
          answer
            .resume()
            .on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers }));
        });
        sent.on('error', reject);
        sent.end(body);
      },
    );
  const fields = {
    formToken,
    product: 'tool',
    version: '5.0.0',
    channel: 'stable',
    name: 'a.bin',
    size: '10',
    modified: '1',
    ends: createHash('sha256').digest('base64'),
  };
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  const begun = await send('POST', '/uploads', {
    headers: form,
    body: new URLSearchParams(fields).toString(),
  });
  t.equal(begun.status, 201);
  const address = String(begun.headers['location']);
  const piece = {
    'content-type': 'application/partial-upload',
    'upload-offset': '0',
    'x-form-token': formToken,
    'content-digest': `sha-256=:${createHash('sha256').update('0123456789').digest('base64')}:`,
  };
  const patch = (change: Record<string, string>, body: string) =>
    send('PATCH', address, { headers: { ...piece, ...change }, body });
  t.equal((await patch({}, '012345678x')).status, 422, 'damaged');
  t.equal(
    (await patch({ 'content-digest': 'sha-256=:x:' }, '0123456789')).status,
    422,
    'no digest that is known',
  );
  t.equal((await patch({ 'upload-offset': '3' }, '3456789')).status, 409, 'a gap');
  t.equal((await patch({ 'x-form-token': 'x' }, '0123456789')).status, 403, 'no token');
  t.equal((await patch({ 'sec-fetch-site': 'cross-site' }, '0123456789')).status, 403, 'another site');
  t.equal((await patch({ 'content-digest': '' }, '0123456789x')).status, 422, 'too long');
  t.match((await send('HEAD', address)).headers, { 'upload-offset': '0', 'upload-length': '10' });
  t.match((await patch({}, '0123456789')).headers, { 'upload-offset': '10', 'upload-complete': '?1' });
  const removal = { headers: form, body: new URLSearchParams({ formToken }).toString() };
  t.equal((await send('POST', `${address}/remove`, removal)).status, 303);
  t.equal((await send('HEAD', address)).status, 404);
  t.same(
    readdirSync(originals).filter((name) => name.startsWith('.')),
    [],
  );
});
