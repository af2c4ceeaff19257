// Sessions at the nodes, as operators ask for them, and the order that ends one.
import t from 'tap';
import { randomBytes } from 'node:crypto';
import type { LiveSession } from '#commlink/methods/live-session.ts';
import { seedRoom, startRoom } from '../support/running-room.ts';

const id = (kind: string): string => `${kind}_${randomBytes(16).toString('base64url')}`;

function liveSession(change: Partial<LiveSession> = {}): LiveSession {
  return {
    id: id('ses'),
    connection: 'con_1',
    protocol: 'ftps',
    address: '203.0.113.7',
    account: 'acme',
    principal: 'user:jo',
    username: 'jo',
    startedAtMs: 1,
    idleSinceMs: 1,
    transfer: null,
    transferCount: 0,
    ...change,
  };
}

t.test('all sessions, those of one account, those of one node', async (t) => {
  const room = await startRoom(t);
  await seedRoom(room);
  const { admin, cluster } = room;
  const ours = liveSession();
  const unknown = liveSession({ id: id('con'), account: null, principal: null, username: null });
  cluster.node.sessions = [ours, unknown];
  const all = { account: null, node: null };
  t.same(await admin.call('session.list', all), {
    nodes: [{ name: 'ftp1', draining: false, listing: { sessions: [ours, unknown], sessionCount: 2 } }],
  });
  t.match(await admin.call('session.list', { ...all, account: 'acme', node: 'ftp1' }), {
    nodes: [{ listing: { sessions: [{ id: ours.id }], sessionCount: 1 } }],
  });
  await t.rejects(admin.call('session.list', { ...all, account: 'nobody' }), { code: 'not_found' });
  await t.rejects(admin.call('session.list', { ...all, node: 'ftp9' }), { code: 'not_found' });
  cluster.node.reachable = false;
  t.match(await admin.call('session.list', all), { nodes: [{ name: 'ftp1', listing: null }] }, 'not hidden');
});

t.test('one is ended by a signed order to its node, and that is in the audit log', async (t) => {
  const { admin, cluster, webFront } = await startRoom(t);
  // Once this is answered there is a link.
  await webFront.call('session.describe', { session: 'none' });
  const { node } = cluster;
  const session = liveSession();
  node.sessions = [liveSession(), session];
  const order = { actor: 'test:ann', session: session.id, reason: 'fills the line' };
  t.match(await admin.call('session.cut', order), { node: 'ftp1', session, cutSessionCount: 1 });
  t.match(node.cuts, [{ cluster: 'test', node: node.keys.id, sessions: [session.id] }]);
  const { entries } = await admin.call('audit.list', { afterSequence: 0, limit: 10 });
  t.match(entries.at(-1), { action: 'session.cut', actor: 'test:ann', subject: 'acme' });
  t.match(JSON.parse(entries.at(-1)?.detail ?? ''), { session: session.id, reason: 'fills the line' });
  const over = { ...order, session: id('ses') };
  await t.rejects(admin.call('session.cut', over), {
    code: 'not_found',
    message: /^No session \S+ runs now\.$/,
  });
  node.reachable = false;
  await t.rejects(admin.call('session.cut', order), { code: 'not_found', message: /It may run at ftp1/ });
  t.equal(node.cuts.length, 1);
});
