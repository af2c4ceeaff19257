// A backup that is made while customers are served, and everything else lost: the state is restored from the one file and
// the operator's key, on SQLite and on PostgreSQL, and goes on with all that was there at that moment.
import { cpSync, existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { PortalCustomer } from '../end-to-end/portal-customer.ts';
import { assertDelivers, openVendor, type SmallVendor } from '../end-to-end/small-vendor.ts';
import { PostgresServer } from '../rig/postgres-server.ts';
import { startConsign, type RunningConsign } from '../rig/running-consign.ts';
import { temporaryFolder } from '../rig/temporary-folder.ts';

const busyAccounts = 40;

/** Makes customers one after the other until told to stop; what was acknowledged before `mark` was set is in `before`. */
async function makeCustomers(consign: RunningConsign, life: { isOver: boolean }): Promise<number> {
  let made = 0;
  for (; made < busyAccounts && !life.isOver; made += 1)
    await consign.json('account', 'create', `busy-${made}`);
  return made;
}

interface Kept {
  readonly file: string;
  readonly key: string;
}

/** A backup in the middle of other work, and the operator's key, apart from the state. */
async function backUp(t: Test, consign: RunningConsign): Promise<Kept> {
  const folder = temporaryFolder(t);
  const file = join(folder, 'all.backup');
  const life = { isOver: false };
  const working = makeCustomers(consign, life);
  const report = await consign.json<{ roles: string[]; operators: string[] }>('backup', file);
  life.isOver = true;
  t.ok((await working) > 0, 'work went on meanwhile');
  t.match(report, { roles: ['internal-db', 'web-front', 'ftp-node'], operators: ['operator'] });
  const nowhere = await consign.run('backup', join(folder, 'none', 'consign.backup'));
  t.match(nowhere, { code: 4, stderr: /There is no folder .*none\. Make it first\./ });
  const listed = readdirSync(consign.state);
  t.notOk(
    listed.some((name) => name.includes('backup')),
    'nothing is left beside it',
  );
  cpSync(join(consign.state, 'operator'), join(folder, 'operator'), { recursive: true });
  return { file, key: join(folder, 'operator', 'operator.key') };
}

/** The state is gone; what comes back is the backup's. */
async function loseAndRestore(
  t: Test,
  { consign, kept }: { consign: RunningConsign; kept: Kept },
  options: readonly string[] = [],
): Promise<void> {
  const { file, key } = kept;
  await consign.stop();
  rmSync(consign.state, { recursive: true });
  const restored = await consign.json('--key', key, 'restore', file, ...options);
  t.match(restored, { node: 'db1', roles: ['internal-db', 'web-front', 'ftp-node'] });
  t.notOk(existsSync(join(consign.state, 'operator')), 'the operator’s key is not in it');
  await consign.start();
}

async function assertAllIsThere(t: Test, consign: RunningConsign, vendor: SmallVendor): Promise<void> {
  const customer = await PortalCustomer.signIn(consign, vendor.customer);
  t.equal((await customer.ask('/api/v1/products')).status, 200, 'the customer signs in as before');
  await assertDelivers(t, consign, vendor);
  const accounts = await consign.json<{ name: string }[]>('accounts');
  const busy = accounts.map(({ name }) => name).filter((name) => name.startsWith('busy-'));
  t.same(
    busy,
    busy.map((_, index) => `busy-${index}`),
    `${busy.length} customers made meanwhile, without a gap`,
  );
}

t.test('on SQLite', { timeout: 800_000 }, async (t) => {
  const consign = await startConsign(t);
  const vendor = await openVendor(t, consign);
  await assertDelivers(t, consign, vendor);
  const kept = await backUp(t, consign);
  const secrets = [
    vendor.content.subarray(0, 64),
    Buffer.from('acme'),
    readFileSync(join(consign.state, 'internal-db', 'node.key')).subarray(0, 40),
  ];
  const sealed = readFileSync(kept.file);
  t.ok(
    secrets.every((secret) => !sealed.includes(secret)),
    'the file shows nothing of what is in it',
  );

  const refused = await consign.run('--key', kept.key, 'restore', kept.file);
  t.equal(refused.code, 1, 'a state that is in use is left alone');
  t.match(refused.stderr, 'is in use already');
  await loseAndRestore(t, { consign, kept });
  await assertAllIsThere(t, consign, vendor);

  const empty = join(temporaryFolder(t), 'state');
  const stranger = join(temporaryFolder(t), 'eve.key');
  await consign.run('--key', stranger, 'operator', 'init', 'eve', '--no-passphrase');
  const { code, stderr } = await consign.run('--state', empty, '--key', stranger, 'restore', kept.file);
  t.equal(code, 1, 'whoever has another key restores nothing');
  t.match(stderr, /--made-by/, 'and is told that this node is not known at that desk');
  t.same(readdirSync(empty), [], 'and nothing was put there');
});

t.test('on PostgreSQL, into a database of another server', { timeout: 800_000 }, async (t) => {
  const [server, spare] = [await PostgresServer.start(), await PostgresServer.start()];
  t.teardown(() => Promise.all([server.remove(), spare.remove()]));
  const consign = await startConsign(t);
  const vendor = await openVendor(t, consign);
  const choose = (of: PostgresServer): string => {
    const file = join(temporaryFolder(t), 'postgres.json');
    writeFileSync(file, JSON.stringify({ engine: 'postgres', ...of.settingsOf(of.createDatabase()) }));
    return file;
  };
  await consign.stop();
  await consign.json('db', 'copy', choose(server));
  await consign.start();
  const kept = await backUp(t, consign);
  await server.down('immediate');
  await loseAndRestore(t, { consign, kept }, ['--database', choose(spare)]);
  t.match(await consign.json('status'), { database: { engine: /^PostgreSQL/ } });
  await assertAllIsThere(t, consign, vendor);
});
