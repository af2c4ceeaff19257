// What the agent has fetched or unpacked and will not install gives its room back in the cycle that learns of it; the beginning of what
// is still wanted stays, and is gone on with.
import t, { type Test } from 'tap';
import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { runCycle } from '#appliance/cycle/run-cycle.ts';
import { installAttemptsMax } from '#appliance/limits.ts';
import { agentPlaces, allowFiles, enrolAgent, readCurrent } from './enrolled-agent.ts';
import { FakeCentre, serveWhole, type Offer } from './fake-centre.ts';
import { fileOffer, packageOffer } from './offers.ts';

const weekdays = [1, 2, 3, 4, 5, 6, 7];
const bytesBeforeCut = 50_000;

async function setUp(t: Test) {
  const centre = await FakeCentre.start(t);
  const places = agentPlaces(t);
  const agent = await enrolAgent(centre, places);
  /** What lies in the staging folder, by the offers' paths. */
  const staged = (...offers: readonly Offer[]): string[] => {
    const names = readdirSync(join(places.state, 'staging'));
    return names
      .map((name) => offers.reduce((short, { path, bytes }) => short.replace(digestOf(bytes), path), name))
      .toSorted();
  };
  return { centre, places, agent, staged };
}

const digestOf = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
const bulky = (product: string, version: string) =>
  packageOffer({ product, version, files: { a: { text: version.repeat(40_000) } } });

/** Sends the beginning, and hangs up. */
const cutOff: FakeCentre['serve'] = ({ bytes }, _request, response) => {
  response.writeHead(200, { 'content-length': String(bytes.length) });
  response.write(bytes.subarray(0, bytesBeforeCut), () => response.destroy());
};

/** A window that is an hour away, for an hour. */
function laterToday(): { weekdays: number[]; fromMinute: number; toMinute: number } {
  const now = new Date();
  const minute = now.getUTCHours() * 60 + now.getUTCMinutes();
  return { weekdays, fromMinute: (minute + 60) % 1440, toMinute: (minute + 120) % 1440 };
}

t.test('what was withdrawn goes, the beginning of what is wanted stays', async (t) => {
  const { centre, places, agent, staged } = await setUp(t);
  const [press, alpha] = [await bulky('press', '1.0.0'), await bulky('alpha', '1.0.0')];
  centre.serve = cutOff;
  centre.offers = [press, alpha];
  await runCycle(agent, 'start');
  t.same(staged(press, alpha), [`${alpha.path}.part`, `${press.path}.part`], 'both were begun');
  centre.offers = [press];
  await runCycle(agent, 'cycle');
  t.same(staged(press, alpha), [`${press.path}.part`]);
  centre.serve = serveWhole;
  await runCycle(agent, 'cycle');
  t.match(centre.beats.at(-1)?.downloads, { resumed: bytesBeforeCut }, 'gone on with');
  t.match(readCurrent(places, 'a'), /^1\.0\.0/);
  t.same(staged(press, alpha), []);
});

t.test('what waits for its window is kept while it is wanted', async (t) => {
  const { centre, agent, staged } = await setUp(t);
  const [old, newer] = [await bulky('press', '1.0.0'), await bulky('press', '1.1.0')];
  centre.subject = { windows: [laterToday()] };
  centre.offers = [old];
  await runCycle(agent, 'start');
  await runCycle(agent, 'cycle');
  t.same(staged(old, newer), [old.path], 'fetched ahead, and not unpacked');
  centre.offers = [newer];
  await runCycle(agent, 'cycle');
  t.same(staged(old, newer), [newer.path], 'what takes its place');
  centre.order = 'quarantined';
  await runCycle(agent, 'cycle');
  t.same(staged(old, newer), [newer.path], 'in quarantine nothing is changed');
  centre.order = null;
  centre.offers = [];
  await runCycle(agent, 'cycle');
  t.same(staged(old, newer), [], 'an account that may have nothing any more');
});

t.test('who is retired keeps nothing', async (t) => {
  const { centre, agent, staged } = await setUp(t);
  const press = await bulky('press', '1.0.0');
  centre.subject = { windows: [laterToday()] };
  centre.offers = [press];
  await runCycle(agent, 'start');
  t.same(staged(press), [press.path]);
  centre.order = 'retired';
  await runCycle(agent, 'cycle');
  t.same(staged(press), []);
});

t.test('what lacks something is not kept unpacked, what was given up not at all', async (t) => {
  const { centre, places, agent, staged } = await setUp(t);
  const requires = [{ product: 'base', range: '>=2' }];
  const needing = await packageOffer({ version: '1.0.0', files: {}, manifest: { requires } });
  const file = fileOffer('motd', 'hello', { path: '/etc/motd', reload: ['/bin/false'] });
  allowFiles(places, { path: '/etc/motd', reload: ['/bin/false'] });
  centre.offers = [needing, file];
  for (let cycle = 0; cycle < installAttemptsMax; cycle += 1) {
    await runCycle(agent, 'cycle');
    t.same(staged(needing, file), [file.path, needing.path], 'both are still wanted');
  }
  await runCycle(agent, 'cycle');
  t.match(agent.journal.content.troubles.map(({ code }) => code).toSorted(), [
    'given_up',
    'unmet_dependency',
  ]);
  t.same(staged(needing, file), [needing.path]);
  centre.offers = [needing];
  await runCycle(agent, 'cycle');
  t.same(staged(needing, file), [needing.path], 'and a file that is named no more changes nothing');
});
