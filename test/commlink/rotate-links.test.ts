// Key bags replaced generation by generation while calls go on: no call fails, links move, and old keys are zeroed.
import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import type { KeyBag } from '#commlink/key-bag.ts';
import { dialByHand } from './hostile-dialler.ts';
import { generationsOf, isZero, openPair, portsOf, startLoad } from './linked-pair.ts';
import { copyBag, eventually, makeGeneration, testMethods, twoNodes } from './two-nodes.ts';

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

void t.test(
  'a link that the other end drains is replaced at once, however long its last call takes',
  async (t) => {
    const nodes = twoNodes(t);
    const web = await nodes.listen({ linkAgeMaxMs: 200 });
    const ftp = await nodes.dial(web.port ?? 0);
    const slow = web.call('ftp1', testMethods, 'echo', { text: 'slow', waitMs: 3000 });
    await eventually(() => ftp.status().some(({ draining }) => draining));
    const startMs = performance.now();
    t.equal((await ftp.call('web1', testMethods, 'echo', { text: 'now' })).text, 'now');
    t.ok(performance.now() - startMs < 1000);
    t.equal((await slow).text, 'slow');
  },
);
