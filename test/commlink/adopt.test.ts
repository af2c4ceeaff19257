// Links that are changed while calls go on: bags rotated, members gone, addresses moved. What does not change stays.
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import t, { type Test } from 'tap';
import type { Commlink } from '#commlink/commlink.ts';
import type { KeyBag } from '#commlink/key-bag.ts';
import type { LinkPlan } from '#commlink/node-config.ts';
import { dialByHand, listenOnFreePort } from './hostile-dialler.ts';
import { copyBag, eventually, makeGeneration, testMethods, twoNodes, type TwoNodes } from './two-nodes.ts';

const loopback = { host: '127.0.0.1', port: 0 };

/** Both nodes linked, and what each was told last, so that a test changes nothing but what it means to. */
interface Pair {
  readonly nodes: TwoNodes;
  readonly web: Commlink;
  readonly ftp: Commlink;
  /** What a change starts from; its keys are nobody's. */
  readonly plans: { web: LinkPlan; ftp: LinkPlan };
  /** Every buffer of a generation's keys that either node was ever given. */
  given(node: 'web' | 'ftp', generation: number): Buffer[];
  adopt(node: 'web' | 'ftp', changes: Partial<LinkPlan>): Promise<void>;
}

async function openPair(t: Test, connections = 1): Promise<Pair> {
  const nodes = twoNodes(t, { size: 7 });
  const given: Record<'web' | 'ftp', LinkPlan[]> = { web: [], ftp: [] };
  /** As the shell does it: each plan's keys were opened again from their sections. */
  const give = (node: 'web' | 'ftp', plan: LinkPlan): LinkPlan => {
    const fresh = { ...plan, bags: plan.bags.map(copyBag) };
    given[node].push(fresh);
    return fresh;
  };
  const webPlan = nodes.planOf(nodes.web, { listen: loopback, bags: [copyBag(nodes.bag)] });
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

interface Load {
  readonly failures: unknown[];
  count: number;
  stop(): Promise<void>;
}

/** Calls both ways in loops, some of them slow, until stopped. */
function startLoad({ web, ftp }: Pick<Pair, 'web' | 'ftp'>): Load {
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

const portsOf = (commlink: Commlink): number[] =>
  commlink
    .status()
    .filter(({ draining }) => !draining)
    .map(({ diallerPort }) => diallerPort)
    .sort((left, right) => left - right);
const generationsOf = (commlink: Commlink): number[] => [
  ...new Set(commlink.linkGenerations().map(({ generation }) => generation)),
];
const isZero = (key: Buffer): boolean => key.every((byte) => byte === 0);
const keysOf = (plan: LinkPlan, generation: number): readonly Buffer[] =>
  plan.bags.flatMap(
    (bag) => bag.generations.find((candidate) => candidate.generation === generation)?.keys ?? [],
  );

void t.test('twenty rotations under load: no call fails, links move, and old keys are zeroed', async (t) => {
  const pair = await openPair(t, 3);
  const load = startLoad(pair);
  let bag = copyBag(pair.nodes.bag);
  const both = (next: KeyBag): Promise<unknown> => {
    bag = next;
    return Promise.all([
      pair.adopt('ftp', { bags: [copyBag(bag)] }),
      pair.adopt('web', { bags: [copyBag(bag)] }),
    ]);
  };
  let erasedCount = 0;
  for (let generation = 2; generation <= 21; generation += 1) {
    const old = generation - 1;
    t.notOk(pair.given('web', old).slice(0, 7).some(isZero), 'in use until now');
    await both({ ...bag, generations: [...bag.generations, makeGeneration(generation, 7)] });
    await both({ ...bag, sendGeneration: generation });
    await eventually(() => portsOf(pair.ftp).length >= 3 && portsOf(pair.web).length >= 3);
    await both({ ...bag, generations: bag.generations.filter((kept) => kept.generation === generation) });
    await eventually(() => generationsOf(pair.ftp).join() === String(generation));
    await eventually(() => generationsOf(pair.web).join() === String(generation));
    const erased = [...pair.given('web', old), ...pair.given('ftp', old)];
    t.ok(erased.every(isZero), `every copy of generation ${old} is zeroed`);
    erasedCount += erased.length;
  }
  await load.stop();
  t.same(load.failures, []);
  t.ok(load.count > 1000, `${load.count} calls`);
  t.ok(erasedCount >= 20 * 2 * 7);
  t.ok(pair.ftp.status().every(({ peer, generation }) => peer === 'web1' && generation === 21));
});

void t.test('accepting and not yet sending touches no link; sending replaces them all', async (t) => {
  const pair = await openPair(t, 2);
  const before = portsOf(pair.ftp);
  const accepting = { ...pair.nodes.bag, generations: [...pair.nodes.bag.generations, makeGeneration(2, 7)] };
  await pair.adopt('web', { bags: [copyBag(accepting)] });
  await pair.adopt('ftp', { bags: [copyBag(accepting)] });
  await sleep(200);
  t.same(portsOf(pair.ftp), before);
  t.same(pair.ftp.linkGenerations(), [{ peer: pair.nodes.web.member.id, generation: 1, count: 2 }]);
  await pair.adopt('ftp', { bags: [copyBag({ ...accepting, sendGeneration: 2 })] });
  await eventually(() => generationsOf(pair.ftp).join() === '2' && portsOf(pair.ftp).length === 2);
  t.notOk(portsOf(pair.ftp).some((port) => before.includes(port)));
  await eventually(() => generationsOf(pair.web).join() === '2');
});

void t.test('retired keys are kept as long as a link uses them, and no new link may', async (t) => {
  const pair = await openPair(t);
  const { nodes, web } = pair;
  const held = pair.given('web', 1);
  const slow = pair.ftp.call('web1', testMethods, 'echo', { text: 'slow', waitMs: 1000 });
  await eventually(() => web.status()[0]?.callsInFlight === 1);
  const next = { ...nodes.bag, sendGeneration: 2, generations: [makeGeneration(2, 7)] };
  await pair.adopt('web', { bags: [copyBag(next)] });
  t.same(generationsOf(web), [1], 'the link drains');
  t.notOk(held.some(isZero), 'its keys are still there');
  await t.rejects(dialByHand(t, web.port ?? 0, { bag: nodes.bag }), 'they open nothing any more');
  t.match(
    nodes.web.lines.find(({ code }) => code === 'unknown_generation'),
    { level: 40 },
  );
  await pair.adopt('ftp', { bags: [copyBag(next)] });
  t.equal((await slow).text, 'slow', 'the call that was under way is answered');
  await eventually(() => generationsOf(web).join() === '2');
  t.ok(held.every(isZero));
});

void t.test(
  'a node opened with the same keys again keeps its links, and the second copy is zeroed',
  async (t) => {
    const pair = await openPair(t, 2);
    const before = portsOf(pair.ftp);
    await pair.adopt('ftp', {});
    await pair.adopt('ftp', { linkAgeMaxMs: 500_000 });
    t.ok(pair.given('ftp', 1).slice(7).every(isZero), 'the copies are gone');
    t.notOk(pair.given('ftp', 1).slice(0, 7).some(isZero), 'the first is in use');
    await sleep(200);
    t.same(portsOf(pair.ftp), before);
    t.equal((await pair.web.call('ftp1', testMethods, 'echo', { text: 'still' })).text, 'still');
  },
);

void t.test('a member that is gone is cut off at once, and calls in flight there are answered', async (t) => {
  const pair = await openPair(t, 2);
  const held = pair.given('web', 1);
  const running = pair.web
    .call('ftp1', testMethods, 'echo', { text: '', waitMs: 4000 })
    .catch((error: unknown) => error);
  await eventually(() => pair.web.status().some(({ callsInFlight }) => callsInFlight === 1));
  const changes: boolean[] = [];
  pair.web.onLinkChange((member, up) => changes.push(member.name === 'ftp1' && up));
  const startMs = performance.now();
  await pair.adopt('web', { members: [pair.nodes.web.member], bags: [] });
  t.match(await running, { code: 'disconnected' });
  t.ok(performance.now() - startMs < 1000);
  await t.rejects(pair.web.call('ftp1', testMethods, 'echo', { text: '' }), { code: 'unavailable' });
  await eventually(() => pair.web.status().length === 0);
  t.ok(held.every(isZero), 'its keys are zeroed');
  t.same(changes, [false]);
  t.same(pair.web.members(), [pair.nodes.web.member]);
  await eventually(() => pair.nodes.web.lines.some(({ code }) => code === 'unknown_node'));
  t.same(pair.web.linked(), [], 'it does not come back');
});

void t.test('a call that waits for a member that is gone does not wait on', async (t) => {
  const nodes = twoNodes(t);
  const web = await nodes.listen();
  const waiting = web.call('ftp1', testMethods, 'echo', { text: '' }).catch((error: unknown) => error);
  await sleep(30);
  await web.adopt(nodes.planOf(nodes.web, { listen: loopback, members: [nodes.web.member], bags: [] }));
  t.match(await waiting, { code: 'unavailable' });
});

void t.test('a dead node is replaced by another of the same name', async (t) => {
  const pair = await openPair(t);
  const { nodes, web } = pair;
  const replacement = twoNodes(t).ftp;
  const bag: KeyBag = {
    ...nodes.bag,
    from: replacement.member.id,
    generations: [makeGeneration(2, 7)],
    sendGeneration: 2,
  };
  const members = [nodes.web.member, replacement.member];
  await pair.adopt('web', { members, bags: [copyBag(bag)] });
  const plan: LinkPlan = { ...pair.plans.ftp, members, bags: [copyBag(bag)] };
  const next = await nodes.open(replacement, plan);
  t.equal((await next.call('web1', testMethods, 'echo', { text: 'new' })).text, 'new');
  t.equal((await web.call('ftp1', testMethods, 'echo', { text: 'x' })).servedBy, 'ftp1');
  t.same(
    web.linked().map(({ id }) => id),
    [replacement.member.id],
  );
});

void t.test('a changed address is dialled before the link to the old one drains', async (t) => {
  const pair = await openPair(t);
  const dialled: number[] = [];
  pair.ftp.onLinkChange((_member, up) => dialled.push(Number(up)));
  const load = startLoad(pair);
  const elsewhere = await listenOnFreePort(
    t,
    createServer((socket) => socket.destroy()),
  );
  const dialAt = (port: number): Partial<LinkPlan> => ({
    dial: [{ peer: 'web1', host: '127.0.0.1', port, connections: 1 }],
  });
  const before = portsOf(pair.ftp);
  await pair.adopt('ftp', dialAt(elsewhere));
  await sleep(400);
  t.same(portsOf(pair.ftp), before, 'nobody is there yet: the old link stays');
  await pair.adopt('web', { listen: { host: '127.0.0.2', port: 0 } });
  await pair.adopt('ftp', {
    dial: [{ peer: 'web1', host: '127.0.0.2', port: pair.web.port ?? 0, connections: 1 }],
  });
  await eventually(() => portsOf(pair.ftp).length === 1 && portsOf(pair.ftp)[0] !== before[0]);
  await load.stop();
  t.same(load.failures, []);
  t.same(dialled, [], 'the node was never seen as down');
});

void t.test('a dial that hangs at an old address is given up when the address changes', async (t) => {
  const nodes = twoNodes(t);
  const web = await nodes.listen();
  const ftp = await nodes.dial(1);
  await sleep(700);
  const dial = [{ peer: 'web1', host: '127.0.0.1', port: web.port ?? 0, connections: 1 }];
  const startMs = performance.now();
  await ftp.adopt(nodes.planOf(nodes.ftp, { dial }));
  await eventually(() => ftp.linked().length === 1);
  t.ok(performance.now() - startMs < 300, 'the pause between attempts is not waited out');
});

void t.test('a pool grows and shrinks', async (t) => {
  const pair = await openPair(t, 1);
  const [first] = portsOf(pair.ftp);
  const [dial] = pair.plans.ftp.dial;
  if (!dial) throw new Error('unreachable');
  await pair.adopt('ftp', { dial: [{ ...dial, connections: 4 }] });
  await eventually(() => portsOf(pair.ftp).length === 4);
  t.ok(portsOf(pair.ftp).includes(first ?? 0));
  await pair.adopt('ftp', { dial: [{ ...dial, connections: 1 }] });
  await eventually(() => pair.ftp.status().length === 1);
  t.same(portsOf(pair.ftp), [first], 'the first one stays');
});

void t.test('the direction of dialling turns round without a call lost', async (t) => {
  const pair = await openPair(t);
  const { nodes } = pair;
  const load = startLoad(pair);
  const backBag = {
    ...nodes.bag,
    from: nodes.web.member.id,
    to: nodes.ftp.member.id,
    generations: [makeGeneration(5, 7)],
    sendGeneration: 5,
  };
  await pair.adopt('ftp', { dial: [], listen: loopback, bags: [copyBag(nodes.bag), copyBag(backBag)] });
  await sleep(300);
  t.equal(pair.ftp.linked().length, 1, 'the old link stays until there is another');
  const dial = [{ peer: 'ftp1', host: '127.0.0.1', port: pair.ftp.port ?? 0, connections: 1 }];
  await pair.adopt('web', { dial, listen: null, bags: [copyBag(nodes.bag), copyBag(backBag)] });
  await eventually(() => pair.web.status().length === 1 && pair.web.status()[0]?.direction === 'dialled');
  await load.stop();
  t.same(load.failures, []);
});

void t.test('the listener moves: the new address is open when prepared, and the links stay', async (t) => {
  const pair = await openPair(t);
  const before = portsOf(pair.ftp);
  const oldPort = pair.web.port ?? 0;
  const listen = { host: '127.0.0.2', port: 0 };
  const prepared = await pair.web.prepare({
    ...pair.plans.web,
    bags: pair.plans.web.bags.map(copyBag),
    listen,
  });
  t.equal(pair.web.port, oldPort, 'the old one counts until the commit');
  await prepared.commit();
  t.not(pair.web.port, oldPort);
  t.same(portsOf(pair.ftp), before);
  const late = await dialByHand(t, oldPort, { bag: pair.nodes.bag });
  t.ok(late.identityText, 'who has not heard of the move yet still finds the old address');
});

void t.test('a taken address is refused when it is prepared, and nothing has changed', async (t) => {
  const pair = await openPair(t);
  const port = await listenOnFreePort(t, createServer());
  const before = { ...pair.plans.web };
  const plan = { ...before, listen: { host: '127.0.0.1', port }, members: [pair.nodes.web.member], bags: [] };
  await t.rejects(pair.web.prepare(plan), { code: 'PORT_TAKEN' });
  await t.rejects(pair.web.adopt(plan), { code: 'PORT_TAKEN' });
  await t.rejects(pair.web.adopt({ ...before, members: [] }), { code: 'MEMBERS_INVALID' });
  await t.rejects(pair.web.adopt({ ...before, cluster: 'other' }), TypeError);
  for (const key of keysOf(before, 1)) key.fill(0);
  await t.rejects(pair.web.adopt(before), TypeError, 'a plan is good for one change');
  t.equal((await pair.web.call('ftp1', testMethods, 'echo', { text: 'here' })).text, 'here');
  t.equal(pair.web.members().length, 2);
});

void t.test('a change that is given up leaves no listener behind', async (t) => {
  const pair = await openPair(t);
  const port = await freePort(t);
  const listen = { host: '127.0.0.1', port };
  const plan = { ...pair.plans.web, bags: pair.plans.web.bags.map(copyBag), listen };
  const prepared = await pair.web.prepare(plan);
  await t.rejects(pair.web.prepare({ ...plan, listen: { host: '127.0.0.1', port: pair.web.port ?? 0 } }), {
    code: 'PORT_TAKEN',
  });
  t.notOk(keysOf(plan, 1).some(isZero));
  await prepared.discard();
  t.ok(keysOf(plan, 1).every(isZero), 'its keys are gone');
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  t.pass('the port is free again');
  server.close();
});

void t.test('changes that come at once are made one after another', async (t) => {
  const pair = await openPair(t);
  const load = startLoad(pair);
  const [dial] = pair.plans.ftp.dial;
  if (!dial) throw new Error('unreachable');
  await Promise.all(
    [5, 1, 4, 2, 3].map((connections) => pair.adopt('ftp', { dial: [{ ...dial, connections }] })),
  );
  await eventually(() => portsOf(pair.ftp).length === 3);
  await eventually(() => pair.ftp.status().length === 3);
  await load.stop();
  t.same(load.failures, []);
});

void t.test('what is closed adopts nothing any more', async (t) => {
  const pair = await openPair(t);
  await pair.ftp.close();
  await pair.adopt('ftp', {});
  await sleep(100);
  t.same(pair.ftp.status(), []);
});

void t.test(
  'a link that the other end drains is dialled again at once, however long its last call takes',
  async (t) => {
    const pair = await openPair(t);
    const slow = pair.web.call('ftp1', testMethods, 'echo', { text: 'slow', waitMs: 1500 });
    await eventually(() => pair.ftp.status()[0]?.callsInFlight === 1);
    const next = { ...pair.nodes.bag, sendGeneration: 2, generations: [makeGeneration(2, 7)] };
    await pair.adopt('ftp', {
      bags: [
        copyBag({
          ...next,
          sendGeneration: 1,
          generations: [...pair.nodes.bag.generations, ...next.generations],
        }),
      ],
    });
    await pair.adopt('web', { bags: [copyBag(next)] });
    await pair.adopt('ftp', { bags: [copyBag(next)] });
    const startMs = performance.now();
    t.equal((await pair.ftp.call('web1', testMethods, 'echo', { text: 'now' })).text, 'now');
    t.ok(performance.now() - startMs < 1000, 'it does not wait for the slow call on the old link');
    t.equal((await slow).text, 'slow');
  },
);

async function freePort(t: Test): Promise<number> {
  const server = createServer();
  const port = await listenOnFreePort(t, server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}
