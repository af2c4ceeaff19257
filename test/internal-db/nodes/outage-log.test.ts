// What does not reach a node is said once, however often it is tried.
import t from 'tap';
import type { Logger } from '#commlink/log.ts';
import { RpcError } from '#commlink/rpc-error.ts';
import { OutageLog } from '#internal-db/nodes/outage-log.ts';
import { demoFile, seedRoom, signIn, startRoom } from '../support/running-room.ts';

function setUp() {
  const said: string[] = [];
  const write = (fields: { node: string; code?: string }, text: string) =>
    void said.push(`${fields.node} ${fields.code ?? ''} ${text}`);
  const log = { warn: write, info: write } as unknown as Logger;
  return { said, outages: new OutageLog(log, 'unstage orders') };
}
const away = { nodeId: 'id1', nodeName: 'ftp1', error: new RpcError('unavailable', 'no link') };

t.test('once for each node and outage', async (t) => {
  const { said, outages } = setUp();
  for (let time = 0; time < 3; time += 1) outages.failed(away);
  outages.failed({ ...away, nodeId: 'id2', nodeName: 'ftp2', error: new Error('odd') });
  t.same(said.splice(0), [
    'ftp1 unavailable unstage orders not delivered yet; they are sent again',
    'ftp2  unstage orders not delivered yet; they are sent again',
  ]);
  for (let time = 0; time < 2; time += 1) outages.delivered('id1', 'ftp1');
  t.same(said.splice(0), ['ftp1  unstage orders are delivered again']);
  outages.failed(away);
  outages.forget('id1');
  outages.failed(away);
  t.equal(said.length, 2, 'the next outage is said again, and so is that of a node which was gone');
});

t.test('many orders for a node that is away make one line', async (t) => {
  const warnings: string[] = [];
  const room = await startRoom(t);
  const { context } = room.services;
  const { password } = await seedRoom(room);
  const session = await signIn(room, password);
  context.log.warn = ((_fields: object, text: string) => void warnings.push(text)) as Logger['warn'];
  room.cluster.node.reachable = false;
  for (let count = 0; count < 5; count += 1) {
    const asked = { session, ...demoFile, address: '127.0.0.1' };
    const requested = await room.webFront.call('delivery.request', asked);
    if (!requested.valid || !requested.allowed) throw new Error('not allowed');
    await room.webFront.call('delivery.cancel', { session, delivery: requested.delivery.id });
  }
  for (let round = 0; round < 5; round += 1) await context.orders.sendPending();
  t.equal(warnings.length, 1);
  room.cluster.node.reachable = true;
  await context.orders.sendPending();
  t.equal(room.cluster.node.orders.length, 5, 'and all of them arrive');
});
