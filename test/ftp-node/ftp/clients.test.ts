// Real clients against the server: curl, lftp, Python's ftplib and Node's basic-ftp, each over explicit TLS, with what
// they fetched compared by digest and the records compared with what happened.
import t, { type Test } from 'tap';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'basic-ftp';
import { makeWorkplace, startServed, type ServedProcess, type Workplace } from './served-process.ts';

const run = promisify(execFile);
const bigPath = 'tools/2.0/big.bin';

async function prepare(test: Test): Promise<{ place: Workplace; server: ServedProcess }> {
  const place = makeWorkplace(test);
  return { place, server: await startServed(test, place, { kind: 'consign' }) };
}

function digest(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}

t.test('curl fetches a file and resumes a broken one over explicit TLS', async (test) => {
  const { place, server } = await prepare(test);
  const target = join(place.directory, 'curl.bin');
  const url = `ftp://localhost:${server.port}/${bigPath}`;
  const curl = ['-sS', '--ssl-reqd', '--cacert', place.certFile, '-u', 'erika:secret', '-o', target];
  await run('curl', [...curl, url]);
  test.equal(digest(target), place.bigSha256);
  test.match(await server.report('end'), { outcome: 'complete', sentBytes: place.bigBytes });
  truncateSync(target, 1_000_001);
  await run('curl', [...curl, '-C', '-', url]);
  test.equal(digest(target), place.bigSha256, 'the resumed file is whole');
  test.match(await server.report('end'), { outcome: 'complete', sentBytes: place.bigBytes - 1_000_001 });
  test.match(
    server.reports.filter(({ type }) => type === 'begin'),
    [
      { offsetBytes: 0, protocol: 'ftps' },
      { offsetBytes: 1_000_001, protocol: 'ftps' },
    ],
  );
  test.match(server.output(), /"resumed":true/, "the data connection resumes the control connection's TLS");
  const listing = await run('curl', [
    '-sS',
    '--ssl-reqd',
    '--cacert',
    place.certFile,
    '-u',
    'erika:secret',
    `ftp://localhost:${server.port}/tools/2.0/`,
  ]);
  test.match(listing.stdout, /^-r--r--r-- 1 consign consign +\d+ \w{3} [ \d]\d \d\d:\d\d big\.bin\r?$/m);
});

t.test('curl reads PASV and TLS 1.2, and is refused without TLS', async (test) => {
  const { place, server } = await prepare(test);
  const target = join(place.directory, 'curl.bin');
  const url = `ftp://127.0.0.1:${server.port}/${bigPath}`;
  const curl = ['-sS', '--cacert', place.certFile, '-u', 'erika:secret', '-o', target, '--disable-epsv'];
  await run('curl', [...curl, '--ssl-reqd', '--tls-max', '1.2', url]);
  test.equal(digest(target), place.bigSha256);
  await test.rejects(run('curl', [...curl, '--ssl-reqd', '--tls-max', '1.1', url]), 'TLS 1.1 is too old');
  await test.rejects(run('curl', [...curl, url]), { message: /530/ });
});

t.test('lftp gets, mirrors and fetches in four pieces with encrypted data', async (test) => {
  const { place, server } = await prepare(test);
  const lftp = async (script: string): Promise<void> => {
    const settings = `set ftp:ssl-force true; set ftp:ssl-protect-data true; set ssl:ca-file ${place.certFile};
      set net:max-retries 2; set net:timeout 10; set cmd:fail-exit true;`;
    await run('lftp', ['-c', `${settings} open -u erika,secret -p ${server.port} localhost; ${script}`], {
      cwd: place.directory,
      timeout: 120_000,
      env: { ...process.env, HOME: place.directory },
    });
  };
  await lftp(`get ${bigPath} -o got.bin`);
  test.equal(digest(join(place.directory, 'got.bin')), place.bigSha256);
  await lftp(`pget -n 4 ${bigPath} -o pieces.bin`);
  test.equal(digest(join(place.directory, 'pieces.bin')), place.bigSha256);
  await lftp('mirror --parallel=2 /tools mirrored/tools');
  test.equal(digest(join(place.directory, 'mirrored', bigPath)), place.bigSha256);
  test.equal(readFileSync(join(place.directory, 'mirrored/tools/2.0/small.txt'), 'utf8'), 'small\n');
  test.match(server.output(), /"resumed":true/);
});

t.test("Python's ftplib lists and fetches with protected data", async (test) => {
  const { place, server } = await prepare(test);
  const target = join(place.directory, 'python.bin');
  const script = `
import ftplib, ssl, sys
context = ssl.create_default_context(cafile=sys.argv[1])
ftp = ftplib.FTP_TLS(context=context, timeout=20)
ftp.connect('localhost', int(sys.argv[2])); ftp.login('erika', 'right "word"'); ftp.prot_p()
ftp.cwd('/tools/2.0')
assert sorted(ftp.nlst()) == ['big.bin', 'small.txt'], ftp.nlst()
facts = dict(ftp.mlsd('/tools'))
assert facts['2.0']['type'] == 'dir', facts
assert list(ftp.mlsd('/nothing')) == []
with open(sys.argv[3], 'wb') as out: ftp.retrbinary('RETR big.bin', out.write)
lines = []
ftp.retrlines('RETR small.txt', lines.append)
assert lines == ['small'], lines
ftp.voidcmd('TYPE I'); print(ftp.size('big.bin')); ftp.quit()
`;
  const { stdout } = await run('python3', ['-c', script, place.certFile, String(server.port), target]);
  test.equal(stdout.trim(), String(place.bigBytes));
  test.equal(digest(target), place.bigSha256);
});

t.test('basic-ftp lists, downloads and resumes', async (test) => {
  const { place, server } = await prepare(test);
  const target = join(place.directory, 'basic.bin');
  const client = new Client(10_000);
  test.teardown(() => client.close());
  const secureOptions = { ca: readFileSync(place.certFile) };
  await client.access({
    host: 'localhost',
    port: server.port,
    user: 'erika',
    password: 'secret',
    secure: true,
    secureOptions,
  });
  test.match(
    (await client.list('/tools/2.0')).toSorted((a, b) => b.size - a.size),
    [{ name: 'big.bin', size: place.bigBytes }, { name: 'small.txt' }],
  );
  writeFileSync(target, readFileSync(join(place.account, bigPath)).subarray(0, 5_000_000));
  await client.downloadTo(target, `/${bigPath}`, 5_000_000);
  test.equal(digest(target), place.bigSha256);
  test.match(await server.report('end'), { outcome: 'complete', sentBytes: place.bigBytes - 5_000_000 });
});

const needsRoot = { skip: process.getuid?.() === 0 ? false : 'chroot(2) needs root' };
t.test('everything works in a jail without a file in it, and over IPv6', needsRoot, async (test) => {
  const place = makeWorkplace(test);
  const server = await startServed(test, place, { kind: 'consign', jailed: true, ipv6: true });
  const target = join(place.directory, 'jail.bin');
  const url = `ftp://[::1]:${server.port}`;
  const curl = ['-sS', '--insecure', '--ssl-reqd', '-o', target, '-u'];
  await run('curl', [...curl, 'erika:secret', `${url}/${bigPath}`]);
  test.equal(digest(target), place.bigSha256);
  await run('curl', [...curl, 'erika:secret', `${url}/tools/`]);
  test.match(readFileSync(target, 'utf8'), /2\.0/);
  await test.rejects(run('curl', [...curl, 'erika:wrong', `${url}/`]), { message: /530/ });
  await test.rejects(
    run('curl', [...curl, 'away:secret', `${url}/`]),
    { code: 28 },
    '421 is "try again" to curl',
  );
  await test.rejects(run('curl', [...curl, 'erika:secret', `${url}/missing`]), { code: 78 });
  for (const line of ['STAT', 'HELP', 'FEAT', 'XYZZY', 'HASH x', 'MLST', 'PASV'])
    await run('curl', [...curl, 'erika:secret', '-Q', `*${line}`, `${url}/tools/`]);
  test.notMatch(server.output(), /MODULE_NOT_FOUND|ENOENT|command failed/);
});
