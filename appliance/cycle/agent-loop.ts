// The agent's life: a cycle soon after the start, then one in each interval, at the place in it that the uid decides, and one at each
// ping, where the centre has it wait for pings; until it is stopped, or the centre says that it is retired. Caller: the command `run`.
import { beatPhaseMs } from '#commlink/fleet/beat-phase.ts';
import type { BeatCause } from '#commlink/fleet/beat.ts';
import { beatIntervalMs } from '#commlink/fleet/limits.ts';
import { pause } from '#commlink/pause.ts';
import type { Agent } from '../agent.ts';
import { startSpreadMs, startSpreadShare } from '../limits.ts';
import { listMishaps, listTroubles } from '../state/list-troubles.ts';
import { runCycle } from './run-cycle.ts';
import { waitForPing } from './wait-for-ping.ts';

/** Why it ended. */
export type LoopEnd = 'stopped' | 'retired';

/** Lives. `say` writes a line for the service manager's log. */
export async function runLoop(agent: Agent, say: (line: string) => void): Promise<LoopEnd> {
  const { uid } = agent.identity;
  let intervalMs = agent.journal.content.lastBeat?.intervalMs ?? beatIntervalMs;
  await pause(
    beatPhaseMs(uid, Math.min(startSpreadMs, Math.ceil(intervalMs * startSpreadShare))),
    agent.signal,
  );
  let cause: BeatCause = 'start';
  // Only who is told so: a centre that comes back is not met by all of a large fleet at once.
  let polls = false;
  while (!agent.signal.aborted) {
    const reply = await runCycle(agent, cause);
    if (reply?.order === 'retired') return 'retired';
    intervalMs = reply?.intervalMs ?? intervalMs;
    polls = reply?.polls ?? polls;
    say(describe(agent, reply === null));
    // A quarter of an hour of sleep is to come: what the cycle left goes back to the machine first (--expose-gc).
    globalThis.gc?.();
    const waitMs = untilNext({ uid, intervalMs, nowMs: agent.clock.stamp() });
    if (!polls) await pause(waitMs, agent.signal);
    cause = polls && (await waitForPing(agent, waitMs)) ? 'ping' : 'cycle';
  }
  return 'stopped';
}

/** Milliseconds until the next moment that is this uid's in the interval. */
export function untilNext({
  uid,
  intervalMs,
  nowMs,
}: {
  uid: string;
  intervalMs: number;
  nowMs: number;
}): number {
  const phaseMs = beatPhaseMs(uid, intervalMs);
  return intervalMs - ((((nowMs - phaseMs) % intervalMs) + intervalMs) % intervalMs);
}

function describe({ journal }: Agent, isAlone: boolean): string {
  const { installed } = journal.content;
  const versions = installed.map(({ product, version }) => `${product} ${version}`).join(', ') || 'nothing';
  const alone = isAlone ? ['the centre did not answer'] : [];
  return [
    ...alone,
    `installed: ${versions}`,
    ...listMishaps(journal.content),
    ...listTroubles(journal.content),
  ].join('; ');
}
