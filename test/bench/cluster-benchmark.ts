// A cluster under load: mixed work while each kind of process is killed, with all that was acknowledged checked at the end; and how
// the cost of the same work grows with FTP nodes and with entitlements. With --quick: small, to see whether it runs. Rows:
// `kills`, `nodes`, `entitlements`.
import { compare, quantileOf, type Benchmark, type BenchmarkRow } from './benchmark.ts';
import { countEntitlements, seedCustomers } from './cluster-population.ts';
import { runCluster, type RunPlan, type RunReport } from './cluster-run.ts';
import { startCluster, type ClusterStage, type StagePlan } from './cluster-stage.ts';

const usual: StagePlan = {
  accounts: 100_000,
  productsPerAccount: 10,
  activeCustomers: 200,
  ftpNodeCount: 3,
};
const quickly: StagePlan = { accounts: 400, productsPerAccount: 10, activeCustomers: 40, ftpNodeCount: 3 };
/** People at once. */
const workers = 16;
const growth = { usual: [1000, 100_000, 1_000_000], quick: [100, 1000] } as const;
const nodeCounts = [1, 3];

type Report = (row: BenchmarkRow) => void;

/** The benchmark `cluster`. */
export const measureCluster: Benchmark = async (report, { quick, only }) => {
  const size = quick ? quickly : usual;
  const wants = (row: string): boolean => only.length === 0 || only.includes(row);
  if (wants('kills')) {
    const plan = { seed: 1, workers, calmMs: quick ? 3000 : 10_000, killRounds: quick ? 1 : 2 };
    await withCluster(size, async (stage) => {
      reportRun(report, nameOf(stage, 'with kills'), await runCluster(stage, plan));
    });
  }
  const calm: RunPlan = { seed: 2, workers, calmMs: quick ? 3000 : 30_000, killRounds: 0 };
  if (wants('nodes')) {
    for (const ftpNodeCount of nodeCounts) {
      await withCluster({ ...quickly, ftpNodeCount }, async (stage) => {
        reportRun(report, nameOf(stage, `${ftpNodeCount} FTP nodes`), await runCluster(stage, calm));
      });
    }
  }
  if (wants('entitlements'))
    await measureGrowth(report, { calm, counts: quick ? growth.quick : growth.usual });
};

/** The same cluster with more and more customers. */
async function measureGrowth(
  report: Report,
  { calm, counts }: { calm: RunPlan; counts: readonly number[] },
): Promise<void> {
  await withCluster({ ...quickly, accounts: counts[0] ?? 0 }, async (stage) => {
    for (const accounts of counts) {
      const customers = await seedCustomers(stage, { ...quickly, accounts });
      const grown = { ...stage, customers };
      reportRun(report, nameOf(grown, 'growth'), await runCluster(grown, calm));
    }
  });
}

async function withCluster(plan: StagePlan, measure: (stage: ClusterStage) => Promise<void>): Promise<void> {
  const cleanups: (() => Promise<void>)[] = [];
  try {
    await measure(await startCluster({ teardown: (cleanup) => cleanups.unshift(cleanup) }, plan));
  } finally {
    for (const cleanup of cleanups) await cleanup();
  }
}

function nameOf(stage: ClusterStage, what: string): string {
  return `${what}, ${stage.ftpNodes.size} FTP nodes, ${countEntitlements(stage)} entitlements, ${workers} people`;
}

/** Throws when something that was acknowledged isn't so. */
function reportRun(report: Report, name: string, run: RunReport): void {
  const row = (metric: string, unit: string, value: number): void =>
    report(compare({ bench: 'cluster', case: name, metric, unit }, value, null));
  const { record, elapsedMs, kills, costs, wrong } = run;
  for (const kind of record.kinds) {
    const times = record.timesOf(kind);
    row(`${kind}, done`, '/s', (times.length * 1000) / elapsedMs);
    row(`${kind}, p50`, 'ms', quantileOf(times, 0.5));
    row(`${kind}, p99`, 'ms', quantileOf(times, 0.99));
  }
  const doneCount = record.done.length;
  row('all work, done', '/s', (doneCount * 1000) / elapsedMs);
  for (const [program, seconds] of costs) {
    row(`processor time of ${program}`, 'ms/piece of work', (seconds * 1000) / doneCount);
    row(`processor time of ${program}, in all`, 's', seconds);
  }
  for (const { victim, backAfterMs, lastErrorAfterMs, errors } of kills) {
    row(`${victim} killed, answers again after`, 'ms', backAfterMs);
    row(`${victim} killed, last error after`, 'ms', lastErrorAfterMs);
    for (const [what, count] of countErrors(errors)) row(`${victim} killed, ${what}`, 'errors', count);
  }
  row('errors in all', 'errors', record.errors.length);
  row('acknowledged deliveries', 'deliveries', record.deliveries.length);
  row('acknowledged and not so', 'facts', wrong.length);
  if (wrong.length > 0) throw new Error(wrong.slice(0, 20).join('\n'));
}

function countErrors(errors: readonly { kind: string; what: string }[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { kind, what } of errors) {
    const name = `${kind}: ${what}`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}
