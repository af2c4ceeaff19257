// What a benchmark is and what it reports. Every benchmark is a file of its own, named in benchmarks.ts.
import { availableParallelism, cpus, loadavg, release, totalmem } from 'node:os';

/** One figure. The peer's fields are null where there is nothing to compare with; `ratio` is ours / peerValue. */
export interface BenchmarkRow {
  readonly bench: string;
  readonly case: string;
  readonly metric: string;
  readonly unit: string;
  readonly ours: number;
  readonly peer: string | null;
  readonly peerValue: number | null;
  readonly ratio: number | null;
}

/** What the command line asks for; a benchmark that has no rows or sizes to choose from takes no notice. */
export interface BenchmarkOptions {
  /** The names of the rows to measure; all when it is empty. */
  readonly only: readonly string[];
  /** The size of the large file; null for the usual one. */
  readonly sizeMebibytes: number | null;
  /** Once and small, to see whether it runs. */
  readonly quick: boolean;
  /** On PostgreSQL instead of SQLite. */
  readonly postgres: boolean;
}

/** Measures, and reports each figure as soon as it has it. */
export type Benchmark = (report: (row: BenchmarkRow) => void, options: BenchmarkOptions) => Promise<void>;

/** The middle of the values (the lower of two); NaN of none. */
export function medianOf(values: readonly number[]): number {
  return quantileOf(values, 0.5);
}

/** The value below which this share of the values lies; NaN of none. */
export function quantileOf(values: readonly number[], share: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
}

/** Our figure beside the peer's, both rounded to four digits; `other` is null where there is nothing to compare with. */
export function compare(
  row: Pick<BenchmarkRow, 'bench' | 'case' | 'metric' | 'unit'>,
  ours: number,
  other: { peer: string; value: number } | null,
): BenchmarkRow {
  if (other === null) return { ...row, ours: round(ours), peer: null, peerValue: null, ratio: null };
  const ratio = round(ours / other.value);
  return { ...row, ours: round(ours), peer: other.peer, peerValue: round(other.value), ratio };
}

/** What the figures were made on, and how busy it was. */
export function describeMachine() {
  const [processor] = cpus();
  return {
    processor: processor?.model ?? 'unknown',
    cores: availableParallelism(),
    memoryGib: Math.round(totalmem() / 1024 ** 3),
    kernel: release(),
    node: process.version,
    loadAverage: loadavg()[0] ?? 0,
    atMs: Date.now(),
  };
}

function round(value: number): number {
  return Number(value.toPrecision(4));
}
