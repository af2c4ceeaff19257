// What an appliance says to a person who stands before it: all that is wrong, as long as it is, and nothing when all is well.
import t from 'tap';
import { showStatus } from '#appliance/commands/show.ts';
import { runCycle } from '#appliance/cycle/run-cycle.ts';
import { sendBeat } from '#appliance/cycle/send-beat.ts';
import { agentPlaces, enrolAgent } from './enrolled-agent.ts';
import { FakeCentre } from './fake-centre.ts';
import { fileOffer, packageOffer } from './offers.ts';

t.test('what is wrong is said until it is over', async (t) => {
  const centre = await FakeCentre.start(t);
  const places = agentPlaces(t);
  const agent = await enrolAgent(centre, places);
  const expectStatus = async (isWell: boolean, line: RegExp | null, title: string): Promise<void> => {
    const shown = await showStatus(places);
    t.equal(shown.isWell, isWell, `${title}\n${shown.lines.join('\n')}`);
    if (line !== null) t.match(shown.lines.join('\n'), line, title);
  };
  const good = await packageOffer({ version: '1.0.0', files: { a: { text: 'a' } } });
  const bad = await packageOffer({
    version: '1.1.0',
    files: { a: { text: 'b' } },
    install: 'echo torn; exit 9',
  });
  const file = fileOffer('motd', 'hello', { path: '/etc/motd' });
  const failed =
    /press\/1\.1\.0\/press\.cpk: failed, the old version .* \(install_exit_code, exit code 9, 20.*\): torn/;
  await expectStatus(true, /has not beaten yet/, 'before the first beat');

  centre.offers = [good, file];
  await runCycle(agent, 'start');
  t.match(centre.beats.at(-1)?.problems, [{ code: 'not_allowed' }]);
  await expectStatus(false, /problem not_allowed: files\/motd/, 'a problem that the centre was told of');
  await sendBeat(agent, 'cycle');
  await expectStatus(false, /problem not_allowed/, 'a beat within a cycle ends nothing');
  centre.offers = [good];
  await runCycle(agent, 'cycle');
  await expectStatus(true, null, 'it is wanted no more');

  centre.offers = [bad];
  await runCycle(agent, 'cycle');
  await expectStatus(false, failed, 'an update that was taken back, and told');
  for (let more = 0; more < 3; more += 1) await runCycle(agent, 'cycle');
  await expectStatus(false, failed, 'given up');
  await expectStatus(false, /problem given_up/, 'given up');
  centre.isDown = true;
  await runCycle(agent, 'cycle');
  await expectStatus(false, /problem centre_unreachable/, 'and the centre is away');
  centre.isDown = false;
  centre.offers = [good];
  await runCycle(agent, 'cycle');
  await expectStatus(true, null, 'what failed is wanted no more');

  for (const order of ['quarantined', 'retired'] as const) {
    centre.order = order;
    await runCycle(agent, 'cycle');
    await expectStatus(false, new RegExp(`^order: ${order}`, 'm'), order);
  }
  centre.order = 'restore';
  await runCycle(agent, 'cycle');
  await expectStatus(true, null, 'a restore is nothing wrong');

  centre.order = null;
  centre.sourcesOf = (offer) => [centre.ownSource({ path: 'nowhere' }), centre.ownSource(offer)];
  centre.offers = [await packageOffer({ version: '1.2.0', files: { a: { text: 'c' } } })];
  await runCycle(agent, 'cycle');
  await expectStatus(true, /^got round: source_failed: press\/1\.2\.0.*404/m, 'another source had it');

  centre.offers = [{ ...bad, bytes: good.bytes }];
  await runCycle(agent, 'cycle');
  await expectStatus(false, /press\/1\.1\.0\/press\.cpk: refused \(bad_package/, 'a package that is none');
});
