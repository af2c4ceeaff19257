// Looks before a version is taken whether it could come into force at all: all whose consent it needs must have been heard
// lately, or every node would decline client requests and wait for one that is dead. Callers: submissions.ts; the
// operator's side, which says for whom it waits. Pure.
import { ConfigurationError } from './configuration-error.ts';
import { heardIntervalsMax, heardMsMin } from './limits.ts';
import type { Manifest } from './blocks/manifest.ts';

/** What is known of the others. The asked node counts as heard. */
export interface Heard {
  readonly self: string;
  /** When each node was heard last, in milliseconds of the steady clock. */
  readonly heardAtMs: ReadonlyMap<string, number>;
  readonly nowMs: number;
  /** Of the installed version. */
  readonly messageIntervalMs: number;
}

/** How long ago a member was heard at most, to count as there. */
export function heardLatelyMs(messageIntervalMs: number): number {
  return Math.max(heardMsMin, heardIntervalsMax * messageIntervalMs);
}

/** Throws ConfigurationError `not_heard`, which names who is missing. */
export function assertBarrierHeard({ barrier, members }: Manifest, heard: Heard): void {
  const { self, heardAtMs, nowMs, messageIntervalMs } = heard;
  const lately = heardLatelyMs(messageIntervalMs);
  const silent = barrier.filter((id) => id !== self && nowMs - (heardAtMs.get(id) ?? -Infinity) > lately);
  if (silent.length === 0) return;
  const names = silent.map((id) => members.find((member) => member.id === id)?.name ?? id);
  throw new ConfigurationError(
    'not_heard',
    `${names.join(', ')} must agree to this version and was not heard for ${Math.round(lately / 1000)} s. Bring it back, or take it out first: consign node evict ${names.join(' ')} --reason …`,
  );
}
