// Signed-in pages of the portal with very many customers in the database, at fifty connections, through web-front, commlink
// and database of a whole Consign; and sign-ins, beside argon2 alone. With --postgres on that engine; with --quick: few
// customers, to see whether it runs.
import { readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { connectAdmin, type Admin } from '#bin/admin-client.ts';
import { layOutState } from '#deploy/state-directory.ts';
import { passwordChecksRunningMax } from '#internal-db/limits.ts';
import { createPasswordHasher } from '#internal-db/passwords/password-hash.ts';
import { passwordParameters } from '#internal-db/passwords/password-parameters.ts';
import { PostgresServer } from '../rig/postgres-server.ts';
import { startConsign, type RunningConsign } from '../rig/running-consign.ts';
import { compare, quantileOf, type Benchmark, type BenchmarkRow } from './benchmark.ts';
import { ownProcessorSeconds } from './delivery-processes.ts';
import { signInAll, startBrowsers } from './portal-load.ts';
import type { Browsers, LoadTimes, PageTimes, PortalPlace } from './portal-load.ts';
import { openPostgresPopulation, openSqlitePopulation } from './population-database.ts';
import { populate, type Population, type PopulationSize } from './portal-population.ts';

const usual: PopulationSize = { accounts: 100_000, usersPerAccount: 10, sessions: 5000 };
const quickly: PopulationSize = { accounts: 400, usersPerAccount: 10, sessions: 200 };
const productCount = 100;
/** Of the product whose page is loaded; the others have one. */
const releaseCount = 60;
const connections = 50;
/** Of what they get as fast as they can: what a portal that isn't overloaded is asked for. */
const steadyShare = 0.5;
const password = 'correct horse battery';
const actor = 'bench';
/** Whose processor time a page costs; the launcher writes the logs down, and `browsers` is what asks. */
const programs = ['web-front', 'internal-db', 'launcher'] as const;
/** As many as the portal lets wait for a password check without refusing anybody. */
const signInsAtOnce = 8;
const pages = [
  { name: 'product page', path: '/products/bench-0', expected: 'Bench product 0' },
  { name: 'home page', path: '/', expected: 'Bench product' },
  { name: 'API, products', path: '/api/v1/products', expected: 'bench-0' },
];

interface Stage {
  readonly portal: PortalPlace;
  readonly browsers: Browsers;
  readonly pids: ReadonlyMap<string, number>;
  readonly population: Population;
}

/** The benchmark `portal`. */
export const measurePortal: Benchmark = async (report, { quick, only, postgres }) => {
  const cleanups: (() => unknown)[] = [];
  try {
    const size = quick ? quickly : usual;
    const stage = await setUp({ size, postgres }, (cleanup) => cleanups.unshift(cleanup));
    const { userCount, entitlementCount, sessions } = stage.population;
    const engine = postgres ? ', PostgreSQL' : '';
    const shown = `${userCount} users, ${entitlementCount} entitlements${engine}`;
    for (const page of pages) {
      if (only.length > 0 && !only.includes(page.name)) continue;
      const plan = { ...page, connections, sessions, durationMs: quick ? 1000 : 15_000 };
      await stage.browsers.load({ ...plan, pacePerSecond: null, durationMs: plan.durationMs / 3 });
      const name = `${page.name}, ${connections} connections, ${shown}`;
      const costs = startCosts(stage);
      const fastest = await stage.browsers.load({ ...plan, pacePerSecond: null });
      reportTimes(report, `${name}, as fast as they can`, fastest);
      costs.report(report, `${name}, as fast as they can`, fastest.latenciesMs.length);
      const pacePerSecond = (steadyShare * fastest.latenciesMs.length * 1000) / fastest.elapsedMs;
      const steady = await stage.browsers.load({ ...plan, pacePerSecond });
      reportTimes(report, `${name}, half as fast`, steady);
    }
    if (only.length === 0 || only.includes('sign-in')) await measureSignIns(report, stage, quick);
  } finally {
    for (const cleanup of cleanups) await cleanup();
  }
};

async function setUp(
  { size, postgres }: { size: PopulationSize; postgres: boolean },
  teardown: (cleanup: () => unknown) => void,
): Promise<Stage> {
  // First, so that it is removed last.
  const server = postgres ? await PostgresServer.start({ folder: tmpdir() }) : null;
  if (server) teardown(() => server.remove());
  const consign = await startConsign({ teardown });
  const perMinute = 1_000_000;
  const limits = ['signInsPerMinute', 'apiRequestsPerMinute', 'pageRequestsPerMinute'];
  await consign.configure(...limits.flatMap((name) => [`web1/limits/${name}`, String(perMinute)]));
  const admin = await connectAdmin(layOutState(consign.state));
  await publishProducts(admin);
  admin.close();
  const hasher = await createPasswordHasher(passwordParameters);
  const passwordHash = await hasher.hash(password);
  const tell = (line: string): void => void process.stderr.write(`${line}\n`);
  const database = server
    ? await moveToPostgres(consign, server)
    : openSqlitePopulation(path.join(consign.state, 'internal-db', 'consign.db'));
  const population = await populate(database, size, { passwordHash, tell });
  await database.close();
  if (server) await consign.start();
  const { portal: origin, caFile } = consign.endpoints;
  const portal = { origin, certificate: await readFile(caFile, 'utf8') };
  const browsers = startBrowsers(portal);
  teardown(() => browsers.stop());
  const pids = new Map([
    ...programs.map((name) => [name, consign.pid(name)] as const),
    ['browsers', browsers.pid],
  ]);
  return { portal, browsers, pids, population };
}

/** Stops Consign and copies what it has to the server. */
async function moveToPostgres(consign: RunningConsign, server: PostgresServer) {
  const settings = server.settingsOf(server.createDatabase());
  const choice = path.join(consign.state, 'postgres.json');
  await writeFile(choice, JSON.stringify({ engine: 'postgres', ...settings }), { mode: 0o600 });
  await consign.stop();
  await consign.json('db', 'copy', choice);
  return await openPostgresPopulation(settings);
}

async function publishProducts(admin: Admin): Promise<void> {
  for (let number = 0; number < productCount; number += 1) {
    const product = `bench-${number}`;
    const title = `Bench product ${number}`;
    await admin.call('product.create', {
      actor,
      name: product,
      title,
      description: 'A product to be shown.',
    });
    for (let minor = 0; minor < (number === 0 ? releaseCount : 1); minor += 1) {
      const release = { product, version: `1.${minor}.0`, channel: 'stable', draft: false };
      const files = ['linux-x64', 'linux-arm64', 'darwin-arm64', 'win32-x64'].map((platform) => ({
        name: `${product}-1.${minor}.0-${platform}.tar.gz`,
        sizeBytes: 123_456_789,
        sha256: 'ab'.repeat(32),
        platform,
        mediaType: 'application/gzip',
      }));
      await admin.call('release.publish', { actor, ...release, files });
    }
  }
}

async function measureSignIns(
  report: (row: BenchmarkRow) => void,
  { portal, population }: Stage,
  quick: boolean,
): Promise<void> {
  const userNames = population.userNames.slice(0, quick ? 8 : 100);
  const times = await signInAll(portal, { userNames, password, atOnce: signInsAtOnce });
  const alone = await measureArgon2(userNames.length);
  const row = { bench: 'portal', case: `sign-in, ${signInsAtOnce} at once` };
  const peer = { peer: `argon2id alone, ${passwordChecksRunningMax} at once`, value: alone };
  report(compare({ ...row, metric: 'throughput', unit: 'sign-ins/s' }, perSecond(times), peer));
  report(compare({ ...row, metric: 'p50', unit: 'ms' }, quantileOf(times.latenciesMs, 0.5), null));
}

/** The password checks alone, as internal-db makes them. */
async function measureArgon2(count: number): Promise<number> {
  const hasher = await createPasswordHasher(passwordParameters);
  const stored = await hasher.hash(password);
  const startMs = performance.now();
  let left = count;
  const work = async (): Promise<void> => {
    for (; left > 0;) {
      left -= 1;
      await hasher.check(password, stored);
    }
  };
  await Promise.all(Array.from({ length: passwordChecksRunningMax }, work));
  return (count * 1000) / (performance.now() - startMs);
}

/** What the programs' processors do from now on, each without the programs that it has started. */
function startCosts({ pids }: Stage) {
  const before = new Map([...pids].map(([name, pid]) => [name, ownProcessorSeconds(pid)]));
  return {
    report: (report: (row: BenchmarkRow) => void, name: string, requestCount: number): void => {
      for (const [program, pid] of pids) {
        const seconds = ownProcessorSeconds(pid) - (before.get(program) ?? 0);
        const row = { bench: 'portal', case: name, metric: `processor time of ${program}` };
        report(compare({ ...row, unit: 'ms/request' }, (seconds * 1000) / requestCount, null));
      }
    },
  };
}

function reportTimes(report: (row: BenchmarkRow) => void, name: string, times: PageTimes): void {
  const row = { bench: 'portal', case: name };
  report(compare({ ...row, metric: 'throughput', unit: 'requests/s' }, perSecond(times), null));
  for (const [metric, share] of [['p50', 0.5] as const, ['p99', 0.99] as const]) {
    report(compare({ ...row, metric, unit: 'ms' }, quantileOf(times.latenciesMs, share), null));
  }
  report(compare({ ...row, metric: 'longest stall of the browsers', unit: 'ms' }, times.ownStallMs, null));
  report(compare({ ...row, metric: 'size', unit: 'bytes' }, times.bodyBytes, null));
}

function perSecond({ latenciesMs, elapsedMs }: LoadTimes): number {
  return (latenciesMs.length * 1000) / elapsedMs;
}
