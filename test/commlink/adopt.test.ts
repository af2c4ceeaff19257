// Links that are changed while calls go on: members gone, addresses moved, pools resized. What does not change stays.
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import t, { type Test } from 'tap';
import type { KeyBag } from '#commlink/key-bag.ts';
import type { LinkPlan } from '#commlink/node-config.ts';
import { dialByHand, listenOnFreePort } from './hostile-dialler.ts';
import { isZero, keysOf, openPair, portsOf, startLoad } from './linked-pair.ts';
import { copyBag, eventually, makeGeneration, testMethods, twoNodes } from './two-nodes.ts';

const loopback = { host: '127.0.0.1', port: 0 };

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

void t.test('who waits between attempts at an old address dials the new one at once', async (t) => {
  const nodes = twoNodes(t);
  const web = await nodes.listen();
  const ftp = await nodes.dial(1);
  // After the sixth failure the pause is 1.6 s at least.
  await eventually(() => nodes.ftp.lines.filter(({ code }) => code === 'unreachable').length >= 6);
  const dial = [{ peer: 'web1', host: '127.0.0.1', port: web.port ?? 0, connections: 1 }];
  const startMs = performance.now();
  await ftp.adopt(nodes.planOf(nodes.ftp, { dial }));
  await eventually(() => ftp.linked().length === 1);
  t.ok(performance.now() - startMs < 1500, 'the pause between attempts is not waited out');
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
  // As composed: the old direction has no keys any more, and the other end does not know yet.
  await pair.adopt('ftp', { dial: [], listen: loopback, bags: [copyBag(backBag)] });
  await sleep(300);
  t.equal(pair.ftp.linked().length, 1, 'the old link stays until there is another');
  const dial = [{ peer: 'ftp1', host: '127.0.0.1', port: pair.ftp.port ?? 0, connections: 1 }];
  await pair.adopt('web', { dial, listen: null, bags: [copyBag(backBag)] });
  await eventually(() => pair.web.status().length === 1 && pair.web.status()[0]?.direction === 'dialled');
  await load.stop();
  t.same(load.failures, []);
});

void t.test(
  'the end that accepted the old direction learns first: it can still tell the other',
  async (t) => {
    const pair = await openPair(t, 2);
    const { nodes } = pair;
    const load = startLoad(pair);
    const generations = [makeGeneration(5, 7)];
    const [from, to] = [nodes.web.member.id, nodes.ftp.member.id];
    const bag = { ...nodes.bag, from, to, generations, sendGeneration: 5 };
    const listen = { ...loopback, port: await freePort(t) };
    const dial = [{ peer: 'ftp1', ...listen, connections: 2 }];
    await pair.adopt('web', { dial, listen: null, bags: [copyBag(bag)] });
    await sleep(300);
    t.equal(pair.web.linked().length, 1, 'the old link stays until there is another');
    await pair.adopt('ftp', { dial: [], listen, bags: [copyBag(bag)] });
    const isTurned = (): boolean =>
      pair.web.status().length === 2 && pair.web.status().every(({ direction }) => direction === 'dialled');
    await eventually(isTurned);
    await load.stop();
    t.same(load.failures, []);
  },
);

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

async function freePort(t: Test): Promise<number> {
  const server = createServer();
  const port = await listenOnFreePort(t, server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}
