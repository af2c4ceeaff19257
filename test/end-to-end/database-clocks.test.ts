// Two internal-dbs on one PostgreSQL, and the clock of one machine is set five minutes wrong: the one with the wrong clock leaves, says
// so, and the other serves everybody; with one time again it takes part by itself. Debian's libfaketime moves the clock of db2's machine.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { startConsign, waitFor } from '../rig/running-consign.ts';
import { temporaryFolder } from '../rig/temporary-folder.ts';
import { PortalCustomer, sendSignIn } from './portal-customer.ts';
import { shareDatabase } from './shared-database.ts';
import { assertDelivers, openVendor } from './small-vendor.ts';

const apartSeconds = 300;
const waitMs = 90_000;
const offsetFile = join(temporaryFolder(t), 'offset');
const setClock = (offsetSeconds: number): void =>
  writeFileSync(offsetFile, `${offsetSeconds < 0 ? '' : '+'}${offsetSeconds}s\n`);

setClock(0);
const consign = await startConsign(t);
const vendor = await openVendor(t, consign);
const { second } = await shareDatabase(t, consign, {
  environment: {
    LD_PRELOAD: '/usr/$LIB/faketime/libfaketime.so.1',
    FAKETIME_TIMESTAMP_FILE: offsetFile,
    FAKETIME_NO_CACHE: '1',
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
    DONT_FAKE_MONOTONIC: '1',
  },
});

interface Status {
  readonly database: { readonly leads: boolean };
  readonly links: readonly unknown[];
}
/** Whether it answers, and is linked. */
const serves = async (): Promise<boolean> => {
  const { code, stdout } = await second.run('--json', 'status');
  return code === 0 && (JSON.parse(stdout) as Status).links.length > 0;
};
const isTold = async (state: 'raised' | 'cleared', text: RegExp): Promise<boolean> =>
  (await consign.readLogs())
    .split('\n')
    .some((line) => line.includes('clock_apart') && line.includes(`"${state}"`) && text.test(line));

for (const [offset, where] of [
  [-apartSeconds, 'behind'],
  [apartSeconds, 'ahead of'],
] as const) {
  t.test(`five minutes ${where} the others, it leaves, and comes back with the right time`, async (t) => {
    await waitFor('db2', serves, waitMs);
    const customer = await PortalCustomer.signIn(consign, vendor.customer);
    setClock(offset);
    const reason = new RegExp(`The clock of db2 is (?:2[5-9]|3[0-4])\\d s ${where} the database server's`);
    await waitFor('db2 to leave', async () => reason.test(await second.readLogs()), waitMs);
    await waitFor('the alert', () => isTold('raised', new RegExp(`db2 is \\d+ s ${where}`)), waitMs);
    t.notOk(await serves(), 'it takes no part');
    const otherLeads = async (): Promise<boolean> => (await consign.json<Status>('status')).database.leads;
    await waitFor('the other to lead', otherLeads, waitMs);
    t.equal((await sendSignIn(consign, vendor.customer)).status, 303);
    t.equal((await customer.ask('/api/v1/products')).status, 200, 'nobody was signed out');
    await assertDelivers(t, consign, vendor);
    setClock(0);
    await waitFor('db2 to take part', serves, waitMs);
    await waitFor('the end of the alert', () => isTold('cleared', new RegExp(`db2`)), waitMs);
  });
}
