// Where the agent fetches from: nowhere but where its centre has sent it, in answer to just this question.
import t from 'tap';
import { runCycle } from '#appliance/cycle/run-cycle.ts';
import { agentPlaces, enrolAgent } from './enrolled-agent.ts';
import { FakeCentre } from './fake-centre.ts';
import { packageOffer } from './offers.ts';

t.test('the agent goes nowhere that the centre has not sent it', async (t) => {
  const centre = await FakeCentre.start(t);
  const agent = await enrolAgent(centre, agentPlaces(t));
  centre.offers = [await packageOffer({ version: '1.0.0', files: { a: { text: 'one' } } })];
  const asked: string[] = [];
  const { serve } = centre;
  centre.serve = (offer, request, response) => {
    asked.push(offer.path);
    serve(offer, request, response);
  };
  const forged = { signer: centre.packages.signer('timestamp') };
  const ofAnother = { request: { nonce: 'A'.repeat(22) } };
  for (const [what, bent] of Object.entries({ forged, ofAnother })) {
    centre.bendSources = bent;
    await runCycle(agent, 'cycle');
    t.match(agent.journal.content.problems.at(-1), { code: 'centre_invalid' }, what);
  }
  t.same(asked, [], 'neither somebody else’s list of sources nor that of another request is followed');
  centre.bendSources = {};
  await runCycle(agent, 'cycle');
  t.equal(asked.length, 1);
  t.match(agent.journal.content.installed, [{ version: '1.0.0' }]);
});
