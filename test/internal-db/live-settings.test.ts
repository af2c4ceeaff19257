// Every setting of internal-db takes effect at the install: console, lifetimes, log level, and who is in the cluster.
import { once } from 'node:events';
import { connect as connectTls } from 'node:tls';
import { createServer, type AddressInfo } from 'node:net';
import t from 'tap';
import { consoleDefaults } from '#commlink/settings/console-settings.ts';
import { findFreePortBase } from '../rig/free-ports.ts';
import { issueCertificate } from '../rig/issued-certificate.ts';
import { demoFile, seedRoom, signIn, startRoom, type RunningRoom } from './support/running-room.ts';
import { internalDbSettings } from './support/test-cluster.ts';

async function certificateNameAt(port: number): Promise<string> {
  const socket = connectTls({ host: '127.0.0.1', port, rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  const { CN } = socket.getPeerCertificate().subject;
  socket.destroy();
  return String(CN);
}

async function requestDelivery({ webFront }: RunningRoom, session: string) {
  const requested = await webFront.call('delivery.request', { session, ...demoFile, address: '127.0.0.1' });
  if (!requested.valid || !requested.allowed) throw new Error('not allowed');
  return requested.delivery;
}

t.test('the console moves, and shows a new certificate to new connections', async (t) => {
  const room = await startRoom(t);
  const { services, node } = room;
  const [oldPort, port] = [services.console.port, await findFreePortBase()];
  t.equal(await certificateNameAt(oldPort), 'localhost');
  await node.install({
    settings: internalDbSettings({ console: { ...consoleDefaults, host: '127.0.0.1', port } }),
  });
  t.equal(services.console.port, port);
  t.equal(await certificateNameAt(port), 'localhost');
  await t.rejects(certificateNameAt(oldPort), { code: 'ECONNREFUSED' });
  await node.install({
    settings: internalDbSettings({ console: { ...consoleDefaults, host: '127.0.0.1', port } }),
    identity: { ...(await issueCertificate('renewed')), authority: null, hostKeys: [] },
  });
  t.equal(await certificateNameAt(port), 'renewed');
});

t.test('what the console can not be given is refused while it is staged', async (t) => {
  const { node, services } = await startRoom(t);
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  t.teardown(() => new Promise((resolve) => other.close(resolve)));
  const { port } = other.address() as AddressInfo;
  const settings = internalDbSettings({ console: { ...consoleDefaults, host: '127.0.0.1', port } });
  await t.rejects(node.stage({ settings }), { name: 'StartupError', code: 'PORT_TAKEN' });
  const [good, another] = await Promise.all([issueCertificate('good'), issueCertificate('another')]);
  const mixed = { certificate: good.certificate, privateKey: another.privateKey };
  const identity = { ...mixed, authority: null, hostKeys: [] };
  await t.rejects(node.stage({ identity }), { name: 'StartupError', code: 'CERTIFICATE_INVALID' });
  t.equal(await certificateNameAt(services.console.port), 'localhost');
});

t.test('the console is administration: it answers while client requests are declined', async (t) => {
  const { node, services } = await startRoom(t);
  node.decline();
  t.equal(await certificateNameAt(services.console.port), 'localhost');
});

t.test('lifetimes of sessions and deliveries are those of the moment', async (t) => {
  const room = await startRoom(t);
  const { password } = await seedRoom(room);
  const session = await signIn(room, password);
  const before = await requestDelivery(room, session);
  t.ok(before.expiresAtMs - before.requestedAtMs === 3_600_000);
  await room.node.install({
    settings: internalDbSettings({ deliveryLifetimeMs: 60_000, sessionLifetimeMs: 120_000 }),
  });
  const after = await requestDelivery(room, session);
  t.equal(after.expiresAtMs - after.requestedAtMs, 60_000);
  const opened = await room.webFront.call('session.open', {
    username: 'jo',
    password,
    address: '127.0.0.1',
  });
  t.ok(opened.opened && opened.owner.expiresAtMs - Date.now() <= 120_000);
});

t.test('the log level changes', async (t) => {
  const { node, services } = await startRoom(t);
  await node.install({ settings: internalDbSettings({ logLevel: 'warn' }) });
  t.equal(services.context.log.level, 'warn');
});

t.test('a node that still catches up is given no delivery', async (t) => {
  const room = await startRoom(t);
  const { password } = await seedRoom(room);
  const session = await signIn(room, password);
  room.node.learners.add('ftp1');
  await t.rejects(requestDelivery(room, session), { code: 'unavailable' });
  room.node.learners.clear();
  t.equal((await requestDelivery(room, session)).node, 'ftp1');
});

t.test('orders to a node that was removed end, and are in the audit log', async (t) => {
  const room = await startRoom(t);
  const { admin, cluster, node } = room;
  const { entitlement, password } = await seedRoom(room);
  await requestDelivery(room, await signIn(room, password));
  cluster.node.reachable = false;
  await admin.call('entitlement.revoke', { actor: 'test', entitlement, reason: 'unpaid' });
  t.equal((await admin.call('status', {})).pendingOrders, 1);
  const plan = cluster.made.plan('db1', { listen: cluster.linkAddress, dial: [] });
  const members = plan.members.filter(({ name }) => name !== 'ftp1');
  await node.install({}, { ...plan, members });
  const deadlineMs = Date.now() + 10_000;
  const pending = async () => (await admin.call('status', {})).pendingOrders;
  while ((await pending()) > 0 && Date.now() < deadlineMs) await new Promise((r) => setTimeout(r, 50));
  t.equal(await pending(), 0);
  const { entries } = await admin.call('audit.list', { afterSequence: 0, limit: 1000 });
  t.match(entries.at(-1), { actor: 'internal-db', action: 'node.ordersEnded', subject: 'ftp1' });
  const statement = { node: cluster.node.keys.id, statement: cluster.node.statement([]) };
  const stranger = room.webFront.call('node.reconcile', statement);
  await t.rejects(stranger, { code: 'refused' }, 'and what it says counts no more');
});
