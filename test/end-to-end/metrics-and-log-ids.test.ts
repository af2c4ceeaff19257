// What an operator sees of a whole Consign from outside: each node's metrics, as Prometheus reads them, and one customer's
// click, followed by its id through the logs of three processes.
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import t from 'tap';
import { parseExposition, valueOf, type Family } from '../rig/exposition.ts';
import { findFreePortBase } from '../rig/free-ports.ts';
import { startConsign, waitFor } from '../rig/running-consign.ts';
import { PortalCustomer } from './portal-customer.ts';
import { openVendor, vendorAccount, vendorTarget } from './small-vendor.ts';

const run = promisify(execFile);
const waitMs = 90_000;
const consign = await startConsign(t);
const vendor = await openVendor(t, consign);
const customer = await PortalCustomer.signIn(consign, vendor.customer);
const ports = await findFreePortBase();
const nodes = { db1: ports, web1: ports + 1, ftp1: ports + 2 } as const;
const logOf = (program: string) =>
  readFileSync(join(consign.state, 'logs', `${program}.log`), 'utf8').split('\n');

/** As curl gets it. */
async function readMetrics(node: keyof typeof nodes): Promise<Map<string, Family>> {
  const url = `http://127.0.0.1:${nodes[node]}/metrics`;
  return parseExposition((await run('curl', ['-sSf', '--max-time', '60', url])).stdout);
}

async function waitForLine(program: string, pattern: RegExp): Promise<string> {
  const find = (): string | undefined => logOf(program).find((line) => pattern.test(line));
  await waitFor(`${program} to log ${pattern}`, () => find() !== undefined, waitMs);
  return find() ?? '';
}

t.test('metrics are offered where the settings say, from when they say it', async (t) => {
  await t.rejects(readMetrics('web1'), 'nowhere at first');
  const settings = Object.entries(nodes).map(
    ([node, port]) => [`${node}/metrics`, JSON.stringify({ host: '127.0.0.1', port })] as const,
  );
  await consign.configure(...settings.flat());
  for (const node of Object.keys(nodes) as (keyof typeof nodes)[]) {
    const families = await readMetrics(node);
    t.ok(families.has('consign_commlink_links'), node);
    t.ok(Number(valueOf(families, 'nodejs_eventloop_lag_p99_seconds')) > 0);
    t.ok(Number(valueOf(families, 'process_cpu_seconds_total')) > 0);
  }
});

t.test('one click is found by its id in the logs of three processes', async (t) => {
  const [product = '', version = '', file = ''] = vendorTarget.split('/');
  const answer = await customer.sendForm('/deliveries', { product, version, file });
  t.equal(answer.status, 303);
  const page = String(answer.headers['location']);
  const delivery = /dlv_[\w-]{22}/.exec(page)?.[0] ?? '';
  const ready = JSON.parse(
    await waitForLine('web-front', new RegExp(`"delivery":"${delivery}".*delivery ready`)),
  );
  const { request } = ready as { request: string };
  t.match(request, /^[0-9a-z]{12}$/);
  for (const [program, message] of [
    ['web-front', 'request'],
    ['internal-db', 'delivery recorded'],
    ['ftp-node', 'delivery staged'],
  ] as const) {
    const line = await waitForLine(
      program,
      new RegExp(`"(?:request|incident)":"${request}".*"msg":"${message}"`),
    );
    if (program !== 'web-front') t.match(line, `"delivery":"${delivery}"`, program);
  }
  const others = ['web-front', 'internal-db', 'ftp-node']
    .flatMap(logOf)
    .filter((line) => line.includes(request));
  t.ok(others.length >= 4, 'nothing of it is missing');
});

t.test('a login over FTPS is found by the id of its connection', async (t) => {
  const { name, password } = vendor.customer;
  const { host, port } = consign.endpoints.ftp;
  const url = `ftp://${host}:${port}/${vendorTarget}`;
  const options = ['-sS', '--ssl-reqd', '--cacert', consign.endpoints.caFile, '-u', `${name}:${password}`];
  const { stdout } = await run('curl', [...options, url], { encoding: 'buffer', maxBuffer: 2 ** 24 });
  t.ok(stdout.equals(vendor.content));
  const decided = JSON.parse(await waitForLine('internal-db', /"principal":"user:alice".*login decided/));
  const { request } = decided as { request: string };
  t.match(request, /^con_[\w-]{22}$/);
  await waitForLine('web-front', new RegExp(`"request":"${request}".*login passed on`));
  await waitForLine('ftp-node', new RegExp(`"request":"${request}".*"msg":"logged in"`));
  const begun = new RegExp(`"request":"${request}".*"msg":"download begun"`);
  t.match(JSON.parse(await waitForLine('ftp-node', begun)), { protocol: 'ftps', delivery: /^dlv_/ });
});

t.test('what happened is counted, and no customer is named', async (t) => {
  const done = { protocol: 'ftps', outcome: 'complete' };
  // The client is gone before the node has counted.
  const isCounted = async (): Promise<boolean> =>
    (valueOf(await readMetrics('ftp1'), 'consign_ftp_node_transfers_total', done) ?? 0) > 0;
  await waitFor('the transfer to be counted', isCounted, waitMs);
  const [db, web, ftp] = await Promise.all([readMetrics('db1'), readMetrics('web1'), readMetrics('ftp1')]);
  const route = { method: 'POST', route: '/deliveries', status: '303' };
  t.equal(valueOf(web, 'consign_web_front_requests_total', route), 1);
  t.equal(
    valueOf(web, 'consign_web_front_request_seconds_count', { method: 'POST', route: '/deliveries' }),
    1,
  );
  t.equal(valueOf(db, 'consign_internal_db_decisions_total', { outcome: 'allowed' }), 1);
  t.equal(valueOf(db, 'consign_internal_db_logins_total', { door: 'ftps', outcome: 'allowed' }), 1);
  t.equal(valueOf(db, 'consign_internal_db_logins_total', { door: 'portal', outcome: 'allowed' }), 1);
  t.equal(valueOf(db, 'consign_internal_db_deliveries', { state: 'staged' }), 1);
  t.equal(valueOf(db, 'consign_internal_db_staging_seconds_count'), 1);
  t.ok(Number(valueOf(db, 'consign_internal_db_transaction_seconds_count', { outcome: 'committed' })) > 3);
  t.equal(valueOf(ftp, 'consign_ftp_node_transfers_total', done), 1);
  t.equal(valueOf(ftp, 'consign_ftp_node_sent_bytes_total', { protocol: 'ftps' }), vendor.content.length);
  t.equal(valueOf(ftp, 'consign_ftp_node_stagings_total', { outcome: 'staged' }), 1);
  t.equal(valueOf(ftp, 'consign_ftp_node_logins_total', { protocol: 'ftps', outcome: 'allowed' }), 1);
  t.ok(Number(valueOf(ftp, 'consign_ftp_node_storeroom_free_bytes')) > 0);
  t.equal(valueOf(ftp, 'consign_ftp_node_jailed'), process.getuid?.() === 0 ? 1 : 0);
  t.ok(Number(valueOf(ftp, 'consign_ftp_node_session_servers_resident_bytes')) > 1_000_000);
  t.type(
    valueOf(ftp, 'consign_ftp_node_session_server_lag_seconds', { server: 'session-server-1' }),
    'number',
  );
  t.ok(Number(valueOf(ftp, 'consign_commlink_links', { peer: 'web1', direction: 'dialled' })) > 0);
  const labels = [db, web, ftp].flatMap((families) =>
    [...families.values()].flatMap(({ samples }) =>
      samples.flatMap((sample) => Object.values(sample.labels)),
    ),
  );
  t.ok(labels.length > 100);
  for (const name of [vendorAccount, 'alice', 'tool.bin', '127.0.0.1'])
    t.notOk(
      labels.some((label) => label.includes(name)),
      `${name} is no label`,
    );
});

t.test('a session server that dies is counted', async (t) => {
  const before = valueOf(await readMetrics('ftp1'), 'consign_ftp_node_session_server_deaths_total');
  t.equal(before, 0);
  await consign.waitForRestart('session-server-1', consign.kill('session-server-1'));
  t.equal(valueOf(await readMetrics('ftp1'), 'consign_ftp_node_session_server_deaths_total'), 1);
});
