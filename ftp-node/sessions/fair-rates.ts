// Shares bandwidth between transfers: max-min fairness by progressive filling (Bertsekas and Gallager, Data Networks,
// section 6.5.2). All rates rise together; where a limit is reached, or a transfer has what it can use, its rate stays, and
// the others go on. Caller: bandwidth.ts. Pure.

/** A limit, and whom it holds for. */
export interface SharedLimit {
  readonly bytesPerSecond: number;
  /** Indices of transfers. */
  readonly members: readonly number[];
}

/**
 * Each transfer's rate. `demands` says how much each can use: Infinity when that is not known. No limit is exceeded, nobody
 * gets more than it can use, and who gets less than another could not get more without taking from one that has no more
 * than it.
 */
export function shareFairly(demands: readonly number[], limits: readonly SharedLimit[]): number[] {
  const rates = demands.map(() => 0);
  const isRising = demands.map((demand) => demand > 0);
  const open = limits.map(({ bytesPerSecond, members }) => ({
    leftBytes: bytesPerSecond,
    members,
    risingCount: members.filter((member) => isRising[member]).length,
  }));
  const limitsOf: number[][] = demands.map(() => []);
  limits.forEach(({ members }, index) => members.forEach((member) => limitsOf[member]!.push(index)));
  let risingCount = isRising.filter(Boolean).length;
  while (risingCount > 0) {
    let step = Infinity;
    for (const { leftBytes, risingCount: sharers } of open)
      if (sharers > 0) step = Math.min(step, leftBytes / sharers);
    demands.forEach((demand, index) => {
      if (isRising[index]) step = Math.min(step, demand - rates[index]!);
    });
    // Nothing limits those that are left.
    if (step === Infinity) return rates.map((rate, index) => (isRising[index] ? Infinity : rate));
    for (const limit of open) limit.leftBytes -= step * limit.risingCount;
    const isFull = open.map(({ leftBytes }, index) => leftBytes <= limits[index]!.bytesPerSecond * 1e-9);
    demands.forEach((demand, index) => {
      if (!isRising[index]) return;
      rates[index]! += step;
      const isSettled =
        rates[index]! >= demand * (1 - 1e-9) || limitsOf[index]!.some((limit) => isFull[limit]);
      if (!isSettled) return;
      isRising[index] = false;
      risingCount -= 1;
      for (const limit of limitsOf[index]!) open[limit]!.risingCount -= 1;
    });
  }
  return rates;
}
