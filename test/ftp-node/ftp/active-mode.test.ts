// PORT and EPRT: off unless the operator allows it, and then only to the client's own address (RFC 2577: no bounce).
import t, { type Test } from 'tap';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { RawClient, readAll } from './raw-client.ts';
import { makeWorkplace, startServed, type ServedProcess } from './served-process.ts';

const run = promisify(execFile);
const place = makeWorkplace(t);
const bigPath = 'tools/2.0/big.bin';
const off = await startServed(t, place, { kind: 'consign' });
const on = await startServed(t, place, { kind: 'consign', activeMode: true, requireTls: false });

function digest(name: string): string {
  return createHash('sha256')
    .update(readFileSync(join(place.directory, name)))
    .digest('hex');
}

/** A listening data port of a client, and the arguments that name it. */
async function openPort(
  test: Test,
  host = '127.0.0.1',
): Promise<{ listener: Server; port: number; short: string }> {
  const listener = createServer({ pauseOnConnect: true });
  listener.listen(0, host);
  await once(listener, 'listening');
  test.teardown(() => listener.close());
  const address = listener.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return { listener, port, short: `${host.replaceAll('.', ',')},${port >> 8},${port & 255}` };
}

async function fetchInto(client: RawClient, listener: Server, line: string): Promise<[number, string]> {
  const arrived = once(listener, 'connection') as Promise<[Socket]>;
  client.write(`${line}\r\n`);
  const [[plain], begun] = await Promise.all([arrived, client.reply()]);
  if (begun?.code !== 150) return [begun?.code ?? 0, ''];
  const data = await readAll(client.secureData(plain));
  return [(await client.reply())?.code ?? 0, data.toString()];
}

t.test('where it is off, PORT and EPRT are refused, whatever they name', async (test) => {
  const client = await RawClient.logIn(off.port);
  for (const line of [
    'PORT 127,0,0,1,40,0',
    'EPRT |1|127.0.0.1|40000|',
    'PORT 10,0,0,1,0,25',
    'EPRT |2|::1|40000|',
  ])
    test.equal(await client.code(line), 500, line);
  client.destroy();
});

t.test('a file and a listing come to the port of PORT and of EPRT, encrypted', async (test) => {
  const client = await RawClient.logIn(on.port);
  const { listener, port, short } = await openPort(test);
  test.equal(await client.code(`PORT ${short}`), 200);
  test.same(await fetchInto(client, listener, 'RETR tools/2.0/small.txt'), [226, 'small\n']);
  test.equal(await client.code('RETR tools/2.0/small.txt'), 425, 'a PORT is for one transfer');
  test.equal(await client.code(`EPRT !1!127.0.0.1!${port}!`), 200, 'any delimiter');
  const [code, names] = await fetchInto(client, listener, 'NLST tools');
  test.same([code, names], [226, '2.0\r\n']);
  client.destroy();
});

t.test('the server connects to nobody but the client, and to no well-known port', async (test) => {
  const client = await RawClient.logIn(on.port);
  const victim = await openPort(test, '127.0.0.2');
  let reached = false;
  victim.listener.on('connection', () => (reached = true));
  const cases = [
    [`PORT ${victim.short}`, 501],
    [`EPRT |1|127.0.0.2|${victim.port}|`, 501],
    [`EPRT |1|localhost|${victim.port}|`, 501],
    [`EPRT |1|127.1|${victim.port}|`, 501],
    ['PORT 127,0,0,1,0,25', 501],
    ['PORT 127,0,0,1,3,255', 501],
    ['EPRT |1|127.0.0.1|1023|', 501],
    ['EPRT |1|127.0.0.1|0|', 501],
    ['EPRT |1|127.0.0.1|65536|', 501],
    ['EPRT |2|::ffff:127.0.0.1|40000|', 522],
    ['EPRT |2|::1|40000|', 522],
    ['EPRT |3|127.0.0.1|40000|', 522],
    ['EPRT 127.0.0.1', 501],
    ['EPRT |1|127.0.0.1|40000', 501],
    ['EPRT', 501],
    ['PORT 127,0,0,1,999,1', 501],
    ['PORT 127,0,0,1,4', 501],
    ['PORT 127,0,0,1,40,0,0', 501],
    ['PORT 127,0,0,1,-1,80', 501],
    ['PORT', 501],
  ] as const;
  for (const [line, code] of cases) test.equal(await client.code(line), code, line);
  test.equal(await client.code('LIST'), 425, 'nothing is left of them');
  test.notOk(reached);
  client.destroy();
});

t.test('a port that nobody listens on, and EPSV ALL', async (test) => {
  const client = await RawClient.logIn(on.port);
  const { listener, short } = await openPort(test);
  listener.close();
  await once(listener, 'close');
  test.equal(await client.code(`PORT ${short}`), 200);
  test.equal(await client.code('RETR tools/2.0/small.txt'), 425);
  test.equal(await client.code('EPSV ALL'), 200);
  for (const line of [`PORT ${short}`, 'EPRT |1|127.0.0.1|40000|', 'PASV'])
    test.equal(await client.code(line), 501, line);
  test.equal((await client.transfer('NLST tools')).last, 226);
  client.destroy();
});

t.test('curl, lftp, Python, tnftp and ncftp fetch in active mode', async (test) => {
  // Not encrypted: curl 7.88 forgets TLS on a data connection that it has accepted.
  const login = ['-sS', '-u', 'erika:secret', '--ftp-port', '-'];
  const url = `ftp://localhost:${on.port}/${bigPath}`;
  const curl = async (...more: string[]): Promise<void> => {
    await run('curl', [...login, ...more, '-o', join(place.directory, 'curl.bin'), url]);
    test.equal(digest('curl.bin'), place.bigSha256, `curl ${more.join(' ')}`);
  };
  await curl();
  await curl('--disable-eprt');
  const options = { cwd: place.directory, timeout: 120_000, env: { ...process.env, HOME: place.directory } };
  const open = `set ftp:ssl-protect-data true; set ftp:passive-mode off; set ssl:ca-file ${place.certFile}; open -u erika,secret -p ${on.port} localhost`;
  await run('lftp', ['-c', `set net:max-retries 1; ${open}; get ${bigPath} -o lftp.bin`], options);
  test.equal(digest('lftp.bin'), place.bigSha256, 'lftp');
  const script = `
import ftplib, sys
ftp = ftplib.FTP(timeout=20); ftp.connect('127.0.0.1', int(sys.argv[1])); ftp.login('erika', 'secret')
ftp.set_pasv(False)
with open('python.bin', 'wb') as out: ftp.retrbinary('RETR ${bigPath}', out.write)
ftp.quit()`;
  await run('python3', ['-c', script, String(on.port)], options);
  test.equal(digest('python.bin'), place.bigSha256, 'ftplib');
  const tnftp = `ftp://erika:secret@127.0.0.1:${on.port}/${bigPath}`;
  await run('tnftp', ['-A', '-o', 'tnftp.bin', tnftp], options);
  test.equal(digest('tnftp.bin'), place.bigSha256, 'tnftp');
  const ncftp = ['-E', '-u', 'erika', '-p', 'secret', '-P', String(on.port), '127.0.0.1', '.', `/${bigPath}`];
  await run('ncftpget', ncftp, options);
  test.equal(digest('big.bin'), place.bigSha256, 'ncftp');
});

t.test('over IPv6 with EPRT, in any spelling of the address', async (test) => {
  const server: ServedProcess = await startServed(test, place, {
    kind: 'consign',
    activeMode: true,
    requireTls: false,
    ipv6: true,
  });
  const target = join(place.directory, 'six.bin');
  const curl = ['-sS', '-u', 'erika:secret', '--ftp-port', '-', '-o', target];
  await run('curl', [...curl, `ftp://[::1]:${server.port}/${bigPath}`]);
  test.equal(digest('six.bin'), place.bigSha256);
  const script = `
import ftplib, ssl, sys
ftp = ftplib.FTP_TLS(context=ssl._create_unverified_context(), timeout=20)
ftp.connect('::1', int(sys.argv[1])); ftp.login('erika', 'secret')
def code(line):
    try: return ftp.sendcmd(line)[:3]
    except ftplib.all_errors as error: return str(error)[:3]
print(*map(code, ['EPRT |2|0:0:0:0:0:0:0:1|40000|', 'EPRT |2|::2|40000|', 'EPRT |1|127.0.0.1|40000|', 'PORT 127,0,0,1,40,0']))`;
  const { stdout } = await run('python3', ['-c', script, String(server.port)]);
  test.equal(stdout.trim(), '200 501 522 501');
});
