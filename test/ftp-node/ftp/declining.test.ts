// What FTP clients are told while client requests are declined, when they begin too much, and when their server was
// replaced by one with another configuration; and what a server does that was told to allow logins in clear.
import t from 'tap';
import { setTimeout as delay } from 'node:timers/promises';
import { RawClient } from './raw-client.ts';
import { makeWorkplace, startServed } from './served-process.ts';

const place = makeWorkplace(t);
const small = 'tools/2.0/small.txt';

t.test('while requests are declined, a login is told 421, and RETR 450', async (test) => {
  const ours = await startServed(test, place, { kind: 'consign' });
  const inside = await RawClient.logIn(ours.port);
  ours.order({ type: 'admit', isOpen: false, patienceMs: 200 });
  const outside = await RawClient.connect(ours.port);
  await outside.reply();
  await outside.startTls();
  test.equal(await outside.code('USER erika'), 331);
  const refusal = await outside.command('PASS secret');
  test.equal(refusal?.code, 421);
  test.match(refusal?.lines[0], /try again in a moment/);
  await outside.reply(500);
  test.ok(outside.closed);
  test.equal((await inside.transfer(`RETR ${small}`)).first, 450);
  test.equal((await inside.transfer('LIST')).last, 226, 'the session goes on');
  ours.order({ type: 'admit', isOpen: true, patienceMs: 200 });
  test.equal((await inside.transfer(`RETR ${small}`)).last, 226);
  inside.destroy();
});

t.test('a login and a RETR that patience can help are held, and then served', async (test) => {
  const ours = await startServed(test, place, { kind: 'consign' });
  const inside = await RawClient.logIn(ours.port);
  ours.order({ type: 'admit', isOpen: false, patienceMs: 20_000 });
  const retrieving = inside.transfer(`RETR ${small}`);
  const loggingIn = RawClient.logIn(ours.port);
  await delay(400);
  test.equal(ours.reports.filter(({ type }) => type === 'begin').length, 0);
  ours.order({ type: 'admit', isOpen: true, patienceMs: 20_000 });
  test.equal((await retrieving).data.toString(), 'small\n');
  const late = await loggingIn;
  test.equal(await late.code('PWD'), 257);
  for (const client of [inside, late]) client.destroy();
});

t.test(
  'a transfer that is one too many of its account is told 450, and the next one is served',
  async (test) => {
    const ours = await startServed(test, place, { kind: 'consign' });
    const client = await RawClient.logIn(ours.port);
    ours.order({ type: 'pace', tooMany: true });
    test.equal((await client.transfer('RETR empty.bin')).last, 450);
    ours.order({ type: 'pace', tooMany: false });
    test.equal((await client.transfer('RETR empty.bin')).last, 226);
    client.destroy();
  },
);

t.test('one account does not take all passive ports', async (test) => {
  const ours = await startServed(test, place, {
    kind: 'consign',
    limits: { passivePortsPerAccountMax: 2 },
  });
  const clients = await Promise.all([1, 2, 3].map(() => RawClient.logIn(ours.port)));
  const codes = [];
  for (const client of clients) codes.push(await client.code('EPSV'));
  test.same(codes, [229, 229, 425]);
  const [first, , third] = clients;
  test.equal(await first?.code('EPSV'), 229, 'a new EPSV takes the place of the one before it');
  first?.destroy();
  await delay(200);
  test.equal(await third?.code('EPSV'), 229, 'what was given back is free');
  for (const client of clients) client.destroy();
});

t.test('a retired server accepts nobody, serves on who is there, and ends when nobody asks', async (test) => {
  const ours = await startServed(test, place, { kind: 'consign' });
  const busy = await RawClient.logIn(ours.port);
  const idle = await RawClient.logIn(ours.port);
  const retiredAt = Date.now();
  ours.order({ type: 'retire' });
  await delay(300);
  await test.rejects(RawClient.connect(ours.port), { code: 'ECONNREFUSED' });
  while (Date.now() - retiredAt < 7000) {
    test.equal((await busy.transfer(`RETR ${small}`)).last, 226);
    await delay(500);
  }
  const goodbye = await idle.reply(100);
  test.equal(goodbye?.code, 421);
  test.match(goodbye?.lines[0], /new configuration; please connect again/);
  test.ok(idle.closed);
  test.equal((await busy.reply(8000))?.code, 421);
  await ours.report('drained');
});

t.test('where TLS is not required, logins and data go in clear, and TLS is still offered', async (test) => {
  const ours = await startServed(test, place, { kind: 'consign', requireTls: false });
  const clear = await RawClient.connect(ours.port);
  test.match((await clear.reply())?.lines[0], /AUTH TLS is offered/);
  for (const line of ['USER erika', 'PASS secret', 'TYPE I']) await clear.command(line);
  const fetched = await clear.transfer(`RETR ${small}`);
  test.equal(fetched.data.toString(), 'small\n');
  test.match(await ours.report('begin'), { protocol: 'ftp' });
  const secure = await RawClient.logIn(ours.port);
  test.equal((await secure.transfer(`RETR ${small}`)).data.toString(), 'small\n');
  test.equal(await secure.code('PROT C'), 200);
  for (const client of [clear, secure]) client.destroy();
});
