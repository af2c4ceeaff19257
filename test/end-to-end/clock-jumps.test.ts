// A whole Consign whose machine's clock jumps two days ahead and back again, under the running programs: Debian's
// libfaketime is loaded into each of them (but the session server, which is started with an empty environment), and
// reads the offset from a file. What has ended by the wrong time stays ended, is said plainly, and nothing is lost.
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import t from 'tap';
import { startConsign, waitFor } from '../rig/running-consign.ts';
import { temporaryFolder } from '../rig/temporary-folder.ts';
import { askHttps, PortalCustomer } from './portal-customer.ts';
import { assertDelivers, openVendor, vendorAccount, vendorTarget } from './small-vendor.ts';

const twoDaysSeconds = 2 * 86_400;
const noticeMs = 90_000;
const offsetFile = join(temporaryFolder(t), 'offset');

/** Sets all the programs' clocks; libfaketime reads the file anew at every look at the clock. */
function setClock(offsetSeconds: number): void {
  writeFileSync(offsetFile, `${offsetSeconds < 0 ? '' : '+'}${offsetSeconds}s\n`);
}

setClock(0);
const consign = await startConsign(t, {
  environment: {
    LD_PRELOAD: '/usr/$LIB/faketime/libfaketime.so.1',
    FAKETIME_TIMESTAMP_FILE: offsetFile,
    FAKETIME_NO_CACHE: '1',
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
    DONT_FAKE_MONOTONIC: '1',
  },
});
const vendor = await openVendor(t, consign);
await consign.json('account', 'create', 'brief');
await consign.json('grant', 'brief', 'tool', '--until', tomorrow(), '--reason', 'trial');
const alice = await PortalCustomer.signIn(consign, vendor.customer);
const created = await alice.ask('/api/v1/tokens', { json: { name: 'machine', lifetimeDays: 30 } });
const { secret: token } = JSON.parse(created.text) as { secret: string };
const staged = await consign.json<{ id: string; url: string; path: string }>(
  'stage',
  vendorAccount,
  vendorTarget,
);
const link = join(consign.state, 'ftp-node', 'accounts', vendorAccount, staged.path);
const records = await recordsNow();

function tomorrow(): string {
  return new Date(Date.now() + 86_400_000).toISOString();
}

/** What must be there whatever the clock does. */
async function recordsNow(): Promise<Record<string, string[]>> {
  const ids = async (...args: string[]): Promise<string[]> =>
    (await consign.json<{ id?: string; name?: string }[]>(...args)).map(({ id, name }) => id ?? name ?? '');
  return {
    accounts: await ids('accounts'),
    products: await ids('products'),
    entitlements: await ids('entitlements'),
    deliveries: await ids('deliveries'),
  };
}

async function stateOf(delivery: string): Promise<string | undefined> {
  const deliveries = await consign.json<{ id: string; state: string }[]>('deliveries', '--limit', '100');
  return deliveries.find(({ id }) => id === delivery)?.state;
}

async function bearerStatus(): Promise<number> {
  const { portal } = consign.endpoints;
  return (await askHttps(consign, `${portal}/api/v1/me`, { headers: { authorization: `Bearer ${token}` } }))
    .status;
}

async function sessionStatus(): Promise<number> {
  return (await alice.ask('/api/v1/me')).status;
}

async function linkStatus(): Promise<number> {
  return (await askHttps(consign, staged.url)).status;
}

async function trialVerdict(): Promise<string> {
  return (await consign.run('why', 'brief', 'tool')).stdout;
}

async function logsSay(pattern: RegExp): Promise<void> {
  await waitFor(String(pattern), async () => pattern.test(await consign.readLogs()), noticeMs);
}

t.test('before: all is valid', async (t) => {
  t.ok(existsSync(link));
  t.equal(await linkStatus(), 200);
  t.equal(await sessionStatus(), 200);
  t.equal(await bearerStatus(), 200);
  t.match(await trialVerdict(), /: yes/);
});

t.test('two days ahead: what is over by then ends, and the log says that the clock was set', async (t) => {
  setClock(twoDaysSeconds);
  await waitFor('the link to go', () => !existsSync(link), noticeMs);
  await waitFor('the record', async () => (await stateOf(staged.id)) === 'expired', noticeMs);
  await logsSay(/The clock was set by 172[78]\d\d s\./);
  t.equal(await linkStatus(), 410);
  t.equal(await sessionStatus(), 401, 'the session is over');
  t.equal(await bearerStatus(), 200, 'a token for 30 days is not');
  t.match(await trialVerdict(), /: no \(/, 'the trial is over');
  await assertDelivers(t, consign, vendor);
});

t.test(
  'back again: nothing comes back to life, and status and log say that the clock is behind',
  async (t) => {
    setClock(0);
    await logsSay(/The clock was set by -172[78]\d\d s\./);
    const { database } = await consign.json<{ database: { integrity: string } }>('status');
    t.match(database.integrity, /the machine's clock is 17\d{4} s behind times seen before, set it right/);
    const doctor = await consign.run('doctor');
    t.equal(doctor.code, 1);
    t.match(doctor.stdout, /clock is 17\d{4} s behind/);
    t.equal(await stateOf(staged.id), 'expired');
    t.equal(await linkStatus(), 410, 'although the same file was staged anew');
    t.equal(await sessionStatus(), 401);
    t.match(await trialVerdict(), /: no \(/, 'the trial stays over');
  },
);

t.test('and everything works meanwhile, also after a restart', async (t) => {
  for (const when of ['running on', 'restarted']) {
    if (when === 'restarted') await consign.restart();
    await assertDelivers(t, consign, vendor);
    const again = await PortalCustomer.signIn(consign, vendor.customer);
    t.equal((await again.ask('/api/v1/me')).status, 200, when);
    t.equal(await bearerStatus(), 200);
    t.equal(await sessionStatus(), 401, `${when}: the old session stays over`);
    t.match(await trialVerdict(), /: no \(/);
    t.equal(await stateOf(staged.id), 'expired');
  }
  const now = await recordsNow();
  for (const [what, ids] of Object.entries(records)) {
    t.same(
      ids.filter((id) => !now[what]?.includes(id)),
      [],
      `no ${what} are lost`,
    );
  }
});

t.test(
  'an operator gives the wrong time up: what had not ended by the right one is there again',
  async (t) => {
    await consign.stop();
    const database = new DatabaseSync(join(consign.state, 'internal-db', 'consign.db'));
    database.exec("DELETE FROM settings WHERE name = 'clock_high_water_ms'");
    database.close();
    await consign.start();
    for (const when of ['given up', 'restarted']) {
      if (when === 'restarted') await consign.restart();
      const { database } = await consign.json<{ database: { integrity: string } }>('status');
      t.equal(database.integrity, 'checked at start: ok', when);
      t.match(await trialVerdict(), /: yes/);
      t.equal(await stateOf(staged.id), 'expired', 'what was ended stays so');
      await assertDelivers(t, consign, vendor);
    }
  },
);
