// Random trouble in the proxies between nodes, for as long as a test wants: links become slow, break, or are cut off for a
// while, one node's or any. What happens depends on the seed; when it meets what the nodes do, on the machine.
// Caller: seven-nodes.test.ts.
import { setTimeout as delay } from 'node:timers/promises';
import type { FaultProxy } from '../rig/fault-proxy.ts';
import type { Random } from '../rig/random.ts';

/** From one trouble to the next. */
const [pauseMsMin, pauseMsMax] = [200, 1000];
/** How long a trouble lasts. */
const [troubleMsMin, troubleMsMax] = [100, 700];
/** How long each chunk waits in a slow link. */
const [slownessMsMin, slownessMsMax] = [5, 60];

/** What there is to trouble. */
export interface Troubled {
  readonly names: readonly string[];
  readonly proxies: readonly FaultProxy[];
  readonly proxiesOf: (name: string) => readonly FaultProxy[];
}

/** Makes trouble until the signal aborts, and then mends it all. Returns how often it did what. */
export async function makeTrouble(
  { names, proxies, proxiesOf }: Troubled,
  random: Random,
  until: AbortSignal,
): Promise<Record<string, number>> {
  const done: Record<string, number> = {};
  const passing = new Set<Promise<void>>();
  const heal = async (troubled: readonly FaultProxy[], ms: number): Promise<void> => {
    await delay(ms);
    for (const proxy of troubled) proxy.heal();
  };
  const troubles: Record<string, () => readonly FaultProxy[]> = {
    slow: () => {
      const slow = proxies.filter(() => random.percent(40));
      for (const proxy of slow) proxy.delay(random.between(slownessMsMin, slownessMsMax));
      return slow;
    },
    cut: () => {
      proxies[random.between(0, proxies.length - 1)]?.cut();
      return [];
    },
    linkPartitioned: () => {
      const lost = proxies.filter(() => random.percent(20));
      for (const proxy of lost) proxy.partition();
      return lost;
    },
    nodePartitioned: () => {
      const lost = proxiesOf(names[random.between(0, names.length - 1)] ?? '');
      for (const proxy of lost) proxy.partition();
      return lost;
    },
  };
  while (!until.aborted) {
    await delay(random.between(pauseMsMin, pauseMsMax));
    const kind = random.pick(['slow', 'slow', 'cut', 'cut', 'linkPartitioned', 'nodePartitioned']);
    const troubled = troubles[kind]?.() ?? [];
    done[kind] = (done[kind] ?? 0) + 1;
    const healing = heal(troubled, random.between(troubleMsMin, troubleMsMax));
    passing.add(healing);
    void healing.then(() => passing.delete(healing));
  }
  await Promise.all(passing);
  for (const proxy of proxies) proxy.heal();
  return done;
}
