// The sockets that session servers inherit: bound without listening, kept while anybody claims them, and never taken from
// another program.
import { once } from 'node:events';
import { createServer, connect, type AddressInfo, type Server } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { ListeningSockets, type ListeningPlan } from '#ftp-node/session-host/listening-sockets.ts';
import { findFreePortBase } from '../../rig/free-ports.ts';

const host = '127.0.0.1';

async function listen(
  t: Test,
  place: { fd: number } | { port: number; reusePort: boolean },
): Promise<Server> {
  const server = createServer((socket) => socket.on('error', () => undefined).end('hello'));
  t.teardown(() => server.close());
  server.listen('fd' in place ? place : { ...place, host });
  await once(server, 'listening');
  return server;
}

async function codeOfConnecting(port: number): Promise<string> {
  const socket = connect(port, host);
  try {
    await once(socket, 'connect');
    return 'connected';
  } catch (error) {
    return String((error as NodeJS.ErrnoException).code);
  } finally {
    socket.destroy();
  }
}

t.test('a claimed port is bound and refuses connections, until somebody listens on it', async (t) => {
  const claim = await new ListeningSockets().claim({ host, ports: { https: 0, ftp: null, sftp: 0 } });
  t.teardown(() => claim.release());
  const { https } = claim.ports;
  t.ok(https !== null && https > 0);
  t.equal(claim.ports.ftp, null);
  t.same(
    claim.descriptors.map((server) => server.map((fd) => typeof fd)),
    [['number', 'object', 'number', 'object', 'object']],
  );
  t.equal(await codeOfConnecting(https ?? 0), 'ECONNREFUSED');
  const server = await listen(t, { fd: claim.descriptors[0]?.[0] ?? -1 });
  t.equal((server.address() as AddressInfo).port, https);
  t.equal(await codeOfConnecting(https ?? 0), 'connected');
});

t.test('claims on the same place share a socket, which goes with the last of them', async (t) => {
  const sockets = new ListeningSockets();
  const base = await findFreePortBase();
  const plan: ListeningPlan = { host, ports: { https: base, ftp: 0, sftp: base + 1 } };
  const first = await sockets.claim(plan);
  const second = await sockets.claim({ ...plan, ports: { ...plan.ports, sftp: base + 2 } });
  t.equal(second.descriptors[0]?.[0], first.descriptors[0]?.[0]);
  t.equal(second.ports.ftp, first.ports.ftp, 'also where the system has chosen');
  t.not(second.descriptors[0]?.[2], first.descriptors[0]?.[2]);
  first.release();
  first.release();
  await listen(t, { fd: second.descriptors[0]?.[0] ?? -1 });
  const another = { host, ports: { https: base, ftp: null, sftp: null } };
  await t.rejects(new ListeningSockets().claim(another), { code: 'PORT_TAKEN' }, 'it is still there');
  second.release();
});

t.test('servers have sockets of their own on the same ports, and share out what comes', async (t) => {
  const sockets = new ListeningSockets();
  const claim = await sockets.claim({ host, ports: { https: 0, ftp: 0, sftp: null } }, 3);
  const [first = [], second = [], third = []] = claim.descriptors;
  t.equal(new Set([first[0], second[0], third[0], first[1], second[1], third[1]]).size, 6);
  const port = claim.ports.https ?? 0;
  const counts = [0, 0, 0];
  for (const [index, descriptors] of [first, second, third].entries()) {
    const server = await listen(t, { fd: descriptors[0] ?? -1 });
    t.equal((server.address() as AddressInfo).port, port);
    server.on('connection', () => (counts[index] = (counts[index] ?? 0) + 1));
  }
  await Promise.all(Array.from({ length: 150 }, () => codeOfConnecting(port)));
  const acceptedCount = () => counts.reduce((sum, count) => sum + count, 0);
  for (let tries = 0; tries < 100 && acceptedCount() < 150; tries += 1) await delay(50);
  t.equal(acceptedCount(), 150, 'all are accepted');
  t.ok(Math.min(...counts) > 20, `each has its share: ${counts.join(', ')}`);
  const fewer = await sockets.claim({ host, ports: { https: 0, ftp: 0, sftp: null } }, 1);
  t.same(fewer.descriptors, [first], 'the first one keeps its sockets when there are fewer');
  claim.release();
  fewer.release();
});

t.test('what another program listens on is taken, also where it would share', async (t) => {
  for (const reusePort of [false, true]) {
    const server = await listen(t, { port: 0, reusePort });
    const { port } = server.address() as AddressInfo;
    const sockets = new ListeningSockets();
    await t.rejects(sockets.claim({ host, ports: { https: 0, ftp: port, sftp: null } }), {
      code: 'PORT_TAKEN',
      message: `Port ${port} on ${host}, for FTP, is taken by another program. Stop that one, or choose another port in the configuration.`,
    });
  }
});

t.test(
  'a port for two protocols, and an address that is not here, are refused; nothing stays bound',
  async (t) => {
    const sockets = new ListeningSockets();
    const base = await findFreePortBase();
    await t.rejects(sockets.claim({ host, ports: { https: base, ftp: base + 1, sftp: base } }), {
      code: 'PORT_NAMED_TWICE',
    });
    await t.rejects(sockets.claim({ host: '192.0.2.1', ports: { https: base, ftp: null, sftp: null } }), {
      code: 'ADDRESS_UNKNOWN',
    });
    await t.rejects(
      sockets.claim({ host: 'no-such-host.invalid', ports: { https: base, ftp: null, sftp: null } }),
      {
        code: 'ADDRESS_UNKNOWN',
      },
    );
    for (const port of [base, base + 1]) await listen(t, { port, reusePort: false });
    t.pass('both are free');
  },
);
