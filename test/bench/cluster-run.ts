// One run of the benchmark `cluster`: mixed work on a cluster that is up, with or without kills, and what came of it. Callers:
// cluster-benchmark.ts, and the end-to-end test that runs the same small.
import { setTimeout as delay } from 'node:timers/promises';
import { Random } from '../rig/random.ts';
import { checkCluster } from './cluster-checks.ts';
import { startCosts } from './cluster-costs.ts';
import { ClusterDoors } from './cluster-customer.ts';
import { listVictims } from './cluster-kills.ts';
import { ClusterRecord, type SeenError } from './cluster-record.ts';
import type { ClusterStage } from './cluster-stage.ts';
import { work } from './cluster-work.ts';

/** How long and how much. */
export interface RunPlan {
  readonly seed: number;
  /** People at once. */
  readonly workers: number;
  /** Before the first kill, and after each process is back; without kills the whole time. */
  readonly calmMs: number;
  /** How often each kind of process is killed. */
  readonly killRounds: number;
}

/** A kill, and what customers had of it. */
export interface KillReport {
  readonly victim: string;
  /** Until it answered again. */
  readonly backAfterMs: number;
  /** Until the last error before the next kill; 0 when there was none. */
  readonly lastErrorAfterMs: number;
  readonly errors: readonly SeenError[];
}

/** What came of a run. */
export interface RunReport {
  readonly record: ClusterRecord;
  readonly elapsedMs: number;
  readonly kills: readonly KillReport[];
  /** Processor seconds by kind of program. */
  readonly costs: ReadonlyMap<string, number>;
  /** What was acknowledged and isn't so, in sentences; must be empty. */
  readonly wrong: readonly string[];
}

/** Runs it. */
export async function runCluster(stage: ClusterStage, plan: RunPlan): Promise<RunReport> {
  const random = new Random(plan.seed);
  const doors = await ClusterDoors.open(stage, random);
  const record = new ClusterRecord();
  const place = { stage, doors, record, random };
  const end = new AbortController();
  try {
    const costs = startCosts(stage);
    const startMs = performance.now();
    const working = work(place, plan.workers, end.signal);
    const killed = killEach(stage, plan).finally(() => end.abort());
    await Promise.all([working, killed]);
    const elapsedMs = performance.now() - startMs;
    const seconds = costs.stop();
    const kills = describeKills(await killed, record);
    return { record, elapsedMs, kills, costs: seconds, wrong: await checkCluster(place) };
  } finally {
    end.abort();
    await doors.close();
  }
}

interface Kill {
  readonly victim: string;
  readonly atMs: number;
  readonly backAtMs: number;
}

async function killEach(stage: ClusterStage, { calmMs, killRounds }: RunPlan): Promise<Kill[]> {
  const kills: Kill[] = [];
  await delay(calmMs);
  for (let round = 0; round < killRounds; round += 1) {
    for (const { name, killAndWait } of listVictims(stage)) {
      const atMs = performance.now();
      await killAndWait();
      kills.push({ victim: name, atMs, backAtMs: performance.now() });
      await delay(calmMs);
    }
  }
  return kills;
}

function describeKills(kills: readonly Kill[], { errors }: ClusterRecord): KillReport[] {
  return kills.map(({ victim, atMs, backAtMs }, index) => {
    const untilMs = kills[index + 1]?.atMs ?? Infinity;
    const seen = errors.filter((error) => error.atMs >= atMs && error.atMs < untilMs);
    const lastErrorAfterMs = seen.length === 0 ? 0 : Math.max(...seen.map((error) => error.atMs)) - atMs;
    return { victim, backAfterMs: backAtMs - atMs, lastErrorAfterMs, errors: seen };
  });
}
