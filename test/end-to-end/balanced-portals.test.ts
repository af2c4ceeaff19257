// Two web-fronts behind HAProxy with the configuration of deploy/balancer, which is not sticky: customers are known by their
// own addresses, and a web-front that is killed under load costs no session, no page, no download, and nothing happens twice.
import { randomBytes, randomUUID } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import t from 'tap';
import { findFreePortBase } from '../rig/free-ports.ts';
import { openInstalledNode } from '../rig/installed-node.ts';
import { joinNode } from '../rig/joined-node.ts';
import { runHaproxy } from '../rig/running-haproxy.ts';
import { runProgram } from '../rig/run-program.ts';
import { startConsign, waitFor, type PrintedLogin } from '../rig/running-consign.ts';
import { temporaryFolder } from '../rig/temporary-folder.ts';
import { PortalCustomer, sendSignIn } from './portal-customer.ts';
import { clientDirectory } from './staged-file.ts';

const balancer = '127.0.0.9';
const waitMs = 90_000;
const customerCount = 6;
const fileBytes = 20_000_000;
/** Requests for deliveries before a kill, and after it. */
const requestsAroundKill = 3 * customerCount;
const examples = join(import.meta.dirname, '../../deploy/balancer');

const consign = await startConsign(t);
const second = await joinNode(t, consign, { role: 'web-front', name: 'web2' });
const ownDoors = [consign, second].map(({ portBase }) => `127.0.0.1:${portBase}`);
const doorPort = await findFreePortBase();
const publicUrl = `https://localhost:${doorPort}`;
const folder = temporaryFolder(t);
const statsSocket = join(folder, 'stats.sock');

/** An example as an operator would change it: every change must find its place. */
async function fillIn(name: string): Promise<string> {
  const { identity } = await openInstalledNode(consign.state, 'web-front');
  const certificateFile = join(folder, 'portal.pem');
  await writeFile(certificateFile, `${identity.certificate}\n${identity.privateKey}`, { mode: 0o600 });
  const changes = [
    // On a machine that is busy with other tests an answer may take longer than on a balancer's own.
    ['timeout connect 2s', 'timeout connect 20s\n  timeout check 20s'],
    ['maxconn 8000', `maxconn 8000\n  stats socket ${statsSocket} mode 600`],
    ['bind :443', `bind 127.0.0.1:${doorPort}`],
    ['/etc/haproxy/portal.pem', certificateFile],
    ['/etc/haproxy/consign-ca.pem', consign.endpoints.caFile],
    ['verifyhost portal.example.com', 'verifyhost localhost'],
    ['send-proxy-v2', `send-proxy-v2 source ${balancer}`],
    ['10.0.1.11:443', ownDoors[0] ?? ''],
    ['10.0.1.12:443', ownDoors[1] ?? ''],
  ] as const;
  let text = await readFile(join(examples, name), 'utf8');
  for (const [from, to] of changes) {
    if (!text.includes(from) && from !== '/etc/haproxy/portal.pem')
      throw new Error(`${name} has no ${from}.`);
    text = text.replace(from, to);
  }
  return text;
}

const perPortal = (path: string, value: string): string[] =>
  ['web1', 'web2'].flatMap((name) => [`${name}/${path}`, value]);

await consign.configure(
  'db1/bans/failuresMax',
  '5',
  'db1/portalUrl',
  publicUrl,
  ...perPortal('portal/publicUrl', publicUrl),
  ...perPortal('proxyProtocol/trustedNetworks', JSON.stringify([balancer])),
  ...perPortal('limits/signInsPerMinute', '1000'),
  ...perPortal('limits/pageRequestsPerMinute', '100000'),
);
await runHaproxy(t, await fillIn('haproxy.cfg'), { host: '127.0.0.1', port: doorPort });
await waitFor('the new address', () => consign.endpoints.portal === publicUrl, waitMs);

const source = join(folder, 'tool.bin');
await writeFile(source, randomBytes(fileBytes));
await consign.json('account', 'create', 'acme');
await consign.json('product', 'create', 'tool');
await consign.json('publish', 'tool', '1.0.0', source);
await consign.json('grant', 'acme', 'tool', '--reason', 'contract');
const login = await consign.json<PrintedLogin>('user', 'create', 'acme', 'alice');

t.test('both examples are what HAProxy takes', async (t) => {
  for (const name of ['haproxy.cfg', 'haproxy-passthrough.cfg']) {
    const file = join(temporaryFolder(t), name);
    await writeFile(file, await fillIn(name));
    t.match(await runProgram('haproxy', ['-c', '-f', file]), { code: 0 }, name);
  }
});

t.test('who guesses behind the balancer is banned, and nobody else behind it', async (t) => {
  const [guesser, customer] = ['127.0.0.6', '127.0.0.5'];
  const bans = async (): Promise<string[]> =>
    (await consign.json<{ bans: { network: string }[] }>('bans', 'list')).bans.map(({ network }) => network);
  const isBanned = async (): Promise<boolean> => {
    await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        sendSignIn(consign, { name: `nobody-${index}`, password: 'wrong' }, guesser),
      ),
    );
    return (await bans()).length > 0;
  };
  await waitFor('the ban', isBanned, waitMs);
  t.same(await bans(), [guesser]);
  t.equal((await sendSignIn(consign, login, guesser)).status, 403);
  const signedIn = await PortalCustomer.signIn(consign, login, customer);
  t.equal((await signedIn.ask('/', { from: customer })).status, 200);
  t.match(await consign.readLogs(), `"address":"${customer}"`, 'the access log has the customer');
});

interface Load {
  readonly failures: string[];
  pages: number;
  /** Requests with a key of their own: those that were answered, and those whose end is not known. */
  made: number;
  uncertain: number;
}

/** Looks at pages, and asks for deliveries as a program does: with a key, and again when no answer came. */
async function useThePortal(customer: PortalCustomer, load: Load, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const page = await customer.ask('/products/tool').catch((error: Error) => error);
    if (page instanceof Error) load.failures.push(page.message);
    else if (page.status !== 200) load.failures.push(`${page.status} ${page.text.slice(0, 200)}`);
    load.pages += 1;
    load[await requestDelivery(customer)] += 1;
  }
}

async function requestDelivery(customer: PortalCustomer): Promise<'made' | 'uncertain'> {
  const json = { product: 'tool', version: '1.0.0', file: 'tool.bin' };
  const headers = { 'idempotency-key': randomUUID() };
  let status = 0;
  const hasAnswer = async (): Promise<boolean> => {
    const answer = await customer.ask('/api/v1/deliveries', { json, headers }).catch((error: Error) => error);
    status = answer instanceof Error ? 0 : answer.status;
    return status === 201 || status === 409;
  };
  await waitFor('an answer', hasAnswer, waitMs);
  // The one who had it is gone, and may have done it: nobody does it again.
  return status === 201 ? 'made' : 'uncertain';
}

/** Whether the balancer sends customers to both web-fronts. */
async function hasBoth(): Promise<boolean> {
  const asked = connect(statsSocket);
  asked.end('show stat\n');
  const rows = (await text(asked)).split('\n').map((line) => line.split(','));
  const statusAt = rows[0]?.indexOf('status') ?? -1;
  const servers = rows.filter(([backend, server]) => backend === 'web_fronts' && server !== 'BACKEND');
  return servers.length === 2 && servers.every((row) => row[statusAt] === 'UP');
}

/** Without those that were given up, because the node did not answer in time: they were asked for again. */
const countDeliveries = async (): Promise<number> => {
  const deliveries = await consign.json<{ state: string }[]>('deliveries', '--limit', '1000');
  return deliveries.filter(({ state }) => state !== 'cancelled').length;
};

t.test('each web-front is killed under load', async (t) => {
  const customers = await Promise.all(
    Array.from({ length: customerCount }, () => PortalCustomer.signIn(consign, login)),
  );
  const { url } = await consign.json<{ url: string }>('stage', 'acme', 'tool/1.0.0/tool.bin');
  const directory = await clientDirectory(t);
  const options = ['-fsS', '--limit-rate', String(fileBytes / 10), '--cacert', consign.endpoints.caFile];
  const download = runProgram('curl', [...options, '-o', 'tool.bin', url], { directory });
  const before = await countDeliveries();
  const load: Load = { failures: [], pages: 0, made: 0, uncertain: 0 };
  const end = new AbortController();
  const running = Promise.all(customers.map((customer) => useThePortal(customer, load, end.signal)));
  const moreRequests = async (): Promise<void> => {
    const before = load.made + load.uncertain;
    const areMade = (): boolean => load.made + load.uncertain >= before + requestsAroundKill;
    await waitFor('requests', areMade, waitMs);
  };
  for (const victim of [consign, second]) {
    await moreRequests();
    const pid = victim.kill('web-front');
    await moreRequests();
    await victim.waitForRestart('web-front', pid);
    await waitFor('the balancer to have both again', hasBoth, waitMs);
  }
  end.abort();
  await running;
  t.same(load.failures, [], `${load.pages} pages were shown, whatever died`);
  const recorded = (await countDeliveries()) - before;
  t.ok(load.made > 0 && load.uncertain <= 2 * customerCount, `${load.made} requests answered`);
  const range = `${recorded} deliveries for ${load.made} answers and ${load.uncertain} without`;
  t.ok(recorded >= load.made && recorded <= load.made + load.uncertain, range);
  for (const customer of customers) t.equal((await customer.ask('/')).status, 200, 'the session is valid');
  t.match(await download, { code: 0 }, 'the download went on');
});
