// Runs hostile sessions, many at once, against one node, and says what came of it: whether the session server lived, gave
// everything back, logged no error, and still serves. Callers: main.ts and hostile-sessions.test.ts.
import { setTimeout as delay } from 'node:timers/promises';
import { Random } from '../rig/random.ts';
import { hostileFtp } from './hostile-ftp.ts';
import { hostileHttps } from './hostile-https.ts';
import type { HeldResources, HostileNode, HostileTarget } from './hostile-node.ts';
import { hostileSftp } from './hostile-sftp.ts';

const sessions = { ftp: hostileFtp, sftp: hostileSftp, https: hostileHttps } as const;
/** A protocol that can be fuzzed. */
export type FuzzedProtocol = keyof typeof sessions;
/** All of them. */
export const fuzzedProtocols = Object.keys(sessions) as readonly FuzzedProtocol[];

const togetherCount = 32;
/** The first sessions fill caches and pools; what comes after them must not add to that. */
const warmUpShare = 0.2;
const sessionWithinMs = 60_000;
/** A connection of the node's own that was open at one measurement and not at the other. */
const descriptorSlack = 4;

/** What a session may leave behind in the memory, on average over the second half: less than any leak that matters. */
export const keptBytesPerSessionMax = 2048;

/** What to run. */
export interface HostileRun {
  readonly node: HostileNode;
  readonly target: HostileTarget;
  readonly protocol: FuzzedProtocol;
  readonly sessionCount: number;
  readonly seed: number;
}

/** What came of it. `before` was measured after a fifth of the sessions, `halfway` in the middle of the others. */
export interface HostileOutcome {
  readonly hasDied: boolean;
  /** Seeds of sessions that did not end. */
  readonly hung: readonly number[];
  readonly before: HeldResources;
  readonly halfway: HeldResources;
  readonly after: HeldResources;
  /** What each session of either half left behind in the memory. */
  readonly keptBytesPerSession: { readonly firstHalf: number; readonly secondHalf: number };
  readonly errors: readonly string[];
  readonly serves: boolean;
}

/** Runs them. A session's behaviour depends on its own seed alone, which is `seed` plus its number. */
export async function runHostile(run: HostileRun): Promise<HostileOutcome> {
  const { node, sessionCount } = run;
  const pid = node.serverPid;
  const idle = await node.measure();
  const warmUpCount = Math.ceil(sessionCount * warmUpShare);
  const halfwayCount = Math.ceil((warmUpCount + sessionCount) / 2);
  const hung: number[] = [];
  const measureAfter = async (from: number, to: number, least: HeldResources): Promise<HeldResources> => {
    hung.push(...(await runSome(run, from, to)));
    const descriptorCount = least.descriptorCount + descriptorSlack;
    return await node.measureSettled({ descriptorCount, listenerCount: least.listenerCount });
  };
  const before = await measureAfter(0, warmUpCount, idle);
  const halfway = await measureAfter(warmUpCount, halfwayCount, before);
  const after = await measureAfter(halfwayCount, sessionCount, before);
  return {
    hasDied: node.serverPid !== pid,
    hung,
    before,
    halfway,
    after,
    keptBytesPerSession: {
      firstHalf: (halfway.liveBytes - before.liveBytes) / (halfwayCount - warmUpCount),
      secondHalf: (after.liveBytes - halfway.liveBytes) / (sessionCount - halfwayCount),
    },
    errors: node.errors(),
    serves: await node.serves(),
  };
}

async function runSome({ target, protocol, seed }: HostileRun, from: number, to: number): Promise<number[]> {
  const hung: number[] = [];
  let next = from;
  const work = async (): Promise<void> => {
    while (next < to) {
      const own = seed + next;
      next += 1;
      const isOver = sessions[protocol](new Random(own), target).then(() => true);
      const late = new AbortController();
      const isLate = delay(sessionWithinMs, false, { signal: late.signal, ref: false }).catch(() => false);
      if (!(await Promise.race([isOver, isLate]))) hung.push(own);
      late.abort();
    }
  };
  await Promise.all(Array.from({ length: togetherCount }, work));
  return hung;
}
