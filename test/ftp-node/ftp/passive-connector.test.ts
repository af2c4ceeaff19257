// Data connections in passive mode: the stock library's defects, seen there, and right with us.
import t from 'tap';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { RawClient, readAll } from './raw-client.ts';
import { makeWorkplace, startBoth, startServed, type ServedProcess } from './served-process.ts';

const place = makeWorkplace(t);
const both = await startBoth(t, place);

t.test('defect 2: 150 does not wait for the TLS handshake of the data connection', async (test) => {
  const { stock, ours } = both;
  const probe = async (server: ServedProcess): Promise<number> => {
    const client = await RawClient.enterSecurely(server);
    const plain = await client.openData();
    const code = await client.code('LIST', 1500);
    if (server.kind === 'consign') {
      test.match((await readAll(client.secureData(plain))).toString(), /tools/);
      test.equal((await client.reply())?.code, 226);
    }
    client.destroy();
    plain.destroy();
    return code;
  };
  test.equal(await probe(stock), 0, 'the stock library waits, as lftp does');
  test.equal(await probe(ours), 150);
});

t.test('a data connection that comes after its command is served at once', async (test) => {
  const client = await RawClient.enter(both.ours);
  const port = await client.passivePort();
  client.write('NLST tools\r\n');
  await delay(300);
  const stranger = connect({ port, host: '127.0.0.1', localAddress: '127.0.0.2' });
  stranger.on('error', () => undefined);
  await delay(100);
  const plain = connect({ port, host: '127.0.0.1' });
  test.equal((await client.reply(3000))?.code, 150);
  test.equal((await readAll(client.secureData(plain))).toString(), '2.0\r\n');
  test.equal((await client.reply())?.code, 226);
  client.destroy();
});

t.test('defect 7: an unused PASV does not disturb the one after it', async (test) => {
  const { stock, ours } = await startBoth(test, place, {
    hurried: true,
    limits: { dataConnectionTimeoutMs: 500 },
  });
  const probe = async (server: ServedProcess): Promise<number> => {
    const client = await RawClient.enter(server);
    await client.passivePort();
    const plain = await client.openData();
    await delay(900);
    const code = await client.code('LIST', 2000);
    client.destroy();
    plain.destroy();
    return code;
  };
  test.not(await probe(stock), 150);
  test.equal(await probe(ours), 150);
});

t.test('defect 8: one listener a session, whatever number of EPSV', async (test) => {
  const { stock, ours } = both;
  const probe = async (server: ServedProcess): Promise<number> => {
    const client = await RawClient.enter(server);
    const before = server.descriptors().length;
    for (let index = 0; index < 10; index += 1) await client.passivePort();
    const opened = server.descriptors().length - before;
    client.destroy();
    return opened;
  };
  test.equal(await probe(stock), 10);
  test.equal(await probe(ours), 1);
});

t.test('defect 8: nothing goes on after a 425 and the end of the session', async (test) => {
  const { stock, ours } = await startBoth(test, place, {
    limits: { dataConnectionTimeoutMs: 600 },
  });
  const probe = async (server: ServedProcess): Promise<number> => {
    const clients = await Promise.all([1, 2, 3].map(() => RawClient.enter(server)));
    for (const client of clients) await client.passivePort();
    const codes = await Promise.all(clients.map((client) => client.code('LIST', 8000)));
    test.same(codes, [425, 425, 425]);
    for (const client of clients) client.destroy();
    await delay(400);
    server.order({ type: 'describe' });
    return (await server.report('described')).timers;
  };
  const [stockTimers, ourTimers] = await Promise.all([probe(stock), probe(ours)]);
  test.ok(stockTimers >= 3, 'the stock library polls for ever');
  test.equal(ourTimers, 0);
});

t.test('defect 9: a stranger at the passive port does not hurt the customer', async (test) => {
  const { stock, ours } = both;
  const probe = async (server: ServedProcess): Promise<{ alive: boolean; first: number }> => {
    const client = await RawClient.enter(server);
    const port = await client.passivePort();
    const stranger = connect({ port, host: '127.0.0.1', localAddress: '127.0.0.2' });
    stranger.on('error', () => undefined);
    await Promise.race([once(stranger, 'close'), delay(1000)]);
    await delay(200);
    if (client.closed) return { alive: false, first: 0 };
    const plain = connect({ port, host: '127.0.0.1' });
    plain.on('error', () => undefined);
    const first = await client.code('LIST');
    client.destroy();
    plain.destroy();
    return { alive: true, first };
  };
  test.same(await probe(stock), { alive: false, first: 0 });
  test.same(await probe(ours), { alive: true, first: 150 });
});

t.test(
  'when every passive port is taken the client is told, and told again when one is free',
  async (test) => {
    const blocker = createServer();
    blocker.listen(0, '127.0.0.1');
    await once(blocker, 'listening');
    const address = blocker.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const ours = await startServed(test, place, {
      kind: 'consign',
      passivePorts: { from: port, to: port },
    });
    const client = await RawClient.logIn(ours.port);
    test.equal(await client.code('EPSV'), 425);
    test.equal(await client.code('PASV'), 425);
    blocker.close();
    await once(blocker, 'close');
    test.equal(await client.passivePort(), port);
    client.destroy();
  },
);

t.test('ports are chosen at random from the range', async (test) => {
  const { ours } = both;
  const client = await RawClient.logIn(ours.port);
  const ports: number[] = [];
  for (let index = 0; index < 12; index += 1) ports.push(await client.passivePort());
  const steps = new Set(ports.slice(1).map((port, index) => port - (ports[index] ?? 0)));
  test.ok(steps.size > 2, 'no fixed step from one to the next');
  client.destroy();
});

t.test('EPSV takes its arguments as RFC 2428 has them', async (test) => {
  const { ours } = both;
  const client = await RawClient.logIn(ours.port);
  const cases = [
    ['EPSV 1', 229],
    ['EPSV 2', 522],
    ['EPSV 9', 522],
    ['PASV', 227],
    ['EPSV ALL', 200],
    ['PASV', 501],
    ['EPSV', 229],
  ] as const;
  for (const [line, code] of cases) test.equal(await client.code(line), code, line);
  client.destroy();
});
