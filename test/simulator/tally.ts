// Many runs, counted. Callers: the command and its workers, the tests.
import type { ViolationCode } from './checks.ts';
import { literalProtocol } from './literal-step.ts';
import { mutants } from './mutants.ts';
import { narrow, type TroubleKind } from './narrowed-schedule.ts';
import { trueProtocol, type Protocol } from './protocol.ts';
import { runSchedule } from './run-schedule.ts';
import { scheduleOf } from './schedule.ts';

const seedsKept = 10;

/** The seeds from `from` on, `count` of them; and which kind of trouble they make, if not all. */
export interface SeedRange {
  readonly from: number;
  readonly count: number;
  readonly trouble?: TroubleKind;
}

/** What came of a number of runs. */
export interface Tally {
  readonly runs: number;
  /** Runs with at least one violation; then the same by code. */
  readonly violations: number;
  readonly byCode: Partial<Record<ViolationCode, number>>;
  /** Runs that needed an operator after healing: to evict the dead, or to withdraw what could not be staged. */
  readonly blocked: number;
  /** Runs that ended with every member on one version. */
  readonly converged: number;
  /** Versions that were installed, in all runs. */
  readonly versions: number;
  /** The first seeds with a violation. */
  readonly seeds: readonly number[];
}

/** All protocols that can be simulated. */
export const protocols: readonly Protocol[] = [trueProtocol, literalProtocol, ...mutants];

/** A tally of nothing. */
export const noRuns: Tally = {
  runs: 0,
  violations: 0,
  byCode: {},
  blocked: 0,
  converged: 0,
  versions: 0,
  seeds: [],
};

/** Runs all of them. */
export function runSeeds(protocol: Protocol, { from, count, trouble = 'all' }: SeedRange): Tally {
  let tally = noRuns;
  for (let seed = from; seed < from + count; seed += 1) {
    const { violations, ...result } = runSchedule({ protocol, schedule: narrow(scheduleOf(seed), trouble) });
    const isBad = violations.length > 0;
    tally = addTallies(tally, {
      runs: 1,
      violations: Number(isBad),
      byCode: Object.fromEntries(violations.map(({ code }) => [code, 1])),
      blocked: Number(result.isBlocked),
      converged: Number(result.isConverged),
      versions: result.versions,
      seeds: isBad ? [seed] : [],
    });
  }
  return tally;
}

/** Both together. */
export function addTallies(left: Tally, right: Tally): Tally {
  const byCode = { ...left.byCode };
  for (const [code, count] of Object.entries(right.byCode) as [ViolationCode, number][]) {
    byCode[code] = (byCode[code] ?? 0) + count;
  }
  return {
    runs: left.runs + right.runs,
    violations: left.violations + right.violations,
    byCode,
    blocked: left.blocked + right.blocked,
    converged: left.converged + right.converged,
    versions: left.versions + right.versions,
    seeds: [...left.seeds, ...right.seeds].sort((one, other) => one - other).slice(0, seedsKept),
  };
}
