// PostgreSQL with a disk of its own that fills up under a whole Consign: what can't be recorded is refused plainly and did not happen,
// what was acknowledged stays, a download that runs goes on, the alert says it, and with room again everything goes on without
// a restart. Needs root, to mount a small tmpfs.
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { join } from 'node:path';
import t from 'tap';
import { mountMemory } from '../rig/mounted-memory.ts';
import { PostgresServer } from '../rig/postgres-server.ts';
import { startConsign, waitFor } from '../rig/running-consign.ts';
import { temporaryFolder } from '../rig/temporary-folder.ts';
import { askHttps, PortalCustomer, sendSignIn, type HttpAnswer } from './portal-customer.ts';
import { assertDelivers, assertPlain, openVendor, vendorAccount } from './small-vendor.ts';

const diskMebibytes = 192;
/** More than the sockets of a connection keep. */
const largeBytes = 48 << 20;
const triesMax = 400;
const full = /disk is full\..* Free some space/;

const memory = await mountMemory(t, join(temporaryFolder(t), 'disk'), diskMebibytes);
chmodSync(memory.directory, 0o755);
chmodSync(join(memory.directory, '..'), 0o755);
const server = await PostgresServer.start({ folder: memory.directory });
t.teardown(() => server.remove());
const consign = await startConsign(t);
const vendor = await openVendor(t, consign);
const folder = temporaryFolder(t);
const large = randomBytes(largeBytes);
writeFileSync(join(folder, 'large.bin'), large);
await consign.json('publish', 'tool', '2.0.0', join(folder, 'large.bin'));
await consign.stop();
const settings = { engine: 'postgres', ...server.settingsOf(server.createDatabase()) };
writeFileSync(join(folder, 'postgres.json'), JSON.stringify(settings));
await consign.json('db', 'copy', join(folder, 'postgres.json'));
await consign.start();
await waitFor('the FTP node to listen', isListening, 30_000);
const alice = await PortalCustomer.signIn(consign, vendor.customer);
const databasePid = consign.endpoints.pids['internal-db'];

t.test(
  'what a full database can’t record is refused plainly, and a download that runs goes on',
  async (t) => {
    const staged = await consign.json<{ url: string }>('stage', vendorAccount, 'tool/2.0.0/large.bin');
    const download = await beginDownload(staged.url);
    memory.fill();
    const { acknowledged, refused } = await orderUntilRefused();
    t.equal(refused.status, 503, refused.text);
    t.notMatch(refused.text, /\n\s+at |node:internal|ENOSPC|53100|could not extend/);

    const made: string[] = [];
    const command = await runUntilRefused((name) => consign.run('account', 'create', name), made);
    t.equal(command.stdout, '');
    assertPlain(t, command.stderr, full);
    const signedIn = await sendSignIn(consign, vendor.customer);
    t.ok([302, 303, 503].includes(signedIn.status), `${signedIn.status}: let in or told, never broken`);
    t.equal((await alice.ask('/api/v1/products')).status, 200, 'the catalog can be read');
    t.equal((await consign.run('why', vendorAccount, 'tool')).code, 0);
    await waitFor('the alert', () => told('raised').length > 0, 60_000);

    const hash = createHash('sha256');
    for await (const chunk of download) hash.update(chunk as Buffer);
    t.equal(hash.digest('hex'), createHash('sha256').update(large).digest('hex'), 'all of it arrived');
    t.equal(consign.endpoints.pids['internal-db'], databasePid, 'nothing has died of it');

    memory.free();
    t.match(await order(), { status: 201 }, 'with room it works at once');
    t.equal((await sendSignIn(consign, vendor.customer)).status, 303);
    const { code } = await consign.run('account', 'create', 'made-afterwards');
    t.equal(code, 0);
    await assertDelivers(t, consign, vendor);

    const entries = JSON.stringify(await consign.json('audit', '--limit', '1000'));
    t.same(
      acknowledged.filter((id) => !entries.includes(id)),
      [],
      'of what was acknowledged nothing is lost',
    );
    const accounts = JSON.stringify(await consign.json('accounts'));
    t.same(
      made.filter((name) => !accounts.includes(`"${name}"`)),
      [],
    );
    t.notMatch(accounts, lastTried(made.length), 'what was refused did not happen');
    t.match(await consign.json('audit', 'verify'), { intact: true });
    await waitFor(
      'the download’s report',
      async () => JSON.stringify(await consign.json('downloads')).includes('large.bin'),
      60_000,
    );
    t.equal(consign.endpoints.pids['internal-db'], databasePid, 'all of it without a restart');
    await waitFor('the end of the alert', () => told('cleared').length > 0, 120_000);
  },
);

function isListening(): Promise<boolean> {
  return askHttps(consign, consign.endpoints.delivery).then(
    () => true,
    () => false,
  );
}

/** Asks for a file, whose head is here when it resolves; the rest waits until it is read. */
async function beginDownload(url: string): Promise<IncomingMessage> {
  const sent = request(url, { ca: readFileSync(consign.endpoints.caFile), agent: false });
  sent.end();
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  t.equal(response.statusCode, 200);
  return response;
}

function order(): Promise<HttpAnswer> {
  return alice.ask('/api/v1/deliveries', { json: { product: 'tool', version: '1.0.0', file: 'tool.bin' } });
}

/** The server writes into pages that its tables have already, as long as there are some. */
async function orderUntilRefused(): Promise<{ acknowledged: string[]; refused: HttpAnswer }> {
  const acknowledged: string[] = [];
  for (let tries = 0; tries < triesMax; tries += 1) {
    const answer = await order();
    if (answer.status !== 201) return { acknowledged, refused: answer };
    acknowledged.push((JSON.parse(answer.text) as { id: string }).id);
    memory.fill();
  }
  throw new Error('The database never ran out of space.');
}

function lastTried(count: number): string {
  return `full-${count}-`;
}

async function runUntilRefused(
  work: (name: string) => ReturnType<typeof consign.run>,
  made: string[],
): ReturnType<typeof consign.run> {
  for (;;) {
    const name = `${lastTried(made.length)}${randomBytes(3).toString('hex')}`;
    const result = await work(name);
    if (result.code !== 0 || made.length > triesMax) return result;
    made.push(name);
    memory.fill();
  }
}

/** What the log of internal-db says of the alert. */
function told(state: 'raised' | 'cleared'): string[] {
  return readFileSync(join(consign.state, 'logs', 'internal-db.log'), 'utf8')
    .split('\n')
    .filter((line) => line.includes('"kind":"database_disk_full"') && line.includes(`"state":"${state}"`));
}
