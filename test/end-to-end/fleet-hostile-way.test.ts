// What lies between an appliance and its vendor works against it: a router that changes what goes in clear and lets no HTTPS through,
// a web-front in strange hands, a package that does not open, and the node of its site that dies in the middle of a transfer. The real
// agent installs only what was signed, gets round where there is a way, and the centre hears of it.
import { readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import t from 'tap';
import { openAgent } from '#appliance/agent.ts';
import { askSources } from '#appliance/cycle/ask-sources.ts';
import { sendBeat } from '#appliance/cycle/send-beat.ts';
import { obtainCatalog } from '#appliance/catalog/keep-catalog.ts';
import { readCatalogBundle } from '#commlink/fleet/catalog-bundle.ts';
import { layOutPorts } from '#deploy/ports.ts';
import { openChangingFront } from '../rig/changing-front.ts';
import { findFreePortBase } from '../rig/free-ports.ts';
import { joinNode } from '../rig/joined-node.ts';
import { startConsign, waitFor } from '../rig/running-consign.ts';
import { SpoilingProxy } from '../rig/spoiling-proxy.ts';
import { temporaryFolder } from '../rig/temporary-folder.ts';
import { FleetAgent } from './fleet-agent.ts';
import { account, FleetVendor, product } from './fleet-vendor.ts';

const waitMs = 90_000;
const askEveryMs = 500;
/** Where the router is that appliances reach the node by; the node itself is at 127.0.0.1. */
const routerAddress = '127.0.0.9';
/** How often appliances may beat follows from it. */
const beatIntervalMs = 2000;
const bytesPerSecondMax = 400_000;

interface Facts {
  readonly products: readonly {
    readonly confirmedVersion: string | null;
    readonly outcome: string | null;
    readonly outcomeVersion: string | null;
    readonly outcomeCode: string | null;
  }[];
  readonly events: readonly { readonly kind: string; readonly detail: string }[];
  readonly report: {
    readonly problems: readonly { readonly code: string; readonly about: string }[];
    readonly downloads: { readonly bytes: number; readonly source: string | null };
  } | null;
}
interface Download {
  readonly delivery: string;
  readonly protocol: string;
  readonly path: string;
  readonly offsetBytes: number;
  readonly sentBytes: number;
  readonly outcome: string | null;
}

const consign = await startConsign(t);
const edge = await joinNode(t, consign, { role: 'ftp-node', name: 'edge1', host: routerAddress });
const folder = temporaryFolder(t);
const vendor = new FleetVendor(consign, folder);
const plainPort = await findFreePortBase();
const ports = layOutPorts(edge.portBase);
const passivePorts = Array.from({ length: 50 }, (_, index) => ports.passive.from + index);
const router = await SpoilingProxy.open({
  address: routerAddress,
  ports: [plainPort, ports.delivery, ports.ftp, ports.sftp, ...passivePorts],
});
t.teardown(() => router.close());
const front = await openChangingFront(consign.endpoints);
t.teardown(() => front.close());
const agent = new FleetAgent(consign, folder, 'gate');
/** A neighbour that only asks: what it is told, the others are. */
const scout = new FleetAgent(consign, folder, 'scout');

const versionOf = (each: FleetAgent): Promise<string | null> => each.read(product, 'version.txt');
/** What the centre knows of it. */
async function factsOf({ name }: FleetAgent): Promise<Facts> {
  const { appliances } = await consign.json<{ appliances: { uid: string; name: string }[] }>(
    'appliance',
    'list',
  );
  return consign.json('appliance', 'show', appliances.find((each) => each.name === name)?.uid ?? '');
}
/** The codes of problems that its beats have told, the newest first. */
const toldProblems = ({ events }: Facts): string[] =>
  events.filter(({ kind }) => kind === 'problems').map(({ detail }) => detail);

/** Until appliances of the site are sent to their own node first, in clear too: the centre hears of a node's ports in their time. */
async function untilAtTheSite(version: string): Promise<void> {
  const places = { state: scout.state, root: scout.root, machineRoot: '/' };
  const asking = await openAgent(places, new AbortController().signal);
  await waitFor(
    `${version} at the node of the site`,
    async () => {
      await delay(askEveryMs);
      const reply = await sendBeat(asking, 'cycle');
      const { catalog } = await obtainCatalog(asking, reply.catalog?.sha256 ?? '');
      const targets = catalog.targets.filter(({ path }) => path.startsWith(`${product}/${version}/`));
      const [sources] = (await askSources(asking, targets)).values();
      const offered = (sources ?? []).map(({ node, transport }) => `${node} ${transport}`);
      const wanted = ['edge1 http', 'edge1 ftp', 'edge1 ftps'].every((each) => offered.includes(each));
      return wanted && sources?.[0]?.node === 'edge1' && sources.some(({ node }) => node === 'ftp1');
    },
    waitMs,
  );
}

t.test('a fleet, with a node at its site behind a router', async (t) => {
  await vendor.setUp();
  await consign.json('appliance', 'site', 'put', account, 'north', '--node', 'edge1');
  const fleet = JSON.stringify({ beatIntervalMs, missingGraceMs: beatIntervalMs });
  const inClear = ['edge1/https/plainPort', String(plainPort), 'edge1/ftp/plainPackages', 'true'];
  await consign.configure('db1/fleet', fleet, ...inClear);
  const { codes, roots } = await vendor.invite('north', 2);
  const caFile = join(folder, 'front.pem');
  await writeFile(caFile, front.certificate);
  await agent.enrol(codes[0] ?? '', { centre: front.url, caFile, roots });
  await scout.enrol(codes[1] ?? '', { roots });
  await vendor.publish({ version: '1.0.0' });
  await untilAtTheSite('1.0.0');
  t.equal(await versionOf(agent), null);
});

t.test(
  'a router that changes what goes in clear, over HTTP and FTP, is got round, and told of',
  async (t) => {
    router.isSpoiling = true;
    router.closePort(ports.delivery);
    const { stdout } = await agent.run('run', '--once');
    t.equal(await versionOf(agent), '1.0.0', stdout);
    t.match(await agent.run('verify'), { code: 0 });
    t.equal(router.spoiled.filter((port) => port === plainPort).length, 1, 'HTTP was spoiled');
    t.equal(router.spoiled.filter((port) => passivePorts.includes(port)).length, 1, 'FTP was spoiled');
    const facts = await factsOf(agent);
    t.match(facts.products, [{ confirmedVersion: '1.0.0', outcome: 'installed' }]);
    t.match(toldProblems(facts)[0], /source_failed/);
    const downloads = await consign.json<Download[]>('downloads', account);
    t.equal(downloads.find(({ protocol }) => protocol === 'ftps')?.outcome, 'complete', 'TLS got through');
    router.heal();
  },
);

t.test('a web-front in strange hands gets nothing accepted that it changes or keeps', async (t) => {
  let kept = '';
  front.change = (path, text) => {
    if (path.endsWith('/catalog') && text !== '') kept = text;
    return text;
  };
  await vendor.publish({ version: '1.1.0' });
  await untilAtTheSite('1.1.0');
  await agent.cycle();
  t.equal(await versionOf(agent), '1.1.0');
  t.ok(kept.length > 0, 'a catalog went by');
  await vendor.publish({ version: '1.2.0' });
  await untilAtTheSite('1.2.0');
  const changes = [
    { what: 'a signature is changed', code: /bad_catalog.*threshold/, change: spoilTimestamp },
    { what: 'an old catalog is kept', code: /bad_catalog.*rollback/, change: () => kept },
  ];
  for (const { what, code, change } of changes) {
    front.change = (path, text) => (path.endsWith('/catalog') ? change(text) : text);
    const { code: end, stdout } = await agent.run('run', '--once');
    t.equal(end, 1, what);
    t.match(stdout, code, what);
    t.equal(await versionOf(agent), '1.1.0', what);
  }
  front.change = (path, text) =>
    path.endsWith('/beats') ? text.replace(/.$/, (last) => (last === 'A' ? 'Q' : 'A')) : text;
  t.match((await agent.run('run', '--once')).stdout, /centre_invalid/, 'the answer to a beat is changed');
  front.change = null;
  await agent.run('run', '--once');
  t.equal(await versionOf(agent), '1.2.0', 'as soon as it passes on what was said');
  t.match(toldProblems(await factsOf(agent)).join(), /bad_catalog/);
});

t.test('a package that does not open is refused, and told; the next one is installed', async (t) => {
  const { cpk } = await vendor.publish({ version: '1.3.0' });
  await vendor.handInOtherKey(cpk);
  await untilAtTheSite('1.3.0');
  await agent.run('run', '--once');
  t.equal(await versionOf(agent), '1.2.0');
  const refused = { confirmedVersion: '1.2.0', outcome: 'refused', outcomeCode: 'bad_package' };
  t.match((await factsOf(agent)).products, [refused]);
  await vendor.publish({ version: '1.3.1' });
  await untilAtTheSite('1.3.1');
  await agent.cycle();
  t.match((await factsOf(agent)).products, [{ confirmedVersion: '1.3.1', outcome: 'installed' }]);
});

t.test('the node of the site dies in the middle of a transfer: another one sends the rest', async (t) => {
  const sizeBytes = 4_000_000;
  await consign.configure('edge1/limits/bytesPerSecondMax', String(bytesPerSecondMax));
  await vendor.publish({ version: '2.0.0', sizeBytes });
  await untilAtTheSite('2.0.0');
  const running = agent.run('run', '--once');
  await waitFor('a part of it', async () => (await partBytes()) > bytesPerSecondMax, waitMs);
  const { launcher = 0, ...others } = edge.endpoints.pids;
  for (const pid of [launcher, ...Object.values(others)]) process.kill(pid, 'SIGKILL');
  const { stdout } = await running;
  t.equal(await versionOf(agent), '2.0.0', stdout);
  t.match(await agent.run('verify'), { code: 0 });
  const { report } = await factsOf(agent);
  t.match(report?.problems, [{ code: 'source_failed', about: /edge1 \(http\)/ }]);
  t.match(report?.downloads, { source: 'ftp1' });
  let rest: Download | undefined;
  await waitFor(
    'the report of the other node',
    async () => {
      const downloads = await consign.json<Download[]>('downloads', account);
      rest = downloads.find(({ path, sentBytes }) => path.startsWith(`${product}/2.0.0/`) && sentBytes > 0);
      return rest?.outcome === 'complete';
    },
    waitMs,
  );
  t.ok((rest?.offsetBytes ?? 0) >= bytesPerSecondMax, 'it went on where the first one was cut');
});

/** The catalog as it was, but for one signature. */
function spoilTimestamp(text: string): string {
  const bundle = readCatalogBundle(text);
  const timestamp = JSON.parse(bundle.director.timestamp) as { signatures: { sig: string }[] };
  for (const each of timestamp.signatures)
    each.sig = `${each.sig.startsWith('0') ? '1' : '0'}${each.sig.slice(1)}`;
  return JSON.stringify({
    ...bundle,
    director: { ...bundle.director, timestamp: JSON.stringify(timestamp) },
  });
}

/** How much of a download has come. */
async function partBytes(): Promise<number> {
  const staging = join(agent.state, 'staging');
  const part = (await readdir(staging)).find((name) => name.endsWith('.part'));
  return part === undefined ? 0 : (await stat(join(staging, part))).size;
}
