// New keys for an appliance: its owners hear of it by mail, at once and each time.
import t from 'tap';
import { putSmallFleet } from './support/small-fleet.ts';
import { SignedFleet, TestAppliance } from './support/signed-fleet.ts';
import { startPeopleRoom } from '../support/people-room.ts';

const owner = 'jo@acme.test';
const address = '192.0.2.7';

t.test('the owners are told that a machine took an appliance’s place', async (t) => {
  const room = await startPeopleRoom(t);
  await new SignedFleet(room.admin).setUp();
  room.database.prepare("UPDATE users SET email = ? WHERE name = 'jo'").run(owner);
  const { store } = room.services.context;
  const account = await store.read.accounts.byName('acme');
  const product = await store.read.catalog.productByName('tool');
  const wish = { accountId: account?.id ?? '', productId: product?.id ?? '', count: 1, name: 'press' };
  const [uid = ''] = (await putSmallFleet(store, wish)).uids;
  const about = { actor: 'test', uid, reason: 'a new disk', lifetimeMs: 600_000 };
  const { code } = await room.admin.call('appliance.restore', about);
  const told = async () => (await room.mailsTo(owner)).filter((text) => text.includes('new keys'));
  t.same(await told(), [], 'a code alone changes nothing');
  const message = new TestAppliance().enrolment(code);
  t.match(await room.webFront.call('fleet.enrol', { message, address }), { accepted: true });
  const [mail] = await told();
  t.match(mail, uid);
  t.match(mail, address);
  await room.webFront.call('fleet.enrol', { message, address });
  t.equal((await told()).length, 1, 'the same message again is no other machine');
});
