// The scale of a chart's axis: a few round values from nought to just over the largest one. Pure; called by column-chart.ts.

const kibi = 1024;
const roundFactors = [1, 2, 5, 10] as const;

/** What the values count: things, which have no halves, or bytes, whose round values are those of their binary unit. */
export type Quantity = 'things' | 'bytes';

/** Values at equal distances from 0 on, of which the last is at least `largest`: at most `stepsMax` steps. */
export function axisTicks(largest: number, quantity: Quantity, stepsMax = 4): number[] {
  const unit = quantity === 'bytes' ? binaryUnitOf(largest / stepsMax) : 1;
  const step = Math.max(1, roundUp(largest / unit / stepsMax)) * unit;
  const stepCount = Math.max(1, Math.ceil(largest / step));
  return Array.from({ length: stepCount + 1 }, (_, index) => index * step);
}

/** The next number of the kind 1, 2, 5, 10, 20, 50 … */
function roundUp(value: number): number {
  if (value <= 1) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  const factor = roundFactors.find((candidate) => candidate * power >= value) ?? 10;
  return factor * power;
}

function binaryUnitOf(sizeBytes: number): number {
  if (sizeBytes < 1) return 1;
  const unit = kibi ** Math.floor(Math.log2(sizeBytes) / 10);
  // 600 MiB rounded up to 1000 MiB is no round number of GiB.
  return roundUp(sizeBytes / unit) >= kibi / 2 ? unit * kibi : unit;
}
