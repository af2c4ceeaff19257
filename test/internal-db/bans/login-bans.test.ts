// Bans at internal-db's real doors: what is counted, who is refused, what the nodes are told, and what operators can do.
import { setTimeout as delay } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { createLogger } from '#commlink/log.ts';
import { adminMethods } from '#commlink/methods/admin-methods.ts';
import { connectUnix } from '#commlink/unix-socket.ts';
import { waitFor } from '../../rig/running-consign.ts';
import { StaffVisitor } from '../console/staff-visitor.ts';
import { seedRoom, startOn, startRoom } from '../support/running-room.ts';
import { createTestCluster, internalDbSettings } from '../support/test-cluster.ts';

const failuresMax = 8;
const policy = { failuresMax, windowMs: 60_000, durationMs: 3_600_000, neverNetworks: ['192.0.2.0/24'] };
const guesser = '203.0.113.7';
const ban = { actor: 'test:ann', durationMs: 60_000, reason: 'test' };

async function setUp(t: Test) {
  const room = await startRoom(t);
  const { password } = await seedRoom(room);
  await room.node.install({ settings: internalDbSettings({ bans: policy }) });
  const { webFront, cluster, admin } = room;
  const signIn = (username: string, typed: string, address: string) =>
    webFront.call('session.open', { username, password: typed, address });
  const logIn = async (username: string, typed: string, address: string) => {
    const attempt = await cluster.node.sealLogin({ username, password: typed }, { address });
    const { answer } = await webFront.call('login.decide', {
      node: cluster.node.keys.id,
      sealed: attempt.sealed,
    });
    return cluster.node.verify('login-answer', answer).verdict;
  };
  const bansAtNode = () => cluster.node.bans?.bans.map(({ network }) => network) ?? null;
  const actions = async () => (await admin.call('audit.list', { afterSequence: 0, limit: 1000 })).entries;
  return { ...room, password, signIn, logIn, bansAtNode, actions, place: room.node, node: cluster.node };
}

const until = (what: string, isSo: () => boolean) => waitFor(what, isSo, 60_000);

t.test('failures at every door add up to one ban, which every door obeys', async (t) => {
  const { signIn, logIn, password, bansAtNode, admin, actions, node } = await setUp(t);
  for (let index = 0; index < failuresMax / 2; index += 1) {
    await signIn(`nobody-${index}`, 'wrong password', guesser);
    await logIn(`nobody-${index}`, 'wrong password', guesser);
  }
  await until('the ban', () => bansAtNode()?.length === 1);
  t.same(bansAtNode(), [guesser]);
  t.match(await signIn('jo', password, guesser), { opened: false, reason: 'banned' });
  t.match(await logIn('jo', password, guesser), { allowed: false, reason: 'throttled' });
  t.match(await signIn('jo', password, '203.0.113.8'), { opened: true }, 'its neighbour is welcome');
  t.match(await admin.call('ban.list', {}), {
    bans: [{ network: guesser, bannedBy: 'internal-db', reason: '8 failed logins within 1 min' }],
    behindNodes: [],
  });
  t.match(
    (await actions()).filter(({ action }) => action === 'ban.add'),
    [{ actor: 'internal-db', subject: guesser }],
  );
  const issued = node.bans?.sequence ?? 0;
  await admin.call('ban.lift', { actor: 'test:ann', network: guesser, reason: 'a new colleague' });
  t.same(bansAtNode(), [], 'the node knows before the operator is answered');
  t.ok((node.bans?.sequence ?? 0) > issued);
  t.match(await signIn('jo', password, guesser), { opened: true });
  t.match((await actions()).at(-2), { action: 'ban.lift', actor: 'test:ann', subject: guesser });
});

t.test('who goes on although told to wait is banned, too', async (t) => {
  const { logIn, bansAtNode } = await setUp(t);
  const verdicts = [];
  for (let index = 0; index < failuresMax; index += 1)
    verdicts.push(await logIn('jo', 'wrong password', guesser));
  t.match(verdicts.at(-1), { allowed: false, reason: 'throttled' });
  await until('the ban', () => bansAtNode()?.length === 1);
});

t.test('a success takes back what its own name failed, and opens no hole', async (t) => {
  const { signIn, password, bansAtNode } = await setUp(t);
  for (let round = 0; round < failuresMax; round += 1) {
    for (let mistake = 0; mistake < 2; mistake += 1) await signIn('jo', 'wrong password', '203.0.113.50');
    t.match(await signIn('jo', password, '203.0.113.50'), { opened: true }, 'who mistypes is never banned');
  }
  t.same(bansAtNode(), []);
  for (let guess = 0; guess < failuresMax; guess += 1) {
    await signIn(`victim-${guess}`, 'wrong password', '203.0.113.51');
    if (guess < failuresMax - 1) await signIn('jo', password, '203.0.113.51');
  }
  await until('the ban', () => bansAtNode()?.includes('203.0.113.51') === true);
});

t.test('an IPv6 customer counts as a /64, and those never to be banned are not', async (t) => {
  const { signIn, bansAtNode } = await setUp(t);
  for (let index = 0; index < failuresMax; index += 1) {
    await signIn(`nobody-${index}`, 'wrong password', `2001:db8:0:1::${index}`);
    await signIn(`nobody-${index}`, 'wrong password', '192.0.2.9');
  }
  await until('the ban', () => bansAtNode()?.length === 1);
  t.same(bansAtNode(), ['2001:db8:0:1::/64']);
});

t.test('who comes again is banned for twice as long', async (t) => {
  const { signIn, admin, bansAtNode, place } = await setUp(t);
  const shortly = { ...policy, durationMs: 1000 };
  await place.install({ settings: internalDbSettings({ bans: shortly }) });
  const spans: number[] = [];
  for (let time = 0; time < 3; time += 1) {
    for (let index = 0; index < failuresMax; index += 1)
      await signIn(`name-${time}-${index}`, 'wrong', guesser);
    await until('the ban', () => bansAtNode()?.length === 1);
    const [found] = (await admin.call('ban.list', {})).bans;
    if (found === undefined) throw new Error('not banned');
    spans.push(found.untilMs - found.createdAtMs);
    await delay(found.untilMs - Date.now() + 10);
  }
  t.same(spans, [1000, 2000, 4000]);
});

t.test('bans of operators: refused when they make no sense, and replaced', async (t) => {
  const { admin, bansAtNode, signIn, password } = await setUp(t);
  for (const network of [
    'somewhere',
    '10.0.0.0/8',
    '0.0.0.0/0',
    '2001:db8::/31',
    '192.0.2.9',
    '192.0.0.0/16',
  ])
    await t.rejects(admin.call('ban.add', { ...ban, network }), { code: 'refused' }, network);
  t.match(await admin.call('ban.add', { ...ban, network: '203.0.113.77/24' }), {
    ban: { network: '203.0.113.0/24', bannedBy: 'test:ann' },
    behindNodes: [],
  });
  t.match(await signIn('jo', password, '203.0.113.1'), { reason: 'banned' });
  await admin.call('ban.add', { ...ban, network: '203.0.113.0/24', reason: 'longer', durationMs: 120_000 });
  t.match(await admin.call('ban.list', {}), { bans: [{ reason: 'longer' }] });
  t.same(bansAtNode(), ['203.0.113.0/24'], 'once');
  const lift = { actor: 'test:ann', reason: 'over' };
  await t.rejects(admin.call('ban.lift', { ...lift, network: '203.0.113.1' }), { code: 'not_found' });
  await admin.call('ban.lift', { ...lift, network: '203.0.113.0/24' });
  await t.rejects(admin.call('ban.lift', { ...lift, network: '203.0.113.0/24' }), { code: 'not_found' });
  t.match(await signIn('jo', password, '203.0.113.1'), { opened: true });
});

t.test('a network that the settings come to protect is not banned any more', async (t) => {
  const { admin, bansAtNode, signIn, password, place } = await setUp(t);
  await admin.call('ban.add', { ...ban, network: guesser });
  await place.install({ settings: internalDbSettings({ bans: { ...policy, neverNetworks: [guesser] } }) });
  await until('the node to know', () => bansAtNode()?.length === 0);
  t.match(await signIn('jo', password, guesser), { opened: true });
});

t.test('a node that was away is named, and told when it is back', async (t) => {
  const { admin, node, bansAtNode } = await setUp(t);
  node.reachable = false;
  t.match(await admin.call('ban.add', { ...ban, network: guesser }), { behindNodes: ['ftp1'] });
  t.match(await admin.call('ban.list', {}), { behindNodes: ['ftp1'] });
  node.reachable = true;
  await until('the node to know', () => bansAtNode()?.length === 1);
  t.match(await admin.call('ban.list', {}), { behindNodes: [] });
});

t.test('bans outlive a restart, and the new list counts for the nodes', async (t) => {
  const cluster = await createTestCluster();
  const first = await startOn(cluster);
  const webFront = await cluster.openWebFront();
  const connect = () =>
    connectUnix({
      path: cluster.config.adminSocket,
      peer: { role: 'internal-db', name: 'db1', id: 'db1' },
      called: adminMethods,
      log: createLogger('test', 'silent'),
    });
  const admin = await connect();
  await admin.call('ban.add', { ...ban, network: guesser });
  const before = cluster.node.bans?.sequence ?? 0;
  admin.close();
  await first.services.stop();
  const second = await startOn(cluster);
  t.teardown(async () => {
    await webFront.commlink.close();
    await second.services.stop();
    await cluster.remove();
  });
  t.equal(typeof second.services.context.bans.bannedUntilMs(guesser), 'number');
  await until('the list of the new process', () => (cluster.node.bans?.sequence ?? 0) > before);
  t.match(cluster.node.bans, { bans: [{ network: guesser }] });
});

t.test('failures at the console, and asking for forgotten passwords, ban nobody', async (t) => {
  const room = await setUp(t);
  const { webFront, services, admin } = room;
  for (let index = 0; index < failuresMax * 2; index += 1) {
    const visitor = new StaffVisitor(room);
    t.equal((await visitor.signIn(`nobody-${index}`, 'wrong password')).status, 401);
    const wish = { address: guesser, email: `nobody-${index}@acme.test`, language: 'en' as const };
    await webFront.call('password.requestReset', wish);
  }
  await services.context.resetRequests.settle();
  await services.context.failureBans.settle();
  t.match(await admin.call('ban.list', {}), { bans: [] });
  const network = services.context.failureBans;
  for (const door of ['console', 'console second step', 'reset'])
    for (let index = 0; index < failuresMax * 2; index += 1)
      network.failed({ door, name: `nobody-${index}`, address: guesser });
  await network.settle();
  t.equal((await admin.call('ban.list', {})).bans.length, 0);
  for (let index = 0; index < failuresMax; index += 1)
    network.failed({ door: 'portal', name: `nobody-${index}`, address: guesser });
  await network.settle();
  t.match(await admin.call('ban.list', {}), { bans: [{ network: guesser }] }, 'as any other door would');
});
