// Codes for new appliances on the console: made by operators, shown once with the line to type, and refused with what to correct.
import t from 'tap';
import { putSmallFleet } from '../fleet/support/small-fleet.ts';
import { SignedFleet, TestAppliance } from '../fleet/support/signed-fleet.ts';
import { newestAudit } from '../support/newest-audit.ts';
import { seedRoom, startRoom } from '../support/running-room.ts';
import { openStaffSession, sendToConsole } from './staff-browser.ts';
import { formTokenFor } from '#commlink/pages/form-token.ts';

const portalUrl = 'https://portal.example.test';
const typed = {
  account: 'acme',
  type: 'box',
  site: 'here',
  group: 'pilots',
  label: '',
  count: '1',
  days: '2',
};

t.test('an operator makes a code, and a machine enrols with it', async (t) => {
  const room = await startRoom(t, [], { portalUrl });
  await seedRoom(room);
  await new SignedFleet(room.admin).setUp();
  const { store } = room.services.context;
  const account = await store.read.accounts.byName('acme');
  const product = await store.read.catalog.productByName('tool');
  await putSmallFleet(store, { accountId: account?.id ?? '', productId: product?.id ?? '', count: 1 });
  const session = await openStaffSession(room, 'operator');
  const send = (otherwise: Partial<typeof typed> = {}) =>
    sendToConsole(
      room,
      { method: 'POST', path: '/fleet/codes' },
      {
        headers: {
          cookie: `__Host-consign-staff=${session}`,
          'content-type': 'application/x-www-form-urlencoded',
          origin: `https://127.0.0.1:${room.services.console.port}`,
        },
        body: new URLSearchParams({ formToken: formTokenFor(session), ...typed, ...otherwise }).toString(),
      },
    );

  const { status, body } = await send();
  t.equal(status, 200);
  const line = /consign-agent enroll (\S+) --centre (\S+) --roots ([0-9a-f]{64})/.exec(body);
  const [, code = '', centre] = line ?? [];
  t.equal(centre, portalUrl);
  t.match(await newestAudit(store.read, 'enrolmentCode.create'), {
    actor: 'staff:operator-ann',
    subject: 'acme',
    detail: { type: 'box', site: 'here', group: 'pilots', count: 1 },
  });
  const machine = new TestAppliance();
  const answer = await room.webFront.call('fleet.enrol', {
    message: machine.enrolment(code),
    address: '192.0.2.7',
  });
  if (!answer.accepted) throw new Error(answer.reason);
  const { uid } = machine.take(answer.reply);
  t.match(await store.read.appliances.listed(uid), { account: 'acme', site: 'here', groupName: 'pilots' });

  const search = (typed: string) =>
    sendToConsole(
      room,
      { method: 'GET', path: `/search?q=${encodeURIComponent(typed)}` },
      { headers: { cookie: `__Host-consign-staff=${session}` } },
    );
  const toAppliance = { status: 303, headers: { location: `/fleet/appliances/${uid}` } };
  t.match(await search(uid), toAppliance, 'the search box finds it by its id');
  const toStaff = { status: 303, headers: { location: '/staff' } };
  t.match(await search('operator-ann'), toStaff, 'and staff, for those who may see their page');

  const several = await send({ count: '3' });
  t.equal(several.body.match(/data-copy="code"/g)?.length, 3);
  t.match(several.body, 'consign-agent enroll CODE');

  const cases: readonly (readonly [Partial<typeof typed>, string])[] = [
    [{ account: 'nobody' }, 'There is no account nobody'],
    [{ type: 'barge' }, 'There is no type of appliance called barge'],
    [{ site: 'there' }, 'has no site called there'],
    [{ count: '101' }, 'Correct the field &#34;count&#34;'],
    [{ days: '91' }, 'Correct the field &#34;Good for how many days&#34;'],
    [{ label: 'a\u202eb' }, 'Correct the field &#34;label&#34;'],
  ];
  for (const [wrong, text] of cases) {
    const refused = await send(wrong);
    t.equal(refused.status, 422, text);
    t.match(refused.body, text);
    t.match(refused.body, 'value="pilots"', 'what was typed is there again');
  }
});
