// Two nodes with links between them that a test changes by new plans, and calls that go on meanwhile.
// Callers: the tests of what links do when the configuration changes.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Test } from 'tap';
import type { Commlink } from '#commlink/commlink.ts';
import type { LinkPlan } from '#commlink/node-config.ts';
import { copyBag, eventually, testMethods, twoNodes, type TwoNodes } from './two-nodes.ts';

/** Both nodes linked, and what each was told last, so that a test changes nothing but what it means to. */
export interface Pair {
  readonly nodes: TwoNodes;
  readonly web: Commlink;
  readonly ftp: Commlink;
  /** What a change starts from; its keys are nobody's. */
  readonly plans: { web: LinkPlan; ftp: LinkPlan };
  /** Every buffer of a generation's keys that either node was ever given. */
  given(node: 'web' | 'ftp', generation: number): Buffer[];
  adopt(node: 'web' | 'ftp', changes: Partial<LinkPlan>): Promise<void>;
}

/** Opens both, linked by so many connections; everything is closed when the test ends. */
export async function openPair(t: Test, connections = 1): Promise<Pair> {
  const nodes = twoNodes(t, { size: 7 });
  const given: Record<'web' | 'ftp', LinkPlan[]> = { web: [], ftp: [] };
  /** As the shell does it: each plan's keys were opened again from their sections. */
  const give = (node: 'web' | 'ftp', plan: LinkPlan): LinkPlan => {
    const fresh = { ...plan, bags: plan.bags.map(copyBag) };
    given[node].push(fresh);
    return fresh;
  };
  const webPlan = nodes.planOf(nodes.web, {
    listen: { host: '127.0.0.1', port: 0 },
    bags: [copyBag(nodes.bag)],
  });
  const web = await nodes.open(nodes.web, give('web', webPlan));
  const dial = [{ peer: 'web1', host: '127.0.0.1', port: web.port ?? 0, connections }];
  const ftpPlan = nodes.planOf(nodes.ftp, { dial, bags: [copyBag(nodes.bag)] });
  const ftp = await nodes.open(nodes.ftp, give('ftp', ftpPlan));
  await eventually(() => ftp.status().length === connections && web.status().length === connections);
  const plans = { web: webPlan, ftp: ftpPlan };
  return {
    nodes,
    web,
    ftp,
    plans,
    given: (node, generation) => given[node].flatMap((plan) => keysOf(plan, generation)),
    adopt: async (node, changes) => {
      plans[node] = { ...plans[node], ...changes };
      await (node === 'web' ? web : ftp).adopt(give(node, plans[node]));
    },
  };
}

/** Calls that go on in the background. */
export interface Load {
  readonly failures: unknown[];
  count: number;
  stop(): Promise<void>;
}

/** Calls both ways in loops, some of them slow, until stopped. */
export function startLoad({ web, ftp }: Pick<Pair, 'web' | 'ftp'>): Load {
  let going = true;
  const load: Load = { failures: [], count: 0, stop: async () => undefined };
  const loop = async (commlink: Commlink, peer: string, waitMs: number): Promise<void> => {
    while (going) {
      await commlink.call(peer, testMethods, 'echo', { text: 'x', waitMs }).then(
        () => (load.count += 1),
        async (error: unknown) => {
          load.failures.push(error);
          await sleep(10);
        },
      );
    }
  };
  const loops = [0, 3, 3, 40, 300].flatMap((waitMs) => [
    loop(ftp, 'web1', waitMs),
    loop(web, 'ftp1', waitMs),
  ]);
  load.stop = async () => {
    going = false;
    await Promise.all(loops);
  };
  return load;
}

/** The dialler's ports of the links that take calls, in order. */
export const portsOf = (commlink: Commlink): number[] =>
  commlink
    .status()
    .filter(({ draining }) => !draining)
    .map(({ diallerPort }) => diallerPort)
    .sort((left, right) => left - right);
/** The generations that links use, draining ones included. */
export const generationsOf = (commlink: Commlink): number[] => [
  ...new Set(commlink.linkGenerations().map(({ generation }) => generation)),
];
/** Whether a key was erased. */
export const isZero = (key: Buffer): boolean => key.every((byte) => byte === 0);
/** The keys of a generation in a plan. */
export const keysOf = (plan: LinkPlan, generation: number): readonly Buffer[] =>
  plan.bags.flatMap(
    (bag) => bag.generations.find((candidate) => candidate.generation === generation)?.keys ?? [],
  );
