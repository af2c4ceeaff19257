// A whole release at once, from the vendor's commands to files on a customer's machine: notes, a licence agreement that is
// accepted first, the line for lftp, the list for aria2, the buttons, and digests that OpenSSH and sha256sum check. Real clients.
import { createHash, randomBytes } from 'node:crypto';
import { copyFile, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import t, { type Test } from 'tap';
import { chromiumOptions, knownKeysFlag, pageTimeoutMs, slowDown, waitForPart } from '../rig/chromium.ts';
import { runProgram } from '../rig/run-program.ts';
import { startConsign, type PrintedLogin } from '../rig/running-consign.ts';
import { temporaryFolder } from '../rig/temporary-folder.ts';
import { sha256OfFile, waitForBytes } from './fetched-file.ts';
import { PortalCustomer } from './portal-customer.ts';
import { downloadButton, readCertificates, signInAtPortal } from './portal-visit.ts';

const consign = await startConsign(t);
const release = '/products/tool/1.0.0';
const folder = temporaryFolder(t);
const cutFileBytes = 40_000_000;
/** Chromium halves what it is told: twenty seconds for that one, until it is cut. */
const slowBytesPerSecond = 4_000_000;
const quickBytesPerSecond = 80_000_000;
const contents = new Map([
  ['tool-linux.bin', randomBytes(300_000)],
  ["tool for O'Hara.bin", randomBytes(cutFileBytes)],
  ['notes & more.txt', randomBytes(300_000)],
]);

for (const [name, content] of contents) await writeFile(join(folder, name), content);
await writeFile(join(folder, 'terms.md'), '# Terms\n\nUse it well.\n');
await writeFile(join(folder, 'notes.md'), '# New\n\n- **faster**\n');
await consign.json('account', 'create', 'acme');
const alice = await consign.json<PrintedLogin>('user', 'create', 'acme', 'alice');
await consign.json('product', 'create', 'tool');
const files = [...contents.keys()].map((name) => join(folder, name));
await consign.json('publish', 'tool', '1.0.0', ...files);
await consign.json('release', 'notes', 'tool', '1.0.0', join(folder, 'notes.md'));
await consign.json('licence', 'add', 'eula', '1', join(folder, 'terms.md'), '--title', 'Terms of use');
await consign.json('grant', 'acme', 'tool', '--licence', 'eula', '--reason', 'Contract 7');
const customer = await PortalCustomer.signIn(consign, alice);

/** Kills the session servers in the middle of the download; the browser asks their successors for the rest. */
async function cutDownload(downloadsPath: string): Promise<void> {
  await waitForBytes(join(downloadsPath, await waitForPart(downloadsPath)), cutFileBytes / 4);
  const killed = consign.sessionServers.map((name) => [name, consign.kill(name)] as const);
  for (const [name, pid] of killed) await consign.waitForRestart(name, pid);
}

/** Whether every file of the release is in the folder, as it was published. */
async function checkFiles(t: Test, place: string): Promise<void> {
  for (const [name, content] of contents) {
    t.ok(content.equals(await readFile(join(place, name))), `${name} is as it was published`);
  }
}

t.test('nothing is made ready before the agreement is accepted, and the refusal says where', async (t) => {
  const wish = { product: 'tool', version: '1.0.0', file: 'tool-linux.bin' };
  const refused = await customer.ask('/api/v1/deliveries', { json: wish });
  t.equal(refused.status, 403);
  t.match(JSON.parse(refused.text), { reason: 'licence_not_accepted', detail: /\/licences/ });
  t.match((await customer.ask(release)).text, 'href="/licences/eula"');
  t.match((await customer.ask('/licences/eula/1')).text, '<h2>Terms</h2>');
  t.equal((await customer.sendForm('/licences/eula/1/accept', { consent: 'yes' })).status, 303);
  t.equal((await customer.ask('/api/v1/deliveries', { json: wish })).status, 201);
  t.match((await customer.ask(release)).text, '<strong>faster</strong>');
});

t.test('aria2 fetches all files by the list, and checks them', async (t) => {
  const list = await customer.sendForm(`${release}/set`, { form: 'aria2' });
  t.equal(list.status, 200);
  t.match(list.headers['content-disposition'], 'tool-1.0.0.aria2.txt');
  const place = temporaryFolder(t);
  await writeFile(join(place, 'list.txt'), list.text, { mode: 0o600 });
  const ca = `--ca-certificate=${consign.endpoints.caFile}`;
  const fetched = await runProgram('aria2c', [ca, '--no-conf', '-i', 'list.txt'], {
    directory: place,
    environment: { HOME: place },
  });
  t.equal(fetched.code, 0, fetched.stdout);
  await checkFiles(t, place);
});

t.test('lftp mirrors the release with the line of the page', async (t) => {
  const page = (await customer.sendForm(`${release}/set`, { form: 'mirror' })).text;
  const shown = [...page.matchAll(/<code data-copy="[^"]*">([^<]*)<\/code>/g)].map(([, text = '']) => text);
  const [line = '', password = ''] = shown.map((text) =>
    text.replaceAll(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code))),
  );
  const place = temporaryFolder(t);
  await copyFile(consign.endpoints.caFile, join(place, 'consign-ca.pem'));
  const asked = line.replace('lftp -u', 'lftp --env-password -u');
  t.not(asked, line, 'the line asks for the password');
  t.notMatch(line, password, 'and does not hold it');
  const fetched = await runProgram('sh', ['-c', asked], {
    directory: place,
    environment: { HOME: place, LFTP_PASSWORD: password },
  });
  t.equal(fetched.code, 0, fetched.stderr);
  await checkFiles(t, join(place, 'tool-1.0.0'));
});

t.test(
  'Chromium fetches all files, each under its own name, and goes on with the one that was cut',
  async (t) => {
    const place = temporaryFolder(t);
    const downloadsPath = join(place, 'downloads');
    // Chromium resumes the downloads of a profile that is kept on the disk only.
    const context = await chromium.launchPersistentContext(join(place, 'profile'), {
      ...chromiumOptions(knownKeysFlag(await readCertificates(consign))),
      downloadsPath,
    });
    t.teardown(() => context.close());
    context.setDefaultTimeout(pageTimeoutMs);
    const page = await context.newPage();
    await signInAtPortal(page, consign, alice);
    for (const [name, { length }] of contents) {
      await slowDown(page, slowBytesPerSecond);
      await page.goto(`${consign.endpoints.portal}${release}`);
      await page.getByRole('button', { name: `Download ${name}` }).click();
      const begun = page.waitForEvent('download');
      await downloadButton(page).click();
      t.equal((await begun).suggestedFilename(), name);
      if (length === cutFileBytes) await cutDownload(downloadsPath);
      await slowDown(page, quickBytesPerSecond);
      await page.locator('[data-outcome="complete"]').waitFor();
      const [last] = await consign.json<{ offsetBytes: number }[]>('downloads', '--limit', '1');
      const isResumed = (last?.offsetBytes ?? 0) > 0;
      t.equal(isResumed, length === cutFileBytes, `${name} came from byte ${last?.offsetBytes} on`);
    }
    const saved = (await readdir(downloadsPath)).map((name) => sha256OfFile(join(downloadsPath, name)));
    const published = [...contents.values()].map((content) =>
      createHash('sha256').update(content).digest('hex'),
    );
    t.same((await Promise.all(saved)).toSorted(), published.toSorted(), 'all are as they were published');
  },
);

t.test('the signed digests are checked by OpenSSH and sha256sum', async (t) => {
  const sums = (await customer.ask(`${release}/SHA256SUMS`)).text;
  const signature = (await customer.ask(`${release}/SHA256SUMS.sig`)).text;
  const api = JSON.parse((await customer.ask('/api/v1/products/tool/releases/1.0.0/sums')).text);
  t.match(api, { sums, signature });
  const signers = join(folder, 'allowed_signers');
  await writeFile(signers, `${api.signer}\n`);
  await writeFile(join(folder, 'SHA256SUMS.sig'), signature);
  const [principal = ''] = api.signer.split(' ');
  const check = ['-Y', 'verify', '-f', signers, '-I', principal, '-n', 'file', '-s', 'SHA256SUMS.sig'];
  const verified = await runProgram('ssh-keygen', check, { directory: folder, input: sums });
  t.match(verified, { code: 0, stdout: /Good "file" signature/ });
  const matched = await runProgram('sha256sum', ['-c', '-'], { directory: folder, input: sums });
  t.match(matched, { code: 0, stdout: /tool-linux\.bin: OK/ });
  const digest = createHash('sha256').update(contents.get('tool-linux.bin') ?? '');
  t.match(sums, `${digest.digest('hex')}  tool-linux.bin\n`);
});

t.test('the vendor’s commands tell what there is', async (t) => {
  t.match(await consign.json('release', 'notes', 'tool', '1.0.0'), { notes: '# New\n\n- **faster**\n' });
  t.match(await consign.json('licence', 'list'), [{ name: 'eula', version: '1', title: 'Terms of use' }]);
  t.match(await consign.json('licence', 'accept', 'acme', 'eula'), { agreement: 'eula', version: '1' });
  t.equal((await consign.run('licence', 'add', 'eula', '1', join(folder, 'terms.md'))).code, 5, 'conflict');
  t.equal((await consign.run('licence', 'add', 'eula', '-1-', join(folder, 'terms.md'))).code, 2, 'usage');
  t.match(await consign.json('product', 'platforms', 'tool', 'linux-x64'), { platforms: ['linux-x64'] });
});
