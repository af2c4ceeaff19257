// What a benchmark is and what it reports. Every benchmark is a file of its own, named in benchmarks.ts.

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

/** Measures, and reports each figure as soon as it has it. */
export type Benchmark = (report: (row: BenchmarkRow) => void) => Promise<void>;

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

function round(value: number): number {
  return Number(value.toPrecision(4));
}
