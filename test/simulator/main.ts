// `npm run sim -- --seeds 20000 --json`: runs the protocol over many seeds and prints what came of it; `--seed 7` replays one of them
// and tells what happens. `--protocol literal`, or a mutant's name, runs that instead; `--trouble crashes` leaves out all other trouble.
// Exit code 1 says that there were violations.
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { runSchedule } from './run-schedule.ts';
import { narrow, troubleKinds } from './narrowed-schedule.ts';
import { scheduleOf } from './schedule.ts';
import { addTallies, noRuns, protocols, type SeedRange, type Tally } from './tally.ts';

const usageExitCode = 2;
/** Seeds in one go: what a worker has done is lost when the command is stopped in between. */
const batchSeeds = 500;

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1000' },
    from: { type: 'string', default: '0' },
    seed: { type: 'string' },
    protocol: { type: 'string', default: 'true' },
    trouble: { type: 'string', default: 'all' },
    workers: { type: 'string', default: String(availableParallelism()) },
    json: { type: 'boolean', default: false },
  },
});
const protocol = protocols.find(({ name }) => name === values.protocol);
const trouble = troubleKinds.find((kind) => kind === values.trouble);
const [from, seeds, workers] = [values.from, values.seeds, values.workers].map(Number);
if (!protocol || !trouble || !isCount(from) || !isCount(seeds) || !isCount(workers) || workers === 0) {
  const names = protocols.map(({ name }) => `'${name}'`).join(', ');
  process.stderr.write(
    `npm run sim -- [--seeds N] [--from N] [--workers N] [--json] [--protocol P] [--trouble T] | --seed N\n` +
      `P is one of ${names}.\nT is one of ${troubleKinds.join(', ')}.\n`,
  );
  process.exit(usageExitCode);
}
if (values.seed === undefined) await runMany({ from, count: seeds });
else replay(Number(values.seed));

function isCount(value: number | undefined): value is number {
  return value !== undefined && Number.isSafeInteger(value) && value >= 0;
}

function replay(seed: number): void {
  if (!protocol || !trouble) return;
  const trace = (line: string) => void process.stdout.write(`${line}\n`);
  const { violations, isBlocked, isConverged } = runSchedule({
    protocol,
    schedule: narrow(scheduleOf(seed), trouble),
    trace,
  });
  for (const { at, code, detail } of violations)
    process.stdout.write(`violation ${code} at ${at}: ${detail}\n`);
  process.stdout.write(`${isBlocked ? 'blocked, ' : ''}${isConverged ? 'converged' : 'not converged'}\n`);
  process.exitCode = Number(violations.length > 0);
}

async function runMany({ from, count }: SeedRange): Promise<void> {
  const batches = Array.from({ length: Math.ceil(count / batchSeeds) }, (_none, index) => ({
    from: from + index * batchSeeds,
    count: Math.min(batchSeeds, count - index * batchSeeds),
    ...(trouble && { trouble }),
  }));
  let tally = noRuns;
  const startedAt = performance.now();
  const work = async (): Promise<void> => {
    for (let range = batches.shift(); range; range = batches.shift()) {
      const added = await runInWorker(range);
      tally = addTallies(tally, added);
      if (!values.json && process.stderr.isTTY) process.stderr.write(`\r${tally.runs} of ${count}`);
    }
  };
  await Promise.all(Array.from({ length: workers ?? 1 }, work));
  const seconds = Math.round((performance.now() - startedAt) / 1000);
  const report = { protocol: values.protocol, trouble, from, ...tally, seconds };
  if (values.json) process.stdout.write(`${JSON.stringify(report)}\n`);
  else
    for (const [key, value] of Object.entries(report))
      process.stdout.write(`${key}: ${JSON.stringify(value)}\n`);
  process.exitCode = Number(tally.violations > 0);
}

function runInWorker(range: SeedRange): Promise<Tally> {
  return new Promise((resolve, reject) => {
    const workerData = { name: values.protocol, range };
    const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData });
    worker.once('message', resolve).once('error', reject);
  });
}
