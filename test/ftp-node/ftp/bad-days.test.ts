// What goes wrong at the other end, on the disk and with the certificate: the right code, a truthful record, and nothing
// that stays behind. Stalled and cut transfers are in data-transfer.test.ts.
import t from 'tap';
import { execFile, execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { rmSync, truncateSync, writeFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { RawClient, readAll } from './raw-client.ts';
import { makeWorkplace, startServed, type ServedProcess } from './served-process.ts';

const run = promisify(execFile);
const place = makeWorkplace(t);
const big = 'tools/2.0/big.bin';

/** Descriptors of sockets and of the account's files. */
function openDescriptors(server: ServedProcess): string[] {
  return server
    .descriptors()
    .filter((path) => path.startsWith('socket:') || path.startsWith(place.directory));
}

/** Waits until no more is open than `count`. */
async function settled(server: ServedProcess, count: number): Promise<number> {
  for (let round = 0; round < 50 && openDescriptors(server).length > count; round += 1) await delay(100);
  return openDescriptors(server).length;
}

/** Begins a transfer and holds it after its first bytes. */
async function begin(
  server: ServedProcess,
  line: string,
): Promise<{ client: RawClient; data: Socket; plain: Socket }> {
  const client = await RawClient.logIn(server.port);
  const plain = await client.openData();
  await client.command(line);
  const data = client.secureData(plain);
  await new Promise<void>((resolve) => {
    data.once('data', () => {
      data.pause();
      resolve();
    });
  });
  return { client, data, plain };
}

t.test('clients that read nothing of a file, a listing or a compressed file are dropped', async (test) => {
  const ours = await startServed(test, place, { kind: 'consign', limits: { stallTimeoutMs: 1000 } });
  const atRest = openDescriptors(ours).length;
  for (const mode of ['MODE S', 'MODE Z', 'TYPE A']) {
    const client = await RawClient.logIn(ours.port);
    await client.command(mode);
    const plain = await client.openData();
    test.equal(await client.code(`RETR ${big}`), 150);
    const data = client.secureData(plain);
    await once(data, 'secureConnect');
    data.pause();
    test.equal((await client.reply(8000))?.code, 426, mode);
    const { outcome, sentBytes } = await ours.report('end');
    test.equal(outcome, 'aborted');
    test.ok(sentBytes < place.bigBytes);
    test.equal(await client.code('NOOP'), 200, 'the session goes on');
    client.destroy();
    plain.destroy();
  }
  test.equal(await settled(ours, atRest), atRest);
});

t.test('a client that has closed its half of the data connection still gets all', async (test) => {
  const ours = await startServed(test, place, { kind: 'consign', requireTls: false });
  const atRest = openDescriptors(ours).length;
  const client = await RawClient.connect(ours.port);
  await client.reply();
  for (const line of ['USER erika', 'PASS secret']) await client.command(line);
  const plain = await client.openData();
  plain.end();
  test.equal(await client.code(`RETR ${big}`), 150);
  test.equal((await readAll(plain)).length, place.bigBytes);
  test.equal((await client.reply())?.code, 226);
  test.match(await ours.report('end'), { outcome: 'complete', sentBytes: place.bigBytes });
  client.destroy();
  test.equal(await settled(ours, atRest), atRest);
});

t.test('a client that has closed its half of the control connection is let go in order', async (test) => {
  const ours = await startServed(test, place, { kind: 'consign' });
  const atRest = openDescriptors(ours).length;
  const clients = await Promise.all([1, 2, 3].map(() => RawClient.logIn(ours.port)));
  for (const client of clients) await client.passivePort();
  for (const client of clients) client.socket.end();
  test.equal(await settled(ours, atRest), atRest);
  for (const client of clients) client.destroy();
});

t.test('a file that shrinks or vanishes in the middle', async (test) => {
  const ours = await startServed(test, place, { kind: 'consign' });
  const atRest = openDescriptors(ours).length;
  const path = join(place.account, 'shrinking.bin');
  writeFileSync(path, Buffer.alloc(place.bigBytes));
  const { client, data, plain } = await begin(ours, 'RETR shrinking.bin');
  truncateSync(path, 1000);
  data.resume();
  test.equal((await client.reply())?.code, 451, 'what cannot be read is not called sent');
  const { outcome, sentBytes } = await ours.report('end');
  test.equal(outcome, 'aborted');
  test.ok(sentBytes < place.bigBytes);
  client.destroy();
  plain.destroy();
  writeFileSync(path, Buffer.alloc(place.bigBytes));
  const second = await begin(ours, 'RETR shrinking.bin');
  rmSync(path);
  second.data.resume();
  test.equal((await second.client.reply())?.code, 226, 'what is open is there to its end');
  test.match(await ours.report('end'), { outcome: 'complete' });
  for (const line of ['SIZE shrinking.bin', 'MLST shrinking.bin', 'HASH shrinking.bin'])
    test.equal(await second.client.code(line), 550, line);
  test.equal((await second.client.transfer('RETR shrinking.bin')).first, 550);
  second.client.destroy();
  test.equal(await settled(ours, atRest), atRest);
});

t.test('when the passive range is exhausted the client is told, in PASV and EPSV', async (test) => {
  const from = 30_000 + Math.floor(Math.random() * 1000);
  const ours = await startServed(test, place, { kind: 'consign', passivePorts: { from, to: from + 1 } });
  const clients = await Promise.all([1, 2, 3].map(() => RawClient.logIn(ours.port)));
  const [first, second, third] = clients;
  if (first === undefined || second === undefined || third === undefined) return;
  const ports = new Set([await first.passivePort(), await second.passivePort()]);
  test.same(ports, new Set([from, from + 1]));
  for (const line of ['EPSV', 'PASV']) test.equal(await third.code(line), 425, line);
  test.equal(await first.code('ABOR'), 225);
  test.equal((await third.transfer('NLST tools')).last, 226, 'one that is given up is there for the next');
  for (const client of clients) client.destroy();
});

t.test('an expired certificate: clients refuse it, those that do not mind are served', async (test) => {
  const old = makeWorkplace(test);
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', old.keyFile];
  const request = [
    'req',
    '-new',
    ...key,
    '-subj',
    '/CN=localhost',
    '-out',
    join(old.directory, 'request.pem'),
  ];
  execFileSync('openssl', request, { stdio: 'pipe' });
  const sign = ['x509', '-req', '-in', join(old.directory, 'request.pem'), '-signkey', old.keyFile];
  execFileSync('openssl', [...sign, '-days', '-1', '-out', old.certFile], { stdio: 'pipe' });
  const ours = await startServed(test, old, { kind: 'consign' });
  const curl = [
    '-sS',
    '--ssl-reqd',
    '-u',
    'erika:secret',
    `ftp://localhost:${ours.port}/tools/2.0/small.txt`,
  ];
  await test.rejects(run('curl', ['--cacert', old.certFile, ...curl]), { code: 60 });
  test.equal((await run('curl', ['--insecure', ...curl])).stdout, 'small\n');
});

t.test('a hundred sessions that end in every rude way leave nothing behind', async (test) => {
  const limits = { dataConnectionTimeoutMs: 500, stallTimeoutMs: 1000, loginDeadlineMs: 1500 };
  const ours = await startServed(test, place, { kind: 'consign', activeMode: true, limits });
  const atRest = openDescriptors(ours).length;
  const rude: readonly (() => Promise<void>)[] = [
    async () => {
      (await RawClient.connect(ours.port)).destroy();
    },
    async () => {
      const client = await RawClient.connect(ours.port);
      await client.command('AUTH TLS');
      client.socket.write('\x16\x03\x01\x40');
      client.socket.resetAndDestroy();
    },
    async () => {
      const client = await RawClient.logIn(ours.port);
      await client.passivePort();
      client.write('LIST\r\n');
      client.destroy();
    },
    async () => {
      const { client, plain } = await begin(ours, `RETR ${big}`);
      plain.resetAndDestroy();
      client.destroy();
    },
    async () => {
      const { client, plain } = await begin(ours, `RETR ${big}`);
      client.destroy();
      await delay(50);
      plain.destroy();
    },
    async () => {
      const client = await RawClient.logIn(ours.port);
      const plain = await client.openData();
      await client.command('MODE Z');
      await client.command(`RETR ${big}`);
      plain.write('this is not TLS\r\n');
      await client.reply();
      client.destroy();
      plain.destroy();
    },
    async () => {
      const client = await RawClient.logIn(ours.port);
      client.write(
        'PORT 127,0,0,1,4,1\r\nRETR tools/2.0/small.txt\r\nRANG 0 3\r\nHASH tools/2.0/small.txt\r\n',
      );
      await client.reply();
      client.destroy();
    },
  ];
  for (let round = 0; round < 15; round += 1) await Promise.all(rude.map((act) => act()));
  test.equal(await settled(ours, atRest), atRest, 'descriptors');
  ours.order({ type: 'describe' });
  test.match(await ours.report('described'), { sessions: 0, connections: 0 });
  test.notOk(ours.hasExited());
  test.same(
    ours.reports.filter(({ type }) => type === 'unhandled'),
    [],
  );
  const begun = ours.reports.filter(({ type }) => type === 'begin').length;
  test.equal(ours.reports.filter(({ type }) => type === 'end').length, begun, 'each record has one end');
});
