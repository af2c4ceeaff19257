// The HTTPS listener that changes while it runs: real sockets, real TLS.
import { once } from 'node:events';
import { Agent, request as sendRequest } from 'node:https';
import { createServer as createTcpServer, type AddressInfo } from 'node:net';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { TLSSocket } from 'node:tls';
import t, { type Test } from 'tap';
import { HttpsEntrance, type EntranceHandler, type EntranceSettings } from '#commlink/https-entrance.ts';
import { findFreePortBase } from '../rig/free-ports.ts';
import { issueCertificate } from '../rig/issued-certificate.ts';

const [first, second] = await Promise.all([issueCertificate('first'), issueCertificate('second')]);

const answering = (text: string): EntranceHandler => ({
  request: (_request, response) => void response.end(text),
  clientError: (_error, socket) => void socket.destroy(),
});

const openEntrance = (t: Test, hold?: (request: IncomingMessage) => Promise<unknown> | null) => {
  const server = { idleTimeoutMs: 10_000, keepAliveTimeout: 10_000 };
  const entrance = new HttpsEntrance({ name: 'portal', server, drainMs: 4000, ...(hold ? { hold } : {}) });
  t.teardown(() => entrance.close());
  return entrance;
};

const settingsOf = (port: number, change: Partial<EntranceSettings> = {}): EntranceSettings => ({
  address: { host: '127.0.0.1', port },
  ...first,
  connectionsMax: 100,
  ...change,
});

interface Answer {
  readonly text: string;
  readonly certificateName: string;
  readonly localPort: number;
}

/** Asks over a connection of its own, or one of `agent`. */
const ask = (port: number, agent: Agent | false = false): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const sent = sendRequest({ host: '127.0.0.1', port, agent, rejectUnauthorized: false }, (answer) => {
      const socket = answer.socket as TLSSocket;
      const certificateName = String(socket.getPeerCertificate().subject?.CN);
      const localPort = socket.localPort ?? 0;
      let text = '';
      answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      answer.on('end', () => resolve({ text, certificateName, localPort }));
      answer.on('error', reject);
    });
    sent.on('error', reject);
    sent.end();
  });

t.test('nobody is let in before the commit, and a change that is given up frees its port', async (t) => {
  const port = await findFreePortBase();
  const other = port + 1;
  const entrance = openEntrance(t);
  const prepared = await entrance.prepare(settingsOf(port));
  await t.rejects(ask(port), { code: 'ECONNRESET' });
  prepared.commit(answering('one'));
  t.equal((await ask(port)).text, 'one');
  t.equal(entrance.port, port);
  const given = await entrance.prepare(settingsOf(other));
  await given.discard();
  await t.rejects(ask(other), { code: 'ECONNREFUSED' });
  t.equal((await ask(port)).text, 'one');
});

t.test('a request that runs is finished by the handler and on the port that it met', async (t) => {
  const port = await findFreePortBase();
  const other = port + 1;
  const entrance = openEntrance(t);
  const running = Promise.withResolvers<ServerResponse>();
  const slow: EntranceHandler = {
    ...answering(''),
    request: (_request, response) => running.resolve(response),
  };
  (await entrance.prepare(settingsOf(port))).commit(slow);
  const agent = new Agent({ keepAlive: true });
  t.teardown(() => agent.destroy());
  const answer = ask(port, agent);
  const response = await running.promise;
  (await entrance.prepare(settingsOf(other))).commit(answering('new'));
  t.equal((await ask(other)).text, 'new');
  await t.rejects(ask(port), { code: 'ECONNREFUSED' }, 'the old port takes no more connections');
  response.end('old');
  const endedAtMs = performance.now();
  t.equal((await answer).text, 'old');
  t.equal(entrance.port, other);
  const [socket] = Object.values(agent.freeSockets).flat();
  if (socket) await once(socket, 'close');
  t.ok(performance.now() - endedAtMs < 1500, 'its connection is closed then, and not when all time is over');
});

t.test('a kept-alive connection meets the new handler; on a port that was left, it is closed', async (t) => {
  const port = await findFreePortBase();
  const other = port + 1;
  const entrance = openEntrance(t);
  (await entrance.prepare(settingsOf(port))).commit(answering('one'));
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  t.teardown(() => agent.destroy());
  const before = await ask(port, agent);
  (await entrance.prepare(settingsOf(port))).commit(answering('two'));
  const after = await ask(port, agent);
  t.match(after, { text: 'two', localPort: before.localPort });
  const [socket] = Object.values(agent.freeSockets).flat();
  const closed = socket && once(socket, 'close');
  (await entrance.prepare(settingsOf(other))).commit(answering('three'));
  await closed;
  t.ok(closed, 'the idle connection was there, and was closed at once');
});

t.test('new connections see the new certificate, the open ones go on', async (t) => {
  const port = await findFreePortBase();
  const entrance = openEntrance(t);
  (await entrance.prepare(settingsOf(port))).commit(answering('one'));
  const agent = new Agent({ keepAlive: true, maxSockets: 1, maxCachedSessions: 10 });
  t.teardown(() => agent.destroy());
  t.match(await ask(port, agent), { certificateName: 'first' });
  (await entrance.prepare(settingsOf(port, second))).commit(answering('two'));
  t.match(await ask(port), { certificateName: 'second', text: 'two' });
  t.match(await ask(port, agent), { certificateName: 'first', text: 'two' });
  // A session of the old certificate must not be resumed past the new one.
  for (const socket of Object.values(agent.freeSockets).flat()) socket?.destroy();
  t.match(await ask(port, agent), { certificateName: 'second' });
});

t.test('the limit on connections changes too', async (t) => {
  const port = await findFreePortBase();
  const entrance = openEntrance(t);
  (await entrance.prepare(settingsOf(port))).commit(answering('one'));
  const agent = new Agent({ keepAlive: true });
  t.teardown(() => agent.destroy());
  await ask(port, agent);
  (await entrance.prepare(settingsOf(port, { connectionsMax: 1 }))).commit(answering('one'));
  await t.rejects(ask(port), { code: 'ECONNRESET' });
  (await entrance.prepare(settingsOf(port, { connectionsMax: 2 }))).commit(answering('one'));
  t.equal((await ask(port)).text, 'one');
});

t.test('a request that was held meets the handler that it was held for', async (t) => {
  const port = await findFreePortBase();
  const held = Promise.withResolvers<void>();
  const arrived = Promise.withResolvers<void>();
  const hold = () => {
    arrived.resolve();
    return held.promise;
  };
  const entrance = openEntrance(t, hold);
  (await entrance.prepare(settingsOf(port))).commit(answering('old'));
  const answer = ask(port);
  await arrived.promise;
  (await entrance.prepare(settingsOf(port))).commit(answering('new'));
  held.resolve();
  t.equal((await answer).text, 'new');
});

t.test('an address that can not be had is refused, and changes nothing', async (t) => {
  const port = await findFreePortBase();
  const entrance = openEntrance(t);
  (await entrance.prepare(settingsOf(port))).commit(answering('one'));
  const other = createTcpServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  t.teardown(() => new Promise((resolve) => other.close(resolve)));
  const taken = settingsOf((other.address() as AddressInfo).port);
  await t.rejects(entrance.prepare(taken), { code: 'PORT_TAKEN', message: /Another program listens on 127/ });
  const wider = { ...settingsOf(port), address: { host: '0.0.0.0', port } };
  await t.rejects(entrance.prepare(wider), { code: 'PORT_TAKEN', message: /portal has port \d+ itself/ });
  const foreign = { ...settingsOf(port), address: { host: '192.0.2.77', port } };
  await t.rejects(entrance.prepare(foreign), { code: 'ADDRESS_UNUSABLE', message: /portal can't listen/ });
  t.equal((await ask(port)).text, 'one');
});

t.test('closing lets the last request finish, but not for ever', async (t) => {
  const port = await findFreePortBase();
  const server = { idleTimeoutMs: 10_000 };
  const entrance = new HttpsEntrance({ name: 'portal', server, drainMs: 300 });
  const arrived = Promise.withResolvers<void>();
  const silent = { ...answering(''), request: () => arrived.resolve() };
  (await entrance.prepare(settingsOf(port))).commit(silent);
  const answer = ask(port);
  await arrived.promise;
  await Promise.all([entrance.close(), t.rejects(answer, { code: 'ECONNRESET' })]);
});
