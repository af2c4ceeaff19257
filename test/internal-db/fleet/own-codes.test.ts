// Codes that owners make for their own appliances: for types that run something of theirs, for no group but the common one, and with
// names that people can read.
import t from 'tap';
import { openEnrolment, signEnrolment } from '#commlink/fleet/enrolment.ts';
import { createNodeKeys } from '#commlink/node-keys.ts';
import { plainGrant, seedRoom, signIn, startRoom } from '../support/running-room.ts';

const actor = 'cli:jo';
const wish = { type: 'box', site: null, label: 'Lobby, left', count: 1, lifetimeMs: 600_000 };

async function setUp(t: Parameters<typeof startRoom>[0]) {
  const room = await startRoom(t);
  const { password } = await seedRoom(room);
  const session = await signIn(room, password);
  await room.admin.call('product.create', { actor, name: 'secret', title: 'Secret', description: '' });
  for (const [name, product] of [
    ['box', 'tool'],
    ['vault', 'secret'],
  ] as const)
    await room.admin.call('applianceType.create', {
      actor,
      name,
      title: name,
      channel: 'stable',
      products: [product],
    });
  const create = (otherwise: Partial<typeof wish> = {}) =>
    room.webFront.call('enrolmentCode.create', { session, ...wish, ...otherwise });
  const list = () => room.webFront.call('enrolmentCode.list', { session });
  return { ...room, create, list };
}

t.test('for what the account is entitled to, and for nothing else that there is', async (t) => {
  const { admin, create, list } = await setUp(t);
  t.match(await list(), { types: [{ name: 'box' }] });
  await create();
  t.match(await list(), { codes: [{ type: 'box', group: 'default', label: 'Lobby, left' }] });
  await t.rejects(create({ type: 'vault' }), { code: 'not_found' });
  await t.rejects(create({ type: 'nothing' }), { code: 'not_found' }, 'the same answer');
  await admin.call('entitlement.grant', { ...plainGrant, account: 'acme', product: 'secret' });
  await create({ type: 'vault' });
});

t.test('into the common group: which releases come when is not the customer’s to say', async (t) => {
  const { create } = await setUp(t);
  await t.rejects(create({ group: 'pilots' } as object), { code: 'bad_request' });
});

t.test('a label has nothing that a page or a terminal would not show as it is', async (t) => {
  const { admin, create, list } = await setUp(t);
  for (const label of ['two\nlines', 'a\u001b[31mb', 'a\u202eb', 'a\u2066b', 'a\u0085b'])
    await t.rejects(create({ label }), { code: 'bad_request' }, JSON.stringify(label));
  await create({ label: '' });
  await create({ label: 'Küche – 2. Stock' });
  t.match(await list(), { codes: [{ label: 'Küche – 2. Stock' }, { label: '' }] });
  const change = { actor, uid: `apl_${'A'.repeat(22)}`, group: null, site: null, tags: null };
  await t.rejects(admin.call('appliance.change', { ...change, name: 'a\u202eb' }), { code: 'bad_request' });
});

t.test('nor has the name that a machine gives itself', async (t) => {
  const keys = createNodeKeys();
  const about = { code: 'abc', sentAtMs: 1, nonce: 'A'.repeat(22), agentVersion: '1.0.0' };
  const hardware = { machineId: null, board: null, networkAddresses: [] };
  const enrol = (name: string | null) =>
    openEnrolment(signEnrolment({ ...about, hardware, name }, keys)).name;
  for (const name of ['two\nlines', 'a\u202eb', ''])
    t.throws(() => enrol(name), { code: 'malformed' }, JSON.stringify(name));
  t.equal(enrol('Lobby, left'), 'Lobby, left');
  t.equal(enrol(null), null);
});
