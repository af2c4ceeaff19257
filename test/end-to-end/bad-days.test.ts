// What people get who name what is not there, and what happens when an artifact is gone from the storeroom: a plain
// sentence that says what to do, at each door, and nothing lost.
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { startConsign } from '../rig/running-consign.ts';
import { temporaryFolder } from '../rig/temporary-folder.ts';
import { askHttps, PortalCustomer } from './portal-customer.ts';
import { assertDelivers, assertPlain, openVendor, vendorAccount, vendorTarget } from './small-vendor.ts';

const consign = await startConsign(t);
const vendor = await openVendor(t, consign);
const alice = await PortalCustomer.signIn(consign, vendor.customer);
const artifact = join(consign.state, 'ftp-node', 'storeroom', vendor.sha256);

t.test('the command line says which name is unknown, and what to do', async (t) => {
  const cases: readonly [said: RegExp, code: number, ...args: string[]][] = [
    [
      /no account nobody\. Create it first: consign account create nobody/,
      4,
      'grant',
      'nobody',
      'tool',
      '--reason',
      'x',
    ],
    [/There is no product thing\./, 4, 'grant', 'acme', 'thing', '--reason', 'x'],
    [/There is no product thing\./, 4, 'publish', 'thing', '1.0.0', vendor.source],
    [/There is no file .*\/none\./, 4, 'publish', 'tool', '1.0.1', join(temporaryFolder(t), 'none')],
    [/has no release 7\.0\.0\./, 4, 'release', 'withdraw', 'tool', '7.0.0', '--reason', 'x'],
    [/There is no account nobody\./, 4, 'deliveries', 'nobody'],
    [/no .*entitlement/, 4, 'revoke', `ent_${'A'.repeat(22)}`, '--reason', 'x'],
    [/no .*delivery/, 4, 'cancel', `dlv_${'A'.repeat(22)}`, '--reason', 'x'],
  ];
  for (const [pattern, code, ...args] of cases) {
    const result = await consign.run(...args);
    t.equal(result.code, code, `${args.join(' ')}: ${result.stderr}`);
    assertPlain(t, result.stderr, pattern);
    t.equal(result.stdout, '');
  }
});

t.test('staging what is not there is refused, with the reason', async (t) => {
  for (const [account, target, reason] of [
    ['nobody', vendorTarget, 'account_unknown'],
    [vendorAccount, 'thing/1.0.0/tool.bin', 'product_unknown'],
    [vendorAccount, 'tool/2.0.0/tool.bin', 'release_unknown'],
    [vendorAccount, 'tool/1.0.0/other.bin', 'file_unknown'],
  ] as const) {
    const plain = await consign.run('stage', account, target);
    t.equal(plain.code, 1, `${account} ${target}`);
    assertPlain(t, plain.stdout + plain.stderr, /^Not staged/);
    const { stdout } = await consign.run('stage', account, target, '--json');
    t.match(JSON.parse(stdout), { staged: false, reason });
  }
});

t.test('the API and the pages refuse it too, and do not tell whether it exists', async (t) => {
  const wish = { product: 'tool', version: '1.0.0', file: 'tool.bin' };
  for (const [what, change] of [
    ['product', { product: 'thing' }],
    ['version', { version: '2.0.0' }],
    ['file', { file: 'other.bin' }],
  ] as const) {
    const answer = await alice.ask('/api/v1/deliveries', { json: { ...wish, ...change } });
    t.equal(answer.status, 403, what);
    const problem = JSON.parse(answer.text) as { code: string; detail: string; incident: string };
    t.equal(problem.code, 'delivery_refused');
    t.ok(problem.incident.length > 0);
    assertPlain(t, problem.detail, /./);
    const page = await alice.sendForm('/deliveries', { ...wish, ...change });
    t.equal(page.status, 403);
    t.match(page.text, /You cannot have this file/);
    t.notMatch(page.text, /\n\s+at |node:internal/);
  }
  t.equal((await alice.ask(`/deliveries/dlv_${'A'.repeat(22)}`)).status, 404);
  t.equal((await alice.ask(`/api/v1/deliveries/dlv_${'A'.repeat(22)}`)).status, 404);
  t.equal((await alice.ask('/no-such-page')).status, 404);
  const malformed = await alice.ask('/api/v1/deliveries', { json: { ...wish, file: '../../etc/passwd' } });
  t.equal(malformed.status, 400);
  t.notMatch(malformed.text, 'passwd', 'what was sent is not repeated');
});

t.test('an artifact that is gone from the storeroom is said everywhere', async (t) => {
  rmSync(artifact);
  const staging = await consign.run('stage', vendorAccount, vendorTarget);
  t.equal(staging.code, 1);
  assertPlain(
    t,
    staging.stdout,
    /^Not staged \(artifact_missing\): .*not in the storeroom.* Publish it again\./,
  );
  const answer = await alice.ask('/api/v1/deliveries', {
    json: { product: 'tool', version: '1.0.0', file: 'tool.bin' },
  });
  t.equal(answer.status, 503);
  t.match(JSON.parse(answer.text), { code: 'staging_failed', reason: 'artifact_missing' });
  const page = await alice.sendForm('/deliveries', { product: 'tool', version: '1.0.0', file: 'tool.bin' });
  t.equal(page.status, 503);
  t.match(page.text, /The file could not be made ready/);
  t.notMatch(page.text, /\n\s+at |node:internal|storeroom\//);
  const doctor = await consign.run('doctor', '--json');
  t.equal(doctor.code, 1);
  const findings = JSON.parse(doctor.stdout) as { check: string; level: string; detail: string }[];
  t.match(
    findings.filter(({ level }) => level === 'fail'),
    [{ check: 'artifacts', detail: /not in the storeroom.*tool 1\.0\.0 tool\.bin/ }],
  );
});

t.test('what could not be staged is not left over as if it were', async (t) => {
  const deliveries = await consign.json<{ state: string }[]>('deliveries', vendorAccount);
  t.same(
    deliveries.filter(({ state }) => state === 'staged'),
    [],
  );
  t.same(await consign.json('deliveries', vendorAccount, '--only', 'requested'), [], 'nor as if it would be');
});

t.test('other bytes do not take its place', async (t) => {
  const other = join(temporaryFolder(t), 'tool.bin');
  writeFileSync(other, Buffer.alloc(vendor.content.length));
  const refused = await consign.run('publish', 'tool', '1.0.0', other);
  t.equal(refused.code, 5);
  assertPlain(t, refused.stderr, /published files never change\. Publish under a new version\./);
  t.notOk(existsSync(artifact));
});

t.test('publishing the same bytes again heals it', async (t) => {
  await consign.json('publish', 'tool', '1.0.0', vendor.source);
  t.ok(existsSync(artifact));
  await assertDelivers(t, consign, vendor);
  t.equal((await consign.run('doctor')).code, 0, 'doctor finds nothing any more');
});

t.test('an artifact that goes while it is staged: the customer’s copy is the one that is kept', async (t) => {
  const { url } = await consign.json<{ url: string }>('stage', vendorAccount, vendorTarget);
  rmSync(artifact);
  const size = (text: string): number => Buffer.byteLength(text);
  const during = await askHttps(consign, url);
  t.equal(during.status, 200, 'a delivery that is staged goes on');
  t.ok(size(during.text) > 0);
  await consign.restart();
  await assertDelivers(t, consign, vendor);
  t.ok(existsSync(artifact), 'it is back in the storeroom');
});
