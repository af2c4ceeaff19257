// The whole network, and a customer in Chromium behind the balancer: signs in, asks for a large file and saves it, while a process of
// each kind is killed. The session, the page and the file survive. Then the ports: those of a network with a balancer, and, once
// internal-db dials out, that none leads into the internal network. CONSIGN_SCREENSHOTS=<folder> keeps a picture of each step.
// Needs root.
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrowserContext } from 'playwright-core';
import t from 'tap';
import { takePicture, waitForPart } from '../rig/chromium.ts';
import { waitFor } from '../rig/running-consign.ts';
import { openCustomerBrowser, resumeUntil } from './customer-browser.ts';
import { followRunbook } from './follow-runbook.ts';
import { captureInnerWall, isAllTls, type Direction } from './inner-wall.ts';
import { killAndAwait, type Victim } from './kills.ts';
import { pairOf, readNetworkTable } from './network-table.ts';
import { countArrivals, readArrivals, tryPorts } from './port-probe.ts';
import { addressFrom, placeOfAddress, type Place, type PlaceOrWall } from './places.ts';
import { passwordOfAlice, visitAsCustomer } from './visit-as-customer.ts';
import { bringUpWholeNetwork } from './whole-network.ts';

const fileBytes = 120_000_000;
/** What the customer's line carries: five minutes for the whole file while processes die, then seconds for what is left. */
const [slowRate, quickRate] = ['3mbit', '30mbit'];
const waitMs = 90_000;
/** The runbook's chapter, and the web-front's port. */
const diallingOut = 15;
const linkPort = 8446;
/** internal-db's, of links from before it dials out. */
const formerLinkPort = 8445;
const nodeOf: Readonly<Record<string, Place>> = {
  'files.example': 'ftp-node',
  'files2.example': 'ftp-node-2',
};

const topology = await bringUpWholeNetwork();
topology.slowDown('customer', slowRate);
t.teardown(() => topology.down());
const folder = mkdtempSync(join(tmpdir(), 'consign-customer-'));
t.teardown(() => rmSync(folder, { recursive: true, force: true }));
const database = topology.at('internal-db');
const consign = (words: string): Promise<string> => database.shell(`runuser -u consign -- consign ${words}`);

/** Publishes a file of random bytes; returns its digest. */
async function publishLargeFile(): Promise<string> {
  await database.shell(`head -c ${fileBytes} /dev/urandom > /tmp/large.bin && chmod 0644 /tmp/large.bin`);
  await consign('product create large --title "The large one"');
  await consign('publish large 1.0.0 /tmp/large.bin --keep-original');
  await consign('grant acme large --reason test');
  return (await database.shell('sha256sum /tmp/large.bin')).slice(0, 64);
}

/** Whether the portal can be reached, and takes the browser for the customer who signed in. */
async function showsProduct(context: BrowserContext): Promise<boolean> {
  const page = await context.newPage();
  try {
    const answer = await page.goto('https://portal.example/products/large');
    return (
      answer?.status() === 200 && (await page.getByRole('heading', { name: 'The large one' }).isVisible())
    );
  } catch (error) {
    if (!/net::ERR_/.test((error as Error).message)) throw error;
    return false;
  } finally {
    await page.close();
  }
}

t.test('a large download goes on whatever dies', { timeout: 800_000 }, async (t) => {
  const digest = await publishLargeFile();
  const context = await openCustomerBrowser(topology, {
    folder,
    names: { 'portal.example': 'balancer', ...nodeOf },
  });
  t.teardown(() => context.close());
  const page = await context.newPage();
  await page.goto('https://portal.example');
  await page.getByLabel('User name').fill('alice');
  await page.getByLabel('Password').fill(passwordOfAlice(topology));
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByRole('link', { name: 'The large one' }).first().click();
  await page
    .getByRole('button', { name: /^Download / })
    .first()
    .click();
  await page.waitForURL(/\/deliveries\/dlv_/);
  const link = page.getByRole('link', { name: /^Download/ });
  await link.waitFor({ timeout: waitMs });
  const node = nodeOf[new URL((await link.getAttribute('href')) ?? '').hostname] ?? 'ftp-node';
  await takePicture(page, 'topology-1-ready');

  await link.click();
  const part = join(folder, 'downloads', await waitForPart(join(folder, 'downloads')));
  const whole = part.replace(/\.crdownload$/, '');
  const arrivedBytes = (): number => statSync(existsSync(whole) ? whole : part).size;
  const goesOn = async (afterWhat: string): Promise<void> => {
    const before = arrivedBytes();
    await waitFor(`more of the file after ${afterWhat}`, () => arrivedBytes() > before, waitMs);
  };
  await goesOn('the click');

  const quiet: readonly (readonly [string, Victim])[] = [
    ['a web-front', { place: 'web-front', unit: 'consign-web-front', which: 'main' }],
    ['internal-db', { place: 'internal-db', unit: 'consign-internal-db', which: 'main' }],
    ['PostgreSQL', { place: 'internal-db', unit: 'postgresql@15-main', which: 'main' }],
    ['the other web-front', { place: 'web-front-2', unit: 'consign-web-front', which: 'main' }],
    ['the balancer', { place: 'balancer', unit: 'haproxy', which: 'main' }],
  ];
  for (const [index, [what, victim]] of quiet.entries()) {
    const before = arrivedBytes();
    await killAndAwait(topology, victim);
    await goesOn(what);
    t.ok(arrivedBytes() > before, `${what} died, and the download goes on at ${arrivedBytes()} bytes`);
    await waitFor('the portal to be there for the same session', () => showsProduct(context), waitMs);
    await page.bringToFront();
    await page.locator('[data-outcome="running"]').waitFor({ timeout: waitMs });
    await takePicture(page, `topology-${index + 2}-after-${what.replaceAll(' ', '-')}`);
  }
  t.notOk(existsSync(whole), 'all of this was while it ran');

  const downloads = await context.newPage();
  await downloads.goto('chrome://downloads');
  for (const [what, which] of [
    ['its session servers', 'children'],
    ['the stager', 'main'],
  ] as const) {
    await killAndAwait(topology, { place: node, unit: 'consign-ftp-node', which });
    const before = arrivedBytes();
    await resumeUntil(downloads, () => arrivedBytes() > before);
    t.ok(before < fileBytes, `${what} died with ${before} bytes there, and the download goes on`);
    await takePicture(downloads, `topology-7-after-${what.replaceAll(' ', '-')}`);
  }
  topology.slowDown('customer', quickRate);
  await resumeUntil(downloads, () => existsSync(whole) && statSync(whole).size === fileBytes);
  t.equal(createHash('sha256').update(readFileSync(whole)).digest('hex'), digest, 'the file is whole');
  await page.bringToFront();
  await page.locator('[data-outcome="complete"]').waitFor({ timeout: waitMs });
  await takePicture(page, 'topology-8-complete');
});

t.test('nothing that was acknowledged is lost', async (t) => {
  t.match(JSON.parse(await consign('--json audit verify')), { intact: true });
  const deliveries = JSON.parse(await consign('--json deliveries acme')) as {
    product: string;
    state: string;
  }[];
  t.match(
    deliveries.filter(({ product }) => product === 'large'),
    [{ state: 'staged' }],
    'one click, one delivery',
  );
  const isTold = async (): Promise<boolean> => {
    const downloads = JSON.parse(await consign('--json downloads acme')) as { outcome: string }[];
    return downloads.some(({ outcome }) => outcome === 'complete') && downloads.length >= 2;
  };
  await waitFor('each part of the download to be reported', isTold, waitMs);
});

/** What came to a machine from another over `family` since countArrivals. */
async function arrivalsAt(to: PlaceOrWall): Promise<(from: PlaceOrWall, family?: 4 | 6) => string[]> {
  const arrived = await readArrivals(to, topology.at(to), placeOfAddress);
  return (from, family = 4) => {
    const ports = [...(arrived.get(pairOf(from, to)) ?? [])];
    return ports.filter((port) => port.includes('6 ') === (family === 6)).toSorted();
  };
}

t.test('with a balancer customers reach it, and no web-front', async (t) => {
  const table = readNetworkTable('With a balancer');
  const targets = ['balancer', 'web-front', 'web-front-2', 'internal-db'] as const;
  await Promise.all(targets.map((place) => countArrivals(topology.at(place))));
  for (const from of ['customer', 'balancer'] as const)
    for (const to of targets.filter((place) => place !== from))
      await tryPorts(topology.at(from), addressFrom(from, to, 4));
  for (const to of targets) {
    const arrived = await arrivalsAt(to);
    for (const from of (['customer', 'balancer'] as const).filter((place) => place !== to)) {
      const expected = table.get(pairOf(from, to === 'web-front-2' ? 'web-front' : to)) ?? new Set<string>();
      t.same(arrived(from), [...expected].toSorted(), pairOf(from, to));
    }
  }
});

t.test('with an internal-db that dials out no port leads into the internal network', async (t) => {
  const capture = await captureInnerWall(topology);
  await followRunbook(topology, { from: diallingOut, to: diallingOut });
  const [table, shipped] = ['With an internal-db that dials out', 'Who may talk to whom'].map((chapter) =>
    readNetworkTable(chapter),
  );
  const turned = pairOf('internal-db', 'web-front');
  t.ok(shipped?.has(pairOf('web-front', 'internal-db')), 'a port led there before');
  const outside = ['web-front', 'web-front-2', 'ftp-node', 'ftp-node-2', 'balancer', 'customer'] as const;
  const webFronts = ['web-front', 'web-front-2'] as const;

  await Promise.all([...webFronts, 'internal-db' as const].map((place) => countArrivals(topology.at(place))));
  const { password } = await visitAsCustomer(topology);
  for (const from of outside)
    for (const family of [4, 6] as const)
      await tryPorts(topology.at(from), addressFrom(from, 'internal-db', family));
  for (const to of webFronts) await tryPorts(database, addressFrom('internal-db', to, 4));

  const inside = await arrivalsAt('internal-db');
  for (const from of outside)
    t.same([...inside(from), ...inside(from, 6)], [], `nothing of ${from} reaches internal-db`);
  for (const to of webFronts) {
    const arrived = await arrivalsAt(to);
    t.same(arrived('internal-db'), [...(table?.get(turned) ?? [])], pairOf('internal-db', to));
  }
  const { others, directions, whole } = await capture.stop();
  t.same(others, [], 'nothing but TCP crosses the inner wall');
  const isOf = (port: number) => (each: Direction) => [each.sourcePort, each.targetPort].includes(port);
  const strange = directions.filter((each) => !isOf(linkPort)(each) && !isOf(formerLinkPort)(each));
  t.same(strange, [], 'and of that, the links alone');
  const opened = directions.filter(isOf(linkPort)).filter(({ bytes }) => bytes.length > 0);
  t.ok(opened.length >= 4, `${opened.length} directions of the new links carried something`);
  t.ok(opened.every(isAllTls), 'each of them is TLS from the first byte to the last');
  t.notOk(whole.includes(password), 'no password is to be seen in it');
});
