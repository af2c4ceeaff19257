// A fleet of 100,000 appliances against a whole Consign: beats as fast as they are taken and at the pace of a million appliances,
// catalogs that are made and fetched, what each costs each program's processor, and how the database grows in a day.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { connectAdmin } from '#bin/admin-client.ts';
import { layOutState } from '#deploy/state-directory.ts';
import { SignedFleet } from '../internal-db/fleet/support/signed-fleet.ts';
import { startConsign } from '../rig/running-consign.ts';
import { compare, quantileOf, type Benchmark, type BenchmarkRow } from './benchmark.ts';
import { ownProcessorSeconds } from './delivery-processes.ts';
import { askAll, askBeat, askCatalog, holdPings, type FleetPlan, type FleetTimes } from './fleet-load.ts';
import { addAppliances, databaseBytes, endTheDay, type BenchAppliance } from './fleet-population.ts';
import type { PortalPlace } from './portal-load.ts';

const actor = 'bench';
const usual = { appliances: 100_000, accounts: 100 };
const quickly = { appliances: 400, accounts: 4 };
/** A million appliances that beat once in 909 seconds. */
const millionPerSecond = 1100;
const connections = 64;
/** Of the 5,000 that a web-front holds. */
const heldPings = { usual: 4000, quick: 40 };
/** Catalogs are made for so many: one of ten. */
const catalogShare = 0.1;
const programs = ['web-front', 'internal-db', 'launcher'] as const;
const kept: FleetPlan = { connections, isFresh: false, pacePerSecond: null };

interface Stage {
  readonly portal: PortalPlace;
  readonly pids: ReadonlyMap<string, number>;
  readonly databaseFile: string;
  readonly appliances: BenchAppliance[];
  readonly fleet: SignedFleet;
}

/** The benchmark `fleet`. */
export const measureFleet: Benchmark = async (report, { quick }) => {
  const cleanups: (() => unknown)[] = [];
  try {
    const size = quick ? quickly : usual;
    const stage = await setUp(size, (cleanup) => cleanups.unshift(cleanup));
    const { appliances } = stage;
    const some = appliances.slice(0, Math.ceil(appliances.length * catalogShare));
    const rest = appliances.slice(some.length);
    const name = `${appliances.length} appliances, ${connections} connections`;
    const measure = async (
      what: string,
      asked: readonly BenchAppliance[],
      how: Parameters<typeof askAll>[2],
    ) => {
      const costs = startCosts(stage);
      const times = await askAll(stage.portal, asked, how);
      reportTimes(report, `${what}, ${name}`, times);
      costs.report(report, `${what}, ${name}`, times.latenciesMs.length);
    };
    await measure('first beats, a catalog is made for each', some, { ask: askBeat, plan: kept });
    await measure('catalogs fetched', some, { ask: askCatalog, plan: kept });
    await measure('catalogs asked for again', some, { ask: askCatalog, plan: kept });
    await askAll(stage.portal, rest, { ask: askBeat, plan: kept });
    const beforeBytes = databaseBytes(stage.databaseFile);
    await measure('beats without news, as fast as they can', appliances, { ask: askBeat, plan: kept });
    reportBytes(report, `one more beat of each, ${name}`, databaseBytes(stage.databaseFile) - beforeBytes);
    const paced = { ...kept, pacePerSecond: quick ? 100 : millionPerSecond };
    const minute = appliances.slice(0, quick ? 100 : millionPerSecond * 60);
    await measure(`beats without news, ${paced.pacePerSecond} a second`, minute, {
      ask: askBeat,
      plan: paced,
    });
    const fresh = { ...kept, isFresh: true };
    await measure('beats without news, a new connection each', some, { ask: askBeat, plan: fresh });
    await stage.fleet.publish('bench', '2.0.0');
    await measure('beats after a release for all, new catalogs', some, { ask: askBeat, plan: kept });
    await askAll(stage.portal, some.slice(Math.ceil(some.length / 10)), { ask: askCatalog, plan: kept });
    await measure('catalogs asked for, a tenth has changed since', some, { ask: askCatalog, plan: kept });
    const pings = await holdPings(stage.portal, rest.slice(0, quick ? heldPings.quick : heldPings.usual));
    await measure('beats without news, while pings are waited for', some, { ask: askBeat, plan: kept });
    reportHeld(report, name, await pings.end());
    const dayBytes = databaseBytes(stage.databaseFile);
    endTheDay(stage.databaseFile);
    await askAll(stage.portal, appliances, { ask: askBeat, plan: kept });
    reportBytes(report, `a day, ${name}`, databaseBytes(stage.databaseFile) - dayBytes);
  } finally {
    for (const cleanup of cleanups) await cleanup();
  }
};

async function setUp(
  size: { appliances: number; accounts: number },
  teardown: (cleanup: () => unknown) => void,
): Promise<Stage> {
  const consign = await startConsign({ teardown });
  const layout = layOutState(consign.state);
  const admin = await connectAdmin(layout);
  teardown(() => admin.close());
  const fleet = new SignedFleet(admin);
  await fleet.setUp();
  await admin.call('product.create', { actor, name: 'bench', title: 'Bench', description: '' });
  await fleet.publish('bench', '1.0.0');
  const grant = {
    actor,
    product: 'bench',
    versions: '*',
    channels: null,
    notBeforeMs: null,
    notAfterMs: null,
    downloadsMax: null,
    licenceAgreement: null,
    reason: 'bench',
  };
  const accountIds: string[] = [];
  for (let number = 0; number < size.accounts; number += 1) {
    const account = `bench-${number}`;
    const made = await admin.call('account.create', { actor, name: account, displayName: account });
    await admin.call('entitlement.grant', { ...grant, account });
    accountIds.push(made.account.id);
  }
  const { name: type } = await admin.call('applianceType.create', {
    actor,
    name: 'box',
    title: 'Box',
    channel: 'stable',
    products: ['bench'],
  });
  const databaseFile = path.join(consign.state, 'internal-db', 'consign.db');
  const { appliances: count } = size;
  const appliances = await addAppliances(databaseFile, { accountIds, type, count });
  const { portal: origin, caFile } = consign.endpoints;
  const pids = new Map([
    ...programs.map((name) => [name, consign.pid(name)] as const),
    ['bench', process.pid],
  ]);
  const portal = { origin, certificate: await readFile(caFile, 'utf8') };
  return { portal, pids, databaseFile, appliances, fleet };
}

/** What the programs' processors do from now on, each without the programs that it has started. */
function startCosts({ pids }: Stage) {
  const before = new Map([...pids].map(([name, pid]) => [name, ownProcessorSeconds(pid)]));
  return {
    report: (report: (row: BenchmarkRow) => void, name: string, requestCount: number): void => {
      for (const [program, pid] of pids) {
        const seconds = ownProcessorSeconds(pid) - (before.get(program) ?? 0);
        const row = {
          bench: 'fleet',
          case: name,
          metric: `processor time of ${program}`,
          unit: 'ms/request',
        };
        report(compare(row, (seconds * 1000) / requestCount, null));
      }
    },
  };
}

function reportTimes(report: (row: BenchmarkRow) => void, name: string, times: FleetTimes): void {
  const { latenciesMs, elapsedMs, statuses } = times;
  const row = { bench: 'fleet', case: name };
  const throughput = (latenciesMs.length * 1000) / elapsedMs;
  const million = { peer: 'beats of a million appliances', value: millionPerSecond };
  const expected = name.startsWith('beats without news') ? million : null;
  report(compare({ ...row, metric: 'throughput', unit: 'requests/s' }, throughput, expected));
  for (const [metric, share] of [['p50', 0.5] as const, ['p99', 0.99] as const])
    report(compare({ ...row, metric, unit: 'ms' }, quantileOf(latenciesMs, share), null));
  for (const [status, count] of statuses)
    report(compare({ ...row, metric: `answered ${status}`, unit: 'requests' }, count, null));
}

function reportHeld(report: (row: BenchmarkRow) => void, name: string, count: number): void {
  const row = { bench: 'fleet', case: `beats without news, while pings are waited for, ${name}` };
  report(compare({ ...row, metric: 'pings waited for to the end', unit: 'requests' }, count, null));
}

function reportBytes(report: (row: BenchmarkRow) => void, name: string, bytes: number): void {
  report(
    compare({ bench: 'fleet', case: name, metric: 'growth of the database', unit: 'bytes' }, bytes, null),
  );
}
