// The centre's time while keys are stolen and rotated, and the machine's own clock is wrong.
import t from 'tap';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openAgent } from '#appliance/agent.ts';
import { CentreClock } from '#appliance/cycle/centre-clock.ts';
import { runCycle } from '#appliance/cycle/run-cycle.ts';
import { agentPlaces, enrolAgent, readCurrent } from './enrolled-agent.ts';
import { FakeCentre } from './fake-centre.ts';
import { packageOffer } from './offers.ts';

const yearMs = 365 * 86_400_000;
const offerOf = async (version: string) => [await packageOffer({ version, files: { a: { text: version } } })];

t.test('a time that a stolen key has said is forgotten with the key', async (t) => {
  const centre = await FakeCentre.start(t);
  const places = agentPlaces(t);
  let agent = await enrolAgent(centre, places);
  centre.offers = await offerOf('1.0.0');
  await runCycle(agent, 'start');
  centre.aheadMs = 64 * yearMs;
  await runCycle(agent, 'cycle');
  centre.aheadMs = 0;
  centre.offers = await offerOf('1.1.0');
  for (const isNew of [false, true]) {
    if (isNew) agent = await openAgent(places, new AbortController().signal);
    await runCycle(agent, 'cycle');
    t.equal(readCurrent(places, 'a'), '1.0.0', 'the time goes not back, and everything has expired');
  }
  centre.director.rotate('timestamp', Date.now());
  await runCycle(agent, 'cycle');
  await runCycle(agent, 'cycle');
  t.equal(readCurrent(places, 'a'), '1.1.0', 'with another key it begins anew');
  const again = await openAgent(places, new AbortController().signal);
  centre.offers = await offerOf('1.2.0');
  await runCycle(again, 'start');
  t.equal(readCurrent(places, 'a'), '1.2.0', 'after a restart as well');
  centre.aheadMs = -2 * yearMs;
  centre.offers = await offerOf('1.3.0');
  await runCycle(again, 'cycle');
  t.ok((again.journal.content.lastBeat?.atMs ?? 0) > Date.now() - yearMs, 'and goes not back by the new key');
});

t.test('a time that no clock can hold is refused', async (t) => {
  const centre = await FakeCentre.start(t);
  const agent = await enrolAgent(centre, agentPlaces(t));
  centre.aheadMs = 8.64e15;
  t.equal(await runCycle(agent, 'start'), null);
  t.match(agent.journal.content.problems, [{ code: 'centre_invalid' }]);
});

t.test('a machine whose clock is wrong follows a rotated key after a restart', async (t) => {
  for (const machineMs of [0, Date.now() - 20 * 60_000, Date.now() + 10 * yearMs]) {
    const centre = await FakeCentre.start(t);
    const places = agentPlaces(t);
    const clock = () => new CentreClock(() => machineMs);
    await runCycle(await enrolAgent(centre, places, { clock: clock() }), 'start');
    centre.director.rotate('timestamp', Date.now());
    centre.offers = await offerOf('1.0.0');
    const agent = await openAgent(places, new AbortController().signal, { clock: clock() });
    await runCycle(agent, 'start');
    t.equal(readCurrent(places, 'a'), '1.0.0', `at ${machineMs}`);
  }
});

t.test('a journal that was lost counts on beyond the old one', async (t) => {
  const centre = await FakeCentre.start(t);
  const places = agentPlaces(t);
  const agent = await enrolAgent(centre, places);
  for (let cycle = 0; cycle < 3; cycle += 1) await runCycle(agent, 'cycle');
  writeFileSync(join(places.state, 'journal.json'), '{');
  await runCycle(await openAgent(places, new AbortController().signal), 'start');
  const [before = 0, after = 0] = centre.beats.slice(-2).map(({ counter }) => counter);
  t.ok(after > before, `${after} after ${before}`);
});
