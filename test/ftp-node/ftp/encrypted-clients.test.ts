// TLS as clients really do it: the implicit port, versions, and whether their data connections resume the session of
// their control connection where that is required.
import t, { type Test } from 'tap';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { RawClient, readAll } from './raw-client.ts';
import {
  makeWorkplace,
  startServed,
  type ChildOptions,
  type ServedProcess,
  type Workplace,
} from './served-process.ts';

const run = promisify(execFile);
const bigPath = 'tools/2.0/big.bin';

async function prepare(
  test: Test,
  options: Partial<ChildOptions>,
): Promise<{ place: Workplace; server: ServedProcess }> {
  const place = makeWorkplace(test);
  return { place, server: await startServed(test, place, { ...options, kind: 'consign' }) };
}

function digest(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}

async function lftp(place: Workplace, open: string, script: string): Promise<string> {
  const settings = `set ftp:ssl-force true; set ftp:ssl-protect-data true; set ssl:ca-file ${place.certFile};
    set net:max-retries 1; set net:timeout 10; set cmd:fail-exit true; ${open}`;
  const options = { cwd: place.directory, timeout: 120_000, env: { ...process.env, HOME: place.directory } };
  return (await run('lftp', ['-c', `${settings}; ${script}`], options)).stdout;
}

t.test('the implicit port: curl and lftp fetch over ftps://', async (test) => {
  const { place, server } = await prepare(test, { implicitTls: true });
  const target = join(place.directory, 'curl.bin');
  const login = ['-sS', '--cacert', place.certFile, '-u', 'erika:secret'];
  await run('curl', [...login, '-o', target, `ftps://localhost:${server.port}/${bigPath}`]);
  test.equal(digest(target), place.bigSha256);
  test.match(
    server.reports.find(({ type }) => type === 'begin'),
    { protocol: 'ftps' },
  );
  await lftp(place, `open -u erika,secret ftps://localhost:${server.port}`, `get ${bigPath} -o lftp.bin`);
  test.equal(digest(join(place.directory, 'lftp.bin')), place.bigSha256);
});

t.test('the implicit port: data are protected without PBSZ and PROT, and AUTH is refused', async (test) => {
  const { server } = await prepare(test, { implicitTls: true });
  const client = await RawClient.connect(server.port);
  await client.handshake();
  test.equal((await client.reply())?.code, 220);
  test.equal(await client.code('AUTH TLS'), 503);
  for (const line of ['USER erika', 'PASS secret']) await client.command(line);
  const { last, data } = await client.transfer('RETR tools/2.0/small.txt');
  test.same([last, data.toString()], [226, 'small\n']);
  test.equal(await client.code('PROT C'), 534);
  client.destroy();
  const plain = await RawClient.connect(server.port);
  plain.write('USER erika\r\nPASS secret\r\n');
  test.equal(await plain.reply(1000), null, 'a client that speaks in clear is told nothing');
  plain.destroy();
});

t.test('the oldest version of TLS is as it was set', async (test) => {
  const { place, server } = await prepare(test, { tlsMinimum: 'TLSv1.3' });
  const url = `ftp://localhost:${server.port}/tools/2.0/small.txt`;
  const curl = ['-sS', '--ssl-reqd', '--cacert', place.certFile, '-u', 'erika:secret'];
  test.equal((await run('curl', [...curl, url])).stdout, 'small\n');
  await test.rejects(run('curl', [...curl, '--tls-max', '1.2', url]), { code: 35 });
});

t.test('where resumption is required, curl and lftp go on as before', async (test) => {
  const { place, server } = await prepare(test, { requireResumption: true });
  const target = join(place.directory, 'curl.bin');
  const curl = ['-sS', '--ssl-reqd', '--cacert', place.certFile, '-u', 'erika:secret', '-o', target];
  await run('curl', [...curl, `ftp://localhost:${server.port}/${bigPath}`]);
  test.equal(digest(target), place.bigSha256);
  const open = `open -u erika,secret -p ${server.port} localhost`;
  await lftp(place, open, `get ${bigPath} -o lftp.bin; cls /tools`);
  test.equal(digest(join(place.directory, 'lftp.bin')), place.bigSha256);
  await lftp(place, `set ssl:priority NORMAL:-VERS-TLS1.3; ${open}`, `get ${bigPath} -o lftp12.bin`);
  test.equal(digest(join(place.directory, 'lftp12.bin')), place.bigSha256, 'with TLS 1.2 too');
  const curl12 = [...curl, '--tls-max', '1.2', `ftp://localhost:${server.port}/${bigPath}`];
  await test.rejects(run('curl', curl12), { code: 18 }, 'curl resumes with TLS 1.3 alone');
  await lftp(place, open, 'mirror /tools mirrored');
  test.equal(digest(join(place.directory, 'mirrored/2.0/big.bin')), place.bigSha256);
});

const python = (wrapped: string): string => `
import ftplib, ssl, sys
context = ssl.create_default_context(cafile=sys.argv[1])
if len(sys.argv) > 3: context.maximum_version = ssl.TLSVersion.TLSv1_2
class Resuming(ftplib.FTP_TLS):
    def ntransfercmd(self, cmd, rest=None):
        conn, size = ftplib.FTP.ntransfercmd(self, cmd, rest)
        return self.context.wrap_socket(conn, server_hostname=self.host, session=self.sock.session), size
ftp = ${wrapped}(context=context, timeout=20)
ftp.connect('localhost', int(sys.argv[2])); ftp.login('erika', 'secret'); ftp.prot_p()
try:
    print(ftp.nlst('/tools'))
    print(ftp.retrlines('RETR /tools/2.0/small.txt'))
except ftplib.error_perm as error: print(error)
`;

t.test("where resumption is required, Python's ftplib is told why it is refused", async (test) => {
  const { place, server } = await prepare(test, { requireResumption: true });
  const refused = ['-c', python('ftplib.FTP_TLS'), place.certFile, String(server.port)];
  test.match((await run('python3', refused)).stdout, /^522 Data connections must resume the TLS session/);
  for (const version of [[], ['1.2']]) {
    const arguments_ = ['-c', python('Resuming'), place.certFile, String(server.port), ...version];
    test.match((await run('python3', arguments_)).stdout, /226/, 'a subclass that resumes is served');
  }
});

t.test("another session's ticket does not resume", async (test) => {
  const { server } = await prepare(test, { requireResumption: true });
  const [own, other] = [await RawClient.logIn(server.port), await RawClient.logIn(server.port)];
  const plain = await own.openData();
  test.equal(await own.code('RETR tools/2.0/small.txt'), 150);
  const stolen = other.secureData(plain);
  const data = await readAll(stolen);
  test.equal((await own.reply())?.code, 522);
  test.equal(data.length, 0, 'not a byte was sent');
  const { last } = await own.transfer('RETR tools/2.0/small.txt');
  test.equal(last, 226, 'its own does');
  for (const client of [own, other]) client.destroy();
});
