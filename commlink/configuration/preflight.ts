// Looks before a version is taken whether it could come into force at all: all whose consent it needs must have been heard
// lately, or every node would decline client requests and wait for one that is dead. Caller: submissions.ts. Pure.
import { ConfigurationError } from './configuration-error.ts';
import { heardIntervalsMax, heardMsMin } from './limits.ts';
import type { Manifest } from './manifest.ts';

/** What is known of the others. The asked node counts as heard. */
export interface Heard {
  readonly self: string;
  /** When each node was heard last, in milliseconds of the steady clock. */
  readonly heardAtMs: ReadonlyMap<string, number>;
  readonly nowMs: number;
  /** Of the installed version. */
  readonly messageIntervalMs: number;
}

/** Throws ConfigurationError `not_heard`, which names who is missing. */
export function assertBarrierHeard({ barrier, members }: Manifest, heard: Heard): void {
  const { self, heardAtMs, nowMs, messageIntervalMs } = heard;
  const lately = Math.max(heardMsMin, heardIntervalsMax * messageIntervalMs);
  const silent = barrier.filter((id) => id !== self && nowMs - (heardAtMs.get(id) ?? -Infinity) > lately);
  if (silent.length === 0) return;
  const names = silent.map((id) => members.find((member) => member.id === id)?.name ?? id).join(', ');
  throw new ConfigurationError(
    'not_heard',
    `${names} must agree to this version and was not heard for ${Math.round(lately / 1000)} s. Start it, or evict it first: consign node evict`,
  );
}
