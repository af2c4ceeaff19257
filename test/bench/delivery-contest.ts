// Lets ours and others do the same work in turns, so that all meet the same noise of the machine. Caller: delivery-rows.ts.
import { setTimeout as delay } from 'node:timers/promises';
import { processorSeconds } from './delivery-processes.ts';

/** One that does the work. `pid`: the process whose processor time, with that of all below it, is counted. */
export interface Contender {
  /** Empty for ours. */
  readonly name?: string;
  readonly pid: number;
  readonly run: () => Promise<void>;
}

/** How often, and how often before it counts. */
export interface ContestPlan {
  readonly rounds: number;
  readonly warmUps: number;
}

/** What one contender took in each round. */
export interface Turn {
  readonly name: string;
  readonly rounds: readonly { readonly seconds: number; readonly processorSeconds: number }[];
}

/** After a round: for the server's processes to end and for what is reported afterwards. */
const settleMs = 150;

/** Runs all in turns, each round beginning with another one. */
export async function takeTurns(plan: ContestPlan, contenders: readonly Contender[]): Promise<Turn[]> {
  const turns = contenders.map(({ name }) => ({ name: name ?? '', rounds: [] as Turn['rounds'][number][] }));
  for (let round = -plan.warmUps; round < plan.rounds; round += 1) {
    for (const place of contenders.keys()) {
      const which = (place + plan.warmUps + round) % contenders.length;
      const contender = contenders[which];
      if (contender === undefined) continue;
      const measured = await measure(contender);
      if (round >= 0) turns[which]?.rounds.push(measured);
    }
  }
  return turns;
}

async function measure({ pid, run }: Contender): Promise<Turn['rounds'][number]> {
  const before = processorSeconds(pid);
  const startMs = performance.now();
  await run();
  const seconds = (performance.now() - startMs) / 1000;
  await delay(settleMs);
  return { seconds, processorSeconds: processorSeconds(pid) - before };
}
