// A whole Consign that moves from SQLite to PostgreSQL: a customer who signed in before goes on afterwards, and fetches a file;
// the server is restarted meanwhile, and what was promised is kept.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { PostgresServer } from '../rig/postgres-server.ts';
import { startConsign } from '../rig/running-consign.ts';
import { temporaryFolder } from '../rig/temporary-folder.ts';
import { PortalCustomer } from './portal-customer.ts';
import { assertDelivers, openVendor, vendorAccount, vendorTarget } from './small-vendor.ts';

const server = await PostgresServer.start();
t.teardown(() => server.remove());
const consign = await startConsign(t);
const vendor = await openVendor(t, consign);
const customer = await PortalCustomer.signIn(consign, vendor.customer);
const settings = server.settingsOf(server.createDatabase());
const choice = join(temporaryFolder(t), 'postgres.json');
writeFileSync(choice, JSON.stringify({ engine: 'postgres', ...settings }));

interface Status {
  readonly database: { readonly engine: string };
}

t.test('the database moves while Consign is stopped, and only then', async (t) => {
  const { code, stderr } = await consign.run('db', 'copy', choice);
  t.equal(code, 1);
  t.match(stderr, 'already running');
  t.match(await consign.json<Status>('status'), { database: { engine: /^SQLite/ } });
  await consign.stop();
  t.match(await consign.json('db', 'copy', choice), { rowCount: Number, auditEntryCount: Number });
  await consign.start();
  t.match(await consign.json<Status>('status'), { database: { engine: /^PostgreSQL/ } });
});

t.test('who was signed in goes on, and downloads', async (t) => {
  const { status } = await customer.ask('/api/v1/products');
  t.equal(status, 200);
  await assertDelivers(t, consign, vendor);
  t.match(await consign.json('audit', 'verify'), { intact: true });
});

t.test('a server that is restarted costs nobody the session, nor the log its chain', async (t) => {
  await server.down('immediate');
  await server.up();
  t.equal((await customer.ask('/api/v1/products')).status, 200);
  const staged = await consign.json<{ id: string }>('stage', vendorAccount, vendorTarget);
  t.ok(staged.id);
  await assertDelivers(t, consign, vendor);
  t.match(await consign.json('audit', 'verify'), { intact: true });
});
