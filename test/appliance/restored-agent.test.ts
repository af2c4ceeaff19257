// Agents that are brought back: by a restoration, after their memory was lost, and to an older version.
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { openAgent } from '#appliance/agent.ts';
import { runCycle } from '#appliance/cycle/run-cycle.ts';
import { agentPlaces, enrolAgent, readCurrent } from './enrolled-agent.ts';
import { FakeCentre } from './fake-centre.ts';
import { packageOffer } from './offers.ts';

async function setUp(t: Test) {
  const centre = await FakeCentre.start(t);
  const places = agentPlaces(t);
  return { centre, places, agent: await enrolAgent(centre, places) };
}

t.test('a state directory that the disk has damaged is mended by installing again', async (t) => {
  const { centre, places, agent } = await setUp(t);
  centre.offers = [await packageOffer({ version: '1.0.0', files: { a: { text: 'a' } } })];
  await runCycle(agent, 'start');
  writeFileSync(join(places.state, 'journal.json'), '{"counter":');
  writeFileSync(join(places.state, 'catalog.cur'), 'rubbish');
  const again = await openAgent(places, new AbortController().signal);
  await runCycle(again, 'start');
  t.equal(readCurrent(places, 'a'), 'a');
  t.match(again.journal.content.installed, [{ version: '1.0.0' }]);
  t.match(centre.beats.at(-2)?.problems, [{ code: 'state_damaged' }]);
});

t.test('who has lost the journal counts on, and is no copy of itself', async (t) => {
  const { centre, places, agent } = await setUp(t);
  await runCycle(agent, 'start');
  const before = centre.beats.at(-1)?.counter ?? Infinity;
  rmSync(join(places.state, 'journal.json'));
  await delay(2);
  await runCycle(await openAgent(places, new AbortController().signal), 'start');
  t.ok((centre.beats.at(-1)?.counter ?? 0) > before);
});

t.test('a restoration that finds nothing missing is told of, too', async (t) => {
  const { centre, agent } = await setUp(t);
  centre.offers = [await packageOffer({ version: '1.0.0', files: { a: { text: 'a' } } })];
  await runCycle(agent, 'start');
  centre.order = 'restore';
  await runCycle(agent, 'cycle');
  t.same(
    centre.beats.slice(-2).map(({ cause }) => cause),
    ['cycle', 'installed'],
  );
  t.same(centre.beats.at(-1)?.results, []);
  centre.order = null;
  await runCycle(agent, 'cycle');
  t.equal(centre.beats.at(-1)?.cause, 'cycle', 'and once only');
});

t.test('back to an older version, or to the same one, there are no steps between', async (t) => {
  const { centre, places, agent } = await setUp(t);
  const bounded = await packageOffer({
    version: '2.0.0',
    files: { a: { text: '2' } },
    manifest: { from: '^1.0.0' },
  });
  centre.offers = [await packageOffer({ version: '2.1.0', files: { a: { text: '2.1' } } })];
  await runCycle(agent, 'start');
  centre.offers = [bounded];
  await runCycle(agent, 'cycle');
  t.equal(readCurrent(places, 'a'), '2');
  rmSync(join(places.state, 'packages'), { recursive: true });
  centre.order = 'restore';
  await runCycle(agent, 'cycle');
  t.equal(readCurrent(places, 'a'), '2', 'mended over itself');
});
