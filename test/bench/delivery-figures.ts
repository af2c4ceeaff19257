// Turns what the contenders took into rows: the median of ours beside each of the others'. Caller: delivery-rows.ts.
import { compare, medianOf, type BenchmarkRow } from './benchmark.ts';
import type { Turn } from './delivery-contest.ts';

/** Takes a row. */
export type Report = (row: BenchmarkRow) => void;

const mebibyte = 1024 ** 2;
const gibibyte = 1024 ** 3;

/** Throughput, and processor seconds a GiB, of rounds in which `bytes` were fetched. The first turn is ours. */
export function reportBytes(
  { report, what, bytes }: { report: Report; what: string; bytes: number },
  turns: readonly Turn[],
): void {
  const row = { bench: 'delivery', case: what };
  const speed = { ...row, metric: 'throughput', unit: 'MiB/s' };
  reportTurns({ report, row: speed }, turns, ({ seconds }) => bytes / mebibyte / seconds);
  const cost = { ...row, metric: 'processor', unit: 's/GiB' };
  reportTurns({ report, row: cost }, turns, ({ processorSeconds }) => processorSeconds / (bytes / gibibyte));
}

/** How many a second, and processor seconds for a thousand, of rounds in which `count` things were done. */
export function reportCounts(
  { report, what, metric, count }: { report: Report; what: string; metric: string; count: number },
  turns: readonly Turn[],
): void {
  const row = { bench: 'delivery', case: what };
  const speed = { ...row, metric, unit: '1/s' };
  reportTurns({ report, row: speed }, turns, ({ seconds }) => count / seconds);
  const cost = { ...row, metric: `processor for 1,000 ${metric}`, unit: 's' };
  reportTurns({ report, row: cost }, turns, ({ processorSeconds }) => (processorSeconds / count) * 1000);
}

function reportTurns(
  { report, row }: { report: Report; row: Parameters<typeof compare>[0] },
  turns: readonly Turn[],
  figureOf: (round: Turn['rounds'][number]) => number,
): void {
  const [ours, ...others] = turns.map(({ name, rounds }) => {
    return { peer: name, value: medianOf(rounds.map(figureOf)) };
  });
  for (const other of others) report(compare(row, ours?.value ?? NaN, other));
}
