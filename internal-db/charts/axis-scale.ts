// The scale of a chart's axis: a few round values from nought to just over the largest one. What is counted has no halves, and
// sizes are written in decimal units, so 1, 2 and 5 with their noughts are round for both. Pure; called by column-chart.ts.

const roundFactors = [1, 2, 5, 10] as const;

/** Values at equal distances from 0 on, of which the last is at least `largest`: at most `stepsMax` steps. */
export function axisTicks(largest: number, stepsMax = 4): number[] {
  const step = roundUp(largest / stepsMax);
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
