// The wait between two cycles: who is refused a place to wait for a ping asks again when the centre has said, and not before.
import t from 'tap';
import { runLoop } from '#appliance/cycle/agent-loop.ts';
import { runCycle } from '#appliance/cycle/run-cycle.ts';
import { waitForPing } from '#appliance/cycle/wait-for-ping.ts';
import { agentPlaces, enrolAgent } from './enrolled-agent.ts';
import { eventually } from '../commlink/two-nodes.ts';
import { FakeCentre } from './fake-centre.ts';

t.test('the centre says when to ask again; a ping ends the wait', async (t) => {
  const centre = await FakeCentre.start(t);
  const agent = await enrolAgent(centre, agentPlaces(t));
  const polls = () => centre.requests.filter((line) => line.endsWith('/pings')).length;
  centre.pingRetryAfter = '3600';
  t.equal(await waitForPing(agent, 1500), false, 'the next cycle ends the wait');
  t.equal(polls(), 1);
  centre.pingRetryAfter = '1';
  t.equal(await waitForPing(agent, 2600), false);
  t.equal(polls(), 4);
  centre.pingRetryAfter = null;
  centre.hasPing = true;
  t.equal(await waitForPing(agent, 5000), true);
});

t.test('who is told not to wait for pings beats in its interval, and asks for none', async (t) => {
  const centre = await FakeCentre.start(t);
  const agent = await enrolAgent(centre, agentPlaces(t));
  const polls = () => centre.requests.filter((line) => line.endsWith('/pings')).length;
  Object.assign(centre, { intervalMs: 300, polls: false });
  // What it has heard of the interval shortens the pause after its start.
  await runCycle(agent, 'start');
  const life = runLoop(agent, () => {});
  await eventually(() => centre.beats.length >= 3, 20_000);
  t.equal(polls(), 0);
  centre.polls = true;
  await eventually(() => polls() > 0, 20_000);
  centre.order = 'retired';
  t.equal(await life, 'retired');
});
