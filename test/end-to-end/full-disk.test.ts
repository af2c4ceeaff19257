// A full disk under a whole Consign: what does not fit is refused in a plain sentence, nothing half done can be seen,
// what could not be recorded did not happen, and once there is room everything goes on.
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, writeFileSync } from 'node:fs';
import { request, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import t from 'tap';
import { mountMemory } from '../rig/mounted-memory.ts';
import { startConsign, waitFor } from '../rig/running-consign.ts';
import { temporaryFolder } from '../rig/temporary-folder.ts';
import { askHttps, PortalCustomer, sendSignIn } from './portal-customer.ts';
import { assertDelivers, assertPlain, openVendor, vendorAccount, vendorTarget } from './small-vendor.ts';

const stateMebibytes = 64;
const memory = await mountMemory(t, join(temporaryFolder(t), 'disk'), stateMebibytes);
const consign = await startConsign(t, { folder: memory.directory });
const vendor = await openVendor(t, consign);
const alice = await PortalCustomer.signIn(consign, vendor.customer);
const wish = { product: 'tool', version: '1.0.0', file: 'tool.bin' };
const storeroom = join(consign.state, 'ftp-node', 'storeroom');

function fileOf(mebibytes: number, name = 'large.bin'): string {
  const file = join(temporaryFolder(t), name);
  writeFileSync(file, randomBytes(mebibytes << 20));
  return file;
}

t.test('publishing a file that is larger than the disk is refused, and leaves nothing', async (t) => {
  const before = readdirSync(storeroom);
  const freeBefore = memory.freeBytes;
  const { code, stdout, stderr } = await consign.run('publish', 'tool', '2.0.0', fileOf(80));
  t.equal(code, 1);
  t.equal(stdout, '');
  assertPlain(t, lastLine(stderr), /has room for \d+\. Free space on its disk, then publish again\./);
  t.same(readdirSync(storeroom), before);
  t.ok(Math.abs(memory.freeBytes - freeBefore) < 1 << 20, 'no space is lost');
  t.notMatch(JSON.stringify(await consign.json('products')), '2.0.0', 'nor is there a release');
  await assertDelivers(t, consign, vendor);
});

t.test('so is one that fills it on the way, with its release’s other files', async (t) => {
  const before = readdirSync(storeroom);
  const both = Math.floor((memory.freeBytes / (1 << 20)) * 0.6);
  const files = [fileOf(both, 'one.bin'), fileOf(both, 'two.bin')];
  const { code, stderr } = await consign.run('publish', 'tool', '2.0.0', ...files);
  t.equal(code, 1);
  assertPlain(t, lastLine(stderr), /Free space on (?:its disk|it), then/);
  t.notMatch(JSON.stringify(await consign.json('products')), '2.0.0', 'no release has half of its files');
  const added = readdirSync(storeroom).filter((name) => !before.includes(name));
  t.ok(
    added.every((name) => /^[0-9a-f]{64}$/.test(name)),
    'the first one is whole: it waits for its release',
  );
  await assertDelivers(t, consign, vendor);
});

t.test(
  'a disk that fills up while a file comes in: the sender is told, and nothing of it stays',
  async (t) => {
    const before = readdirSync(storeroom);
    const half = Buffer.alloc(4 << 20);
    const socketPath = join(consign.state, 'ftp-node', 'ingest.sock');
    const headers = { 'content-length': 2 * half.length };
    const sent = request({ socketPath, method: 'PUT', path: '/artifact', headers });
    const answered = once(sent, 'response') as Promise<[IncomingMessage]>;
    sent.write(half);
    await waitFor(
      'the first half',
      () => readdirSync(storeroom).some((name) => name.startsWith('.')),
      90_000,
    );
    memory.fill();
    sent.end(half);
    const [response] = await answered;
    t.equal(response.statusCode, 507);
    const { code, message } = JSON.parse(Buffer.concat(await response.toArray()).toString()) as Record<
      string,
      string
    >;
    t.equal(code, 'disk_full');
    assertPlain(t, message ?? '', /disk of the FTP node is full\. Free space on it, then try again\./);
    memory.free();
    t.same(readdirSync(storeroom), before);
  },
);

t.test('with no byte left, what changes something is refused and what reads goes on', async (t) => {
  const staged = await consign.json<{ url: string }>('stage', vendorAccount, vendorTarget);
  const before = await counts();
  memory.fill();
  const full = /disk is full\..* Free some space|room for \d+\. Free space/;
  const refused = await untilRefused(() =>
    consign.run('account', 'create', `a-${randomBytes(6).toString('hex')}`),
  );
  assertPlain(t, refused.stderr, full);
  for (const args of [
    ['grant', vendorAccount, 'tool', '--reason', 'again'],
    ['stage', vendorAccount, vendorTarget],
    ['user', 'create', vendorAccount, 'bob'],
    ['product', 'create', 'other'],
    ['publish', 'tool', '3.0.0', fileOf(1)],
  ]) {
    const { code, stdout, stderr } = await consign.run(...args);
    t.equal(code, 1, args.join(' '));
    assertPlain(t, lastLine(stderr + stdout), full);
  }
  const answer = await alice.ask('/api/v1/deliveries', { json: wish });
  t.equal(answer.status, 503, answer.text);
  t.notMatch(answer.text, /\n\s+at |node:internal|ENOSPC|SQLITE/);
  const page = await alice.sendForm('/deliveries', wish);
  t.equal(page.status, 503);
  t.notMatch(page.text, /\n\s+at |node:internal|ENOSPC|SQLITE/);
  t.equal((await sendSignIn(consign, vendor.customer)).status, 503, 'nobody new gets in');

  t.equal((await alice.ask('/api/v1/products')).status, 200, 'the catalog can be read');
  t.equal((await consign.run('why', vendorAccount, 'tool')).code, 0);
  t.equal(
    (await askHttps(consign, staged.url, { method: 'HEAD' })).status,
    200,
    'what is staged is still there',
  );
  t.match(await consign.json('audit', 'verify'), { intact: true });
  const doctor = await consign.run('doctor');
  t.match(doctor.stdout, /WARN {2}disk/, doctor.stderr);

  memory.free();
  const after = await counts();
  t.equal(after.users, before.users);
  t.equal(after.entitlements, before.entitlements, 'what was refused was not done');
});

t.test('and with room again everything works as before, at once and after a restart', async (t) => {
  await assertDelivers(t, consign, vendor);
  t.equal((await alice.ask('/api/v1/deliveries', { json: wish })).status, 201);
  const small = fileOf(1, 'small.bin');
  await consign.json('publish', 'tool', '3.0.0', small);
  await consign.restart();
  await assertDelivers(t, consign, vendor);
  await consign.json('stage', vendorAccount, 'tool/3.0.0/small.bin');
  await waitFor('reports', async () => (await consign.json<unknown[]>('downloads')).length >= 2, 90_000);
});

t.test('a start on a full disk is refused plainly, and the next one with room is as any other', async (t) => {
  await consign.stop();
  memory.fill();
  const { code, said } = await consign.failToStart();
  t.not(code, 0);
  assertPlain(t, said, /^The disk of the state directory .* is full\. Free some space on it/);
  memory.free();
  await consign.start();
  await assertDelivers(t, consign, vendor);
});

/** The rows that are counted in the status. */
async function counts(): Promise<Record<string, number>> {
  return (await consign.json<{ counts: Record<string, number> }>('status')).counts;
}

/** SQLite writes into the pages that its log has already, as long as there are some. */
async function untilRefused(work: () => ReturnType<typeof consign.run>) {
  for (let tries = 0; tries < 100; tries += 1) {
    const result = await work();
    if (result.code !== 0) return result;
    memory.fill();
  }
  throw new Error('The database never ran out of space.');
}

/** Progress bars come before it. */
function lastLine(text: string): string {
  return (
    text
      .trim()
      .split(/[\r\n]/)
      .at(-1) ?? ''
  );
}
