// From the click on Download to "ready", through every process of a whole Consign: an HTTPS request to the portal with a
// personal token, until the answer that the file is staged. For 1 KB and for 100 GB, for one customer and for fifty at
// once, against copying. The sizes take turns with each other and with the copying, so that all meet the same noise.
// The copying is the copying alone: no request, no decision, no record of it.
import { mkdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { connectAdmin } from '#bin/admin-client.ts';
import { layOutState } from '#deploy/state-directory.ts';
import { startConsign } from '../rig/running-consign.ts';
import { compare, medianOf, quantileOf, type Benchmark } from './benchmark.ts';
import { startFileCopier, writeRealFile, type FileCopier } from './copied-files.ts';
import { publishArtifacts, type StagingArtifact } from './staging-artifacts.ts';
import { openCustomers, type StagingCustomer } from './staging-customers.ts';

/** How many click at once, and how often: each warms up, and then clicks in rounds. */
interface Plan {
  readonly customers: number;
  readonly warmUpsEach: number;
  readonly rounds: number;
  readonly clicksEach: number;
}

const oneCustomer: Plan = { customers: 1, warmUpsEach: 50, rounds: 12, clicksEach: 50 };
const fiftyCustomers: Plan = { customers: 50, warmUpsEach: 10, rounds: 5, clicksEach: 10 };
/** Nobody has room for copies of 100 GB; copies of this are measured instead, and nothing is made out of them. */
const largeCopy = { sizeBytes: 1024 ** 3, copies: 5 };
/** Of fewer copies than this there is no 99th percentile. */
const p99ValuesMin = 100;
const peer = 'copying alone, with fsync';

/** What was measured of one thing: each click or copy, and how long all of them took. */
interface Times {
  readonly latenciesMs: readonly number[];
  readonly elapsedMs: number;
}

/** What was measured in turns. */
interface Turns {
  readonly small: Times;
  readonly large: Times;
  /** Of the small artifact. */
  readonly copying: Times;
}

interface Stage {
  readonly customers: readonly StagingCustomer[];
  readonly small: StagingArtifact;
  readonly large: StagingArtifact;
  readonly copier: FileCopier;
  /** Empty, on the same file system as the storeroom. */
  readonly directory: string;
}

type Report = Parameters<Benchmark>[0];

/** The benchmark `staging`. The figures of 100 GB for one customer come last, as the large copies would disturb the others. */
export const measureStaging: Benchmark = async (report) => {
  const cleanups: (() => unknown)[] = [];
  try {
    const stage = await setUp((cleanup) => cleanups.unshift(cleanup));
    const one = await takeTurns(stage, oneCustomer);
    reportTimes(report, '1 KB, 1 customer', { clicks: one.small, copying: one.copying });
    const fifty = await takeTurns(stage, fiftyCustomers);
    reportTimes(report, '1 KB, 50 customers', { clicks: fifty.small, copying: fifty.copying });
    reportTimes(report, '100 GB sparse, 50 customers (nothing copied)', {
      clicks: fifty.large,
      copying: null,
    });
    const copying = await copyLargeFile(stage);
    reportTimes(report, '100 GB sparse, 1 customer (1 GiB copied)', { clicks: one.large, copying });
    reportSizes(report, '1 customer', one);
    reportSizes(report, '50 customers', fifty);
    await assertLinked(stage);
  } finally {
    for (const cleanup of cleanups) await cleanup();
  }
};

async function setUp(teardown: (cleanup: () => unknown) => void): Promise<Stage> {
  const consign = await startConsign({ teardown });
  await consign.waitUntilLinked();
  const layout = layOutState(consign.state);
  const admin = await connectAdmin(layout);
  teardown(() => admin.close());
  const artifacts = await publishArtifacts(admin, layout);
  const { portal: origin, caFile } = consign.endpoints;
  const portal = { origin, certificate: await readFile(caFile, 'utf8') };
  const customers = await openCustomers(admin, portal, fiftyCustomers.customers);
  teardown(() => Promise.all(customers.map((customer) => customer.close())));
  const copier = startFileCopier(fiftyCustomers.customers);
  teardown(() => copier.close());
  const directory = path.join(path.dirname(consign.state), 'copies');
  await mkdir(directory);
  return { customers, ...artifacts, copier, directory };
}

async function takeTurns(stage: Stage, plan: Plan): Promise<Turns> {
  const { small, large, copier, directory } = stage;
  const customers = stage.customers.slice(0, plan.customers);
  const copy = (copiesEach: number): Promise<Times> =>
    copier.copy({ source: small.file, directory, customers: plan.customers, copiesEach });
  await clickAll(customers, small, plan.warmUpsEach);
  await clickAll(customers, large, plan.warmUpsEach);
  await copy(plan.warmUpsEach);
  const rounds: Turns[] = [];
  while (rounds.length < plan.rounds) {
    rounds.push({
      small: await clickAll(customers, small, plan.clicksEach),
      large: await clickAll(customers, large, plan.clicksEach),
      copying: await copy(plan.clicksEach),
    });
  }
  return {
    small: join(rounds.map((round) => round.small)),
    large: join(rounds.map((round) => round.large)),
    copying: join(rounds.map((round) => round.copying)),
  };
}

/** Each customer clicks again as soon as it has its answer. */
async function clickAll(
  customers: readonly StagingCustomer[],
  artifact: StagingArtifact,
  clicksEach: number,
): Promise<Times> {
  const latenciesMs: number[] = [];
  const startMs = performance.now();
  await Promise.all(
    customers.map(async (customer) => {
      for (let clicks = 0; clicks < clicksEach; clicks += 1) latenciesMs.push(await customer.click(artifact));
    }),
  );
  return { latenciesMs, elapsedMs: performance.now() - startMs };
}

function join(rounds: readonly Times[]): Times {
  const elapsedMs = rounds.reduce((sum, round) => sum + round.elapsedMs, 0);
  return { latenciesMs: rounds.flatMap((round) => round.latenciesMs), elapsedMs };
}

async function copyLargeFile({ copier, directory }: Stage): Promise<Times> {
  const source = path.join(directory, 'large');
  await writeRealFile(source, largeCopy.sizeBytes);
  const rounds: Times[] = [];
  while (rounds.length < largeCopy.copies) {
    rounds.push(await copier.copy({ source, directory, customers: 1, copiesEach: 1 }));
  }
  return join(rounds);
}

/** `copying` is null where nobody could copy. */
function reportTimes(report: Report, what: string, times: { clicks: Times; copying: Times | null }): void {
  const { clicks, copying } = times;
  const compareOne = (metric: string, unit: string, figureOf: (of: Times) => number | null): void => {
    const value = copying && figureOf(copying);
    const other = value === null ? null : { peer, value };
    report(compare({ bench: 'staging', case: what, metric, unit }, figureOf(clicks) ?? NaN, other));
  };
  compareOne('p50', 'ms', ({ latenciesMs }) => medianOf(latenciesMs));
  compareOne('p99', 'ms', ({ latenciesMs }) =>
    latenciesMs.length < p99ValuesMin ? null : quantileOf(latenciesMs, 0.99),
  );
  compareOne('throughput', '1/s', ({ latenciesMs, elapsedMs }) => latenciesMs.length / (elapsedMs / 1000));
}

function reportSizes(report: Report, who: string, { small, large }: Turns): void {
  const row = { bench: 'staging', case: `100 GB beside 1 KB, ${who}`, metric: 'p50', unit: 'ms' };
  const other = { peer: 'the same click for 1 KB', value: medianOf(small.latenciesMs) };
  report(compare(row, medianOf(large.latenciesMs), other));
}

/** Every click asked for another name, so that each must have made a link of its own. */
async function assertLinked({ customers, small, large }: Stage): Promise<void> {
  for (const artifact of [small, large]) {
    const clicks = customers.reduce((sum, customer) => sum + customer.clicksFor(artifact), 0);
    const { nlink } = await stat(artifact.file);
    if (nlink !== clicks + 1) throw new Error(`${clicks} clicks have left ${nlink - 1} links.`);
  }
}
