// The programs of an internal-db and a web-front, changed through the protocol by their operator while a customer uses
// them: nobody restarts, nothing that runs is disturbed, and what happened stands in the audit log.
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { connect as connectTls } from 'node:tls';
import t, { type Test } from 'tap';
import { createLogger } from '#commlink/log.ts';
import { consoleDefaults } from '#commlink/settings/console-settings.ts';
import { adminMethods } from '#commlink/methods/admin-methods.ts';
import { connectUnix } from '#commlink/unix-socket.ts';
import {
  configureRooms,
  connectOperator,
  publishIdentities,
  publishSettings,
  type RoomsChange,
  type RoomsRequest,
} from '../rig/configured-rooms.ts';
import { issueCertificate } from '../rig/issued-certificate.ts';
import { startRoomProgram, writeProgramConfig } from '../rig/room-program.ts';
import { waitFor } from '../rig/running-consign.ts';
import { Visitor } from '../web-front/portal-fixture.ts';

const isRoot = process.getuid?.() === 0;
const waitMs = 90_000;
const customer = { username: 'jo', password: 'correct horse battery' };

async function start(t: Test, request: RoomsRequest = {}) {
  const rooms = await configureRooms(request);
  t.teardown(() => rooms.remove());
  const dropTo = { uid: 65_534, gid: 65_534 };
  const programs = [
    startRoomProgram('internal-db', await writeProgramConfig(`${rooms.directory}/db1`, rooms.internalDb)),
    startRoomProgram(
      'web-front',
      await writeProgramConfig(`${rooms.directory}/web1`, { ...rooms.webFront, dropTo }),
    ),
  ] as const;
  t.teardown(() => Promise.all(programs.map((program) => program.stop())));
  for (const program of programs) await program.whenReady();
  const operator = await connectOperator(rooms.cluster, 'db1');
  const admin = await connectUnix({
    path: rooms.internalDb.adminSocket,
    peer: { role: 'internal-db', name: 'db1', id: 'db1' },
    called: adminMethods,
    log: createLogger('test', 'silent'),
  });
  t.teardown(() => {
    operator.close();
    admin.close();
  });
  await admin.call('account.create', { actor: 'test', name: 'acme', displayName: 'Acme' });
  const user = { account: 'acme', name: customer.username, displayName: 'Jo', password: customer.password };
  await admin.call('user.create', { actor: 'test', ...user });
  const publish = (change: RoomsChange) => publishSettings(rooms.cluster, operator, change);
  const visitorAt = (port: number, certificate = rooms.issued.certificate) =>
    new Visitor({ origin: `https://localhost:${port}`, certificate });
  const consolePort = rooms.portBase + 1;
  const portalPort = rooms.portBase + 2;
  // Both are up; the link between them takes a moment.
  const visitor = visitorAt(portalPort);
  while ((await visitor.get('/healthz')).status !== 200) await new Promise((r) => setTimeout(r, 50));
  return { rooms, programs, operator, admin, publish, visitorAt, visitor, consolePort, portalPort };
}

async function certificateNameAt(port: number): Promise<string> {
  const socket = connectTls({ host: '127.0.0.1', port, rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  const { CN } = socket.getPeerCertificate().subject;
  socket.destroy();
  return String(CN);
}

/** A node says that a version is installed a moment before its room has taken it over. `name` may be the code of a refusal. */
async function awaitCertificate(port: number, name: string): Promise<void> {
  const deadlineMs = performance.now() + waitMs;
  const shown = () => certificateNameAt(port).catch((error: NodeJS.ErrnoException) => error.code);
  while ((await shown()) !== name) {
    if (performance.now() > deadlineMs) throw new Error(`port ${port} does not show ${name}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

t.test('settings of both take effect without a restart, and are still there after one', async (t) => {
  const { rooms, programs, admin, publish, visitorAt, visitor, consolePort, portalPort } = await start(t);
  t.equal((await visitor.signIn(customer)).status, 303);
  t.match((await visitor.get('/')).text, 'href="/tokens"');
  const host = '127.0.0.1';
  const [newConsole, newPortal] = [rooms.portBase + 10, rooms.portBase + 11];
  await publish({
    db1: { console: { ...consoleDefaults, host, port: newConsole }, sessionLifetimeMs: 60_000 },
    web1: {
      portal: { host, port: newPortal, publicUrl: `https://localhost:${newPortal}` },
      features: { api: false },
      limits: { signInsPerMinute: 1 },
    },
  });
  await awaitCertificate(newPortal, 'localhost');
  await awaitCertificate(newConsole, 'localhost');
  await awaitCertificate(portalPort, 'ECONNREFUSED');
  await awaitCertificate(consolePort, 'ECONNREFUSED');
  const moved = visitorAt(newPortal);
  const signedIn = await moved.signIn(customer);
  t.equal(signedIn.status, 303);
  const lifetimeSeconds = /Max-Age=(\d+)/.exec(String(signedIn.headers['set-cookie']))?.[1];
  const aDay = 86_400;
  t.ok(
    Number(lifetimeSeconds) <= aDay + 60,
    'the session is as short as the new setting, its cookie a day longer',
  );
  t.notMatch((await moved.get('/')).text, 'href="/tokens"');
  t.equal((await moved.get('/api/v1/me')).status, 404);
  t.equal((await moved.signIn(customer)).status, 429);
  t.same(
    programs.map(({ child }) => child.exitCode),
    [null, null],
    'the same processes',
  );
  const { cluster } = await admin.call('status', {});
  t.match(cluster?.installed, /^2\./);
  await programs[1].stop();
  const again = startRoomProgram('web-front', `${rooms.directory}/web1/config.json`);
  t.teardown(() => again.stop());
  t.ok(await again.whenReady(), 'what it wrote as another user can be read again');
  t.equal((await visitorAt(newPortal).get('/sign-in')).status, 200);
});

t.test('certificates are replaced while they are in use', async (t) => {
  const { rooms, operator, visitor, consolePort, portalPort } = await start(t);
  const renewed = await issueCertificate('renewed');
  const identity = { ...renewed, authority: renewed.certificate, hostKeys: [] };
  await publishIdentities(rooms.cluster, operator, { db1: identity, web1: identity });
  await awaitCertificate(portalPort, 'renewed');
  await awaitCertificate(consolePort, 'renewed');
  t.equal((await visitor.get('/consign-ca.pem')).text, renewed.certificate, 'over the old connection');
});

t.test('requests that come while it changes are all answered', async (t) => {
  const { publish, visitor } = await start(t, { policy: { patienceMs: 30_000 } });
  await visitor.signIn(customer);
  let isOver = false;
  const statuses: number[] = [];
  const clicking = async () => {
    while (!isOver) statuses.push((await visitor.get('/')).status);
  };
  const clicks = Promise.all([clicking(), clicking()]);
  for (const pageRequestsPerMinute of [100_001, 100_002, 100_003]) {
    await publish({ web1: { limits: { pageRequestsPerMinute } } });
    const answeredBefore = statuses.length;
    await waitFor('requests after it', () => statuses.length > answeredBefore + 7, waitMs);
  }
  isOver = true;
  await clicks;
  t.same([...new Set(statuses)], [200]);
});

t.test('what a node can not take is withdrawn with its reason, and audited', async (t) => {
  const { admin, publish, visitor, consolePort, rooms } = await start(t);
  const publicUrl = 'https://localhost';
  const taken = { host: '127.0.0.1', port: consolePort, publicUrl };
  await t.rejects(publish({ web1: { portal: taken } }), { message: /listen|port/i });
  const firstFree = Number(await readFile('/proc/sys/net/ipv4/ip_unprivileged_port_start', 'utf8'));
  if (isRoot && firstFree > 1) {
    const privileged = { host: '127.0.0.1', port: firstFree - 1, publicUrl };
    await t.rejects(publish({ web1: { portal: privileged } }), { message: /may not listen on 127\.0\.0\.1/ });
    const withdrawn = async () => {
      const { entries } = await admin.call('audit.list', { afterSequence: 0, limit: 100 });
      return entries.find(({ detail }) => detail.includes("withdrawn: web1 can't take it"));
    };
    while (!(await withdrawn())) await new Promise((resolve) => setTimeout(resolve, 100));
    t.match(await withdrawn(), { actor: 'operator:operator1', action: 'config.installed' });
  }
  t.equal((await visitor.get('/sign-in')).status, 200, `still on port ${rooms.portBase + 2}`);
  await t.resolves(publish({ web1: { limits: { signInsPerMinute: 7 } } }), 'the next change goes through');
});
