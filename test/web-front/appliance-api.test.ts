// The API about appliances against its own description, as api.test.ts does it for the rest: every status that is listed is provoked
// and the answer held against its schema.
import t from 'tap';
import { RpcError } from '#commlink/rpc-error.ts';
import {
  Examiner,
  Machine,
  applianceTag,
  isDescribed,
  json,
  type Description,
  type Route,
} from './described-api.ts';
import { newId } from './fake-backends.ts';
import { fakeAppliance } from './fake-fleet.ts';
import { startPortal } from './portal-fixture.ts';

const withBody = (body: unknown) => ({ headers: json, body: JSON.stringify(body) });
const wish = withBody({ type: 'gateway-box', site: 'london', label: 'Lobby', count: 2, lifetimeDays: 3 });

t.test(
  'every answer about appliances is as its description says, and every described answer exists',
  async (t) => {
    const portal = await startPortal(t);
    const { internalDb } = portal;
    const machine = new Machine(portal);
    const description = (await machine.send('GET', '/openapi.json')).json() as Description;
    const examiner = new Examiner(description, (tags) => tags.includes(applianceTag));
    const check = async (...[method, path, part]: Route) => {
      const answer = await machine.send(method, path, part);
      const fault = examiner.examine(method, path, answer);
      if (isDescribed(description, [method, path], answer.status))
        t.equal(fault, null, `${method} ${path} ${answer.status}`);
      return answer;
    };
    const made = await check('POST', '/enrolment-codes', wish);
    t.match(made.json(), { codes: [{ code: /^[a-z-]{24}$/ }, {}] });
    const routes: Route[] = [
      ['GET', '/appliances'],
      ['GET', `/appliances/${fakeAppliance.uid}`],
      ['GET', '/enrolment-codes'],
      ['POST', '/enrolment-codes', wish],
      ['DELETE', `/enrolment-codes/${made.json().codes[0].id}`],
    ];
    for (const route of routes)
      t.ok((await check(...route)).status < 300, `${route[0]} ${route[1]} is followed`);
    for (const fault of ['internal', 'unavailable', 'refused', 'not_found'] as const) {
      internalDb.fault = new RpcError(fault, 'because the test says so');
      for (const route of routes) await check(...route);
    }
    internalDb.fault = null;
    await check('GET', `/appliances/${newId('apl')}`);
    await check('DELETE', `/enrolment-codes/${newId('enc')}`);
    await check('GET', '/appliances?limit=0');
    await check('POST', '/enrolment-codes', withBody({ surplus: true }));
    await check('POST', '/enrolment-codes', withBody({ type: 'x'.repeat(40_000) }));
    await check('POST', '/enrolment-codes', { headers: { 'content-type': 'text/plain' }, body: 'x' });
    for (const [method, path, id] of [
      ['GET', '/appliances', fakeAppliance.uid],
      ['DELETE', '/enrolment-codes', newId('enc')],
    ] as const) {
      const malformed = await machine.send(method, `${path}/nonsense`);
      t.equal(examiner.examine(method, `${path}/${id}`, malformed), null, `${path} malformed`);
    }
    internalDb.liveSecrets.clear();
    for (const route of routes) await check(...route);
    t.same(
      [...examiner.unseen].filter((line) => !line.endsWith(' 429')),
      [],
      'only 429 is left, which api.test.ts tries',
    );
  },
);
