// The control connection: lines, order, replies, time limits and ends; the stock library's defects seen there first.
import t from 'tap';
import { setTimeout as delay } from 'node:timers/promises';
import { waitFor } from '../../rig/running-consign.ts';
import { RawClient } from './raw-client.ts';
import { makeWorkplace, startBoth, startServed, type ServedProcess } from './served-process.ts';

const place = makeWorkplace(t);
const both = await startBoth(t, place);

t.test('defect 4: a command that spans two packets is one command', async (test) => {
  const { stock, ours } = both;
  const split = async (server: ServedProcess): Promise<number> => {
    const client = await RawClient.connect(server.port);
    await client.reply();
    client.write('NO');
    await delay(150);
    client.write('OP\r\n');
    const code = (await client.reply())?.code ?? 0;
    client.destroy();
    return code;
  };
  test.equal(await split(stock), 502);
  test.equal(await split(ours), 200);
});

t.test('defect 4: replies come in the order of the commands, across packets', async (test) => {
  const { stock, ours } = await startBoth(test, place, {
    limits: { dataConnectionTimeoutMs: 600 },
  });
  const order = async (server: ServedProcess): Promise<(number | undefined)[]> => {
    const client = await RawClient.enter(server);
    await client.passivePort();
    client.write('LIST\r\n');
    await delay(150);
    client.write('NOOP\r\n');
    const codes = [(await client.reply(8000))?.code, (await client.reply(8000))?.code];
    client.destroy();
    return codes;
  };
  const [stockOrder, ourOrder] = await Promise.all([order(stock), order(ours)]);
  test.same(stockOrder, [200, 425]);
  test.same(ourOrder, [425, 200]);
});

t.test('defect 5: commands without an argument, or with a bad one, are answered', async (test) => {
  const { stock, ours } = both;
  const answer = async (server: ServedProcess, line: string): Promise<number> => {
    const client = await RawClient.enter(server);
    const code = await client.code(line, 700);
    client.destroy();
    return code;
  };
  const cases = [
    ['OPTS', 501],
    ['PORT', 501],
    ['PORT 127,0,0,1,999,999', 500],
    ['EPRT |1|127.0.0.1|99999|', 500],
  ] as const;
  for (const [line, code] of cases) {
    test.equal(await answer(stock, line), 0, `the stock library does not answer ${line}`);
    test.equal(await answer(ours, line), code, line);
  }
  const client = await RawClient.enter(ours);
  for (const verb of ['RETR', 'CWD', 'SIZE', 'MDTM', 'TYPE', 'REST', 'STRU', 'MODE', 'HASH', 'USER', 'PASS'])
    test.equal(await client.code(verb), 501, verb);
  client.destroy();
});

t.test('defect 6: a long download does not count as idle', async (test) => {
  const { stock, ours } = await startBoth(test, place, { limits: { idleTimeoutMs: 700 } });
  const slowly = async (server: ServedProcess): Promise<number> => {
    const client = await RawClient.enter(server);
    const plain = await client.openData();
    await client.command('RETR tools/2.0/big.bin');
    const data = client.secureData(plain);
    data.once('data', () => {
      data.pause();
      setTimeout(() => data.resume(), 1500);
    });
    const code = (await client.reply(8000))?.code ?? 0;
    if (server.kind === 'consign') {
      test.equal((await client.reply(3000))?.code, 421, 'idle afterwards is idle');
      test.ok(client.closed || (await client.reply(500)) === null);
    }
    client.destroy();
    plain.destroy();
    return code;
  };
  test.equal(await slowly(stock), 421);
  test.equal(await slowly(ours), 226);
});

t.test('defect 16: a password is in no log, at the level trace', async (test) => {
  const { stock, ours } = both;
  for (const server of [stock, ours]) {
    const client = await RawClient.connect(server.port);
    await client.reply();
    if (server.kind === 'consign') await client.startTls();
    await client.command('USER erika');
    await client.command('PASS right "word"');
    await client.command('QUIT');
  }
  await delay(100);
  test.match(stock.output(), /right/);
  test.notMatch(ours.output(), /right|word/);
});

t.test('defect 15: no handler of signals is left in the process', async (test) => {
  const { stock, ours } = both;
  stock.order({ type: 'describe' });
  ours.order({ type: 'describe' });
  test.ok((await stock.report('described')).signals > 0);
  test.equal((await ours.report('described')).signals, 0);
});

t.test('hostile control bytes are answered or ignored, and the session goes on', async (test) => {
  const { ours } = both;
  const cases: readonly (readonly [string, string | Buffer, number])[] = [
    ['a line over the limit', `NOOP ${'x'.repeat(6000)}\r\n`, 500],
    ['bytes that are not UTF-8', Buffer.from('CWD \xc3\x28\r\n', 'latin1'), 500],
    ['NUL in a path', 'CWD a\0b\r\n', 550],
    ['an overlong encoding of a slash', Buffer.from('CWD ..\xc0\xaf..\xc0\xafetc\r\n', 'latin1'), 500],
    ['a bare line feed', 'NOOP\n', 200],
    ['lower case', 'noop\r\n', 200],
    ['an unknown verb', 'XYZZY plugh\r\n', 502],
    ['a verb of objects', '__PROTO__\r\n', 502],
    ['another one', 'constructor\r\n', 502],
    ['Telnet options', Buffer.from([0xff, 0xfd, 0x01, 0x4e, 0xff, 0xf1, 0x4f, 0x4f, 0x50, 0x0d, 0x0a]), 200],
    ['the rest of an urgent signal', Buffer.from('\xf4\xff\xf2NOOP\r\n', 'latin1'), 200],
    ['a Telnet subnegotiation', Buffer.from('\xff\xfaanything\r\n\xff\xff\xff\xf0NOOP\r\n', 'latin1'), 200],
    ['a verb with a space in front', ' NOOP\r\n', 502],
    ['a very long verb', `${'A'.repeat(900)}\r\n`, 502],
  ];
  const client = await RawClient.logIn(ours.port);
  for (const [title, bytes, code] of cases) {
    client.write(bytes);
    const reply = await client.reply();
    test.equal(reply?.code, code, title);
    test.ok((reply?.lines.join('').length ?? 0) < 200, 'and the reply is short');
  }
  test.equal(await client.code('NOOP'), 200);
  client.destroy();
});

t.test('a flood of commands is answered one by one, in order', async (test) => {
  const { ours } = both;
  const client = await RawClient.logIn(ours.port);
  client.write('NOOP\r\nPWD\r\nTYPE Q\r\n'.repeat(400));
  const codes: (number | undefined)[] = [];
  for (let index = 0; index < 1200; index += 1) codes.push((await client.reply())?.code);
  test.same(codes, Array.from({ length: 400 }, () => [200, 257, 501]).flat());
  client.destroy();
});

t.test('a client that reads no replies is not read either', async (test) => {
  const ours = await startServed(test, place, {
    kind: 'consign',
    limits: { stallTimeoutMs: 800 },
  });
  const client = await RawClient.connect(ours.port);
  await client.reply();
  client.socket.pause();
  // 60 kB a piece. The kernel's buffers take some megabytes, and grow meanwhile; a client that is read takes all.
  const flood = Buffer.from('HELP\r\n'.repeat(10_000));
  const pieces = 2000;
  let taken = 0;
  while (taken < pieces && !client.socket.destroyed) {
    taken += 1;
    if (client.socket.write(flood)) continue;
    await delay(300);
    if (client.socket.writableLength > 0) break;
  }
  test.ok(taken < pieces, `its commands stay with it (${taken} pieces taken)`);
  const isAlone = async (): Promise<boolean> => {
    ours.order({ type: 'describe' });
    return (await ours.report('described')).connections === 0;
  };
  await waitFor('the stalled connection to be dropped', isAlone, 60_000);
  client.destroy();
});

t.test('STAT during a transfer is not answered ahead of a client that reads no replies', async (test) => {
  const ours = await startServed(test, place, { kind: 'consign', limits: { stallTimeoutMs: 60_000 } });
  const client = await RawClient.logIn(ours.port);
  const plain = await client.openData();
  await client.command('RETR tools/2.0/big.bin');
  const data = client.secureData(plain);
  data.once('data', () => data.pause());
  client.socket.pause();
  client.write('STAT\r\n'.repeat(300_000));
  await delay(2000);
  client.destroy();
  plain.destroy();
  const startedAt = performance.now();
  const other = await RawClient.connect(ours.port);
  test.equal((await other.reply(20_000))?.code, 220);
  test.ok(performance.now() - startedAt < 5000, 'and others are served as before');
  other.destroy();
});

t.test('logins: deadline, attempts with growing delay, throttling, nobody to ask', async (test) => {
  const limits = { loginDeadlineMs: 2500, loginAttemptsMax: 3 };
  const ours = await startServed(test, place, { kind: 'consign', limits });
  const guest = async (): Promise<RawClient> => {
    const client = await RawClient.connect(ours.port);
    await client.reply();
    await client.startTls();
    return client;
  };
  const silent = await guest();
  const guesser = await guest();
  const began = Date.now();
  const codes: number[] = [];
  const timesMs: number[] = [];
  for (let attempt = 0; attempt < 3; attempt += 1) {
    await guesser.command('USER erika');
    codes.push(await guesser.code('PASS guess'));
    timesMs.push(Date.now() - began);
  }
  test.same(codes, [530, 530, 530]);
  const [first = 0, second = 0, third = 0] = timesMs;
  test.ok(third - second > second - first, 'each failure takes longer');
  test.equal(await guesser.reply(), null);
  test.ok(guesser.closed, 'the third failure is the last');
  for (const [name, code] of [
    ['often', 421],
    ['away', 421],
  ] as const) {
    const client = await guest();
    await client.command(`USER ${name}`);
    test.equal(await client.code('PASS secret'), code, name);
    await client.reply(500);
    test.ok(client.closed, `${name} is closed`);
  }
  test.equal((await silent.reply(3000))?.code, 421, 'no login before the deadline');
  const long = await guest();
  await long.command(`USER ${'u'.repeat(200)}`);
  test.equal(await long.code('PASS secret'), 530, 'a name too long for the stager is just wrong');
  long.destroy();
});

t.test('connections over the cap are told so, and a freed place is given away again', async (test) => {
  const ours = await startServed(test, place, {
    kind: 'consign',
    limits: { connectionsMax: 2 },
  });
  const [one, two] = [await RawClient.connect(ours.port), await RawClient.connect(ours.port)];
  await Promise.all([one.reply(), two.reply()]);
  const three = await RawClient.connect(ours.port);
  test.equal((await three.reply())?.code, 421);
  one.destroy();
  const isFree = async (): Promise<boolean> => {
    ours.order({ type: 'describe' });
    return (await ours.report('described')).connections === 1;
  };
  await waitFor('the place to be free', isFree, 60_000);
  const four = await RawClient.connect(ours.port);
  test.equal((await four.reply())?.code, 220);
  for (const client of [two, four]) client.destroy();
});

t.test('a session that is ended from outside is told why and closed', async (test) => {
  const { ours } = both;
  for (const reason of ['expired', 'revoked', 'shutdown'] as const) {
    const client = await RawClient.logIn(ours.port);
    ours.order({ type: 'end-sessions', reason });
    test.equal((await client.reply())?.code, 421, reason);
    await client.reply(500);
    test.ok(client.closed);
  }
});

t.test('QUIT is answered and the connection closes in order', async (test) => {
  const { ours } = both;
  const client = await RawClient.logIn(ours.port);
  test.equal(await client.code('QUIT'), 221);
  await client.reply(1000);
  test.ok(client.closed);
});
