// An appliance that is busy for longer than an interval beats all the same: while it downloads over a slow line, and while an install
// program runs. What the centre says meanwhile counts before anything is installed.
import t, { type Test } from 'tap';
import { runCycle } from '#appliance/cycle/run-cycle.ts';
import { waitFor } from '../rig/running-consign.ts';
import { agentPlaces, enrolAgent, readCurrent } from './enrolled-agent.ts';
import { FakeCentre } from './fake-centre.ts';
import { packageOffer } from './offers.ts';

const intervalMs = 300;
/** Bytes, and bytes a second: some ten intervals. */
const [sizeBytes, bandwidth] = [90_000, 30_000];

async function setUp(t: Test) {
  const centre = await FakeCentre.start(t);
  centre.intervalMs = intervalMs;
  const places = agentPlaces(t);
  const agent = await enrolAgent(centre, places);
  const install = async (version: string, script: string) => [
    await packageOffer({ version, files: { program: { text: 'x'.repeat(sizeBytes) } }, install: script }),
  ];
  return { centre, places, agent, install };
}
const causesOf = ({ beats }: FakeCentre) => beats.map(({ cause }) => cause);

/** The second beat comes while it downloads. */
const untilItDownloads = ({ beats }: FakeCentre) => waitFor('the download', () => beats.length > 1, 30_000);

t.test('while it downloads', async (t) => {
  const { centre, places, agent, install } = await setUp(t);
  centre.subject = { bandwidth };
  centre.offers = await install('1.0.0', 'true');
  await runCycle(agent, 'start');
  t.equal(readCurrent(places, 'program')?.length, sizeBytes);
  const causes = causesOf(centre);
  t.match(causes, ['start', 'cycle', 'cycle']);
  t.equal(causes.at(-1), 'installed');
  const counters = centre.beats.map(({ counter }) => counter);
  t.same(
    counters,
    counters.toSorted((one, other) => one - other),
  );
  t.equal(new Set(counters).size, counters.length);
  t.same(
    centre.beats.at(-1)?.results.map(({ outcome }) => outcome),
    ['installed'],
    'nothing is told twice',
  );
});

t.test('while an install program runs', async (t) => {
  const { centre, places, agent, install } = await setUp(t);
  centre.offers = await install('1.0.0', 'sleep 2; echo done');
  await runCycle(agent, 'start');
  t.equal(readCurrent(places, 'program')?.length, sizeBytes);
  t.match(causesOf(centre), ['start', 'cycle', 'cycle']);
  t.match(
    centre.beats[1],
    { installed: [], results: [] },
    'it is not installed before the program has ended',
  );
  t.match(centre.beats.at(-1), { cause: 'installed', results: [{ outcome: 'installed', output: 'done\n' }] });
});

t.test('what is withdrawn meanwhile is not installed', async (t) => {
  const { centre, places, agent, install } = await setUp(t);
  centre.subject = { bandwidth };
  centre.offers = await install('1.0.0', 'true');
  const cycle = runCycle(agent, 'start');
  const other = await install('1.0.1', 'true');
  await untilItDownloads(centre);
  centre.offers = other;
  await cycle;
  t.equal(readCurrent(places, 'program'), null);
  t.same(agent.journal.content.problems, []);
  centre.subject = {};
  await runCycle(agent, 'cycle');
  t.match(centre.beats.at(-1)?.installed, [{ version: '1.0.1' }]);
});

t.test('who is quarantined meanwhile installs nothing', async (t) => {
  const { centre, places, agent, install } = await setUp(t);
  centre.subject = { bandwidth };
  centre.offers = await install('1.0.0', 'true');
  const cycle = runCycle(agent, 'start');
  await untilItDownloads(centre);
  centre.order = 'quarantined';
  await cycle;
  t.equal(readCurrent(places, 'program'), null);
});

t.test('a centre that is gone meanwhile holds nothing up', async (t) => {
  const { centre, places, agent, install } = await setUp(t);
  centre.subject = { bandwidth };
  centre.offers = await install('1.0.0', 'true');
  const cycle = runCycle(agent, 'start');
  await untilItDownloads(centre);
  centre.isDown = true;
  await cycle;
  t.equal(readCurrent(places, 'program')?.length, sizeBytes);
});
