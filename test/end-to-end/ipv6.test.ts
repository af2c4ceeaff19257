// A whole Consign on IPv6 alone, and then on both families: the portal's lines in a terminal, with the clients that they are
// for; EPSV and EPRT; the customers' addresses as they are recorded and banned.
import { mkdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import t from 'tap';
import type { ReadyDeliveryView } from '#web-front/api/schemas.ts';
import { runProgram } from '../rig/run-program.ts';
import { startConsign, waitFor } from '../rig/running-consign.ts';
import { paste } from '../web-front/pasted-line.ts';
import { Visitor } from '../web-front/portal-fixture.ts';
import { sha256OfFile } from './fetched-file.ts';
import { openVendor, vendorTarget } from './small-vendor.ts';
import { askPassEnvironment, clientDirectory } from './staged-file.ts';

const consign = await startConsign(t, { listen: '::1' });
const vendor = await openVendor(t, consign);
const { name, password } = vendor.customer;
const { portal, caFile, ftp, sftp } = consign.endpoints;
const [product = '', version = '', file = ''] = vendorTarget.split('/');
const answerWithinMs = 60_000;
const reportTimeoutMs = 90_000;

/** Over FTPS by curl, which is told its family or mode. */
function fetchFtps(host: string, ...options: string[]) {
  const url = `ftp://${host}:${ftp.port}/${vendorTarget}`;
  const login = ['-u', `${name}:${password}`, '--ssl-reqd', '--cacert', caFile];
  return runProgram('curl', ['-sv', '-o', '/dev/null', ...login, ...options, url]);
}

const addressesOf = async (): Promise<Set<string>> =>
  new Set((await consign.json<{ address: string }[]>('downloads')).map(({ address }) => address));

t.test('everything answers at addresses with brackets', async (t) => {
  t.equal(portal, `https://[::1]:${consign.portBase}`);
  t.match(consign.output, `FTP over TLS    [::1]:${ftp.port}`);
  const { code, stdout } = await consign.run('doctor');
  t.equal(code, 0, stdout);
  t.match(stdout, `[::1]:${sftp.port} greets`);
  t.match(
    (await consign.run('stage', 'acme', vendorTarget)).stdout,
    `ftp://[::1]:${ftp.port}/${vendorTarget}`,
  );
});

t.test("the portal's lines fetch the file, and go on where it broke off", async (t) => {
  const certificate = await readFile(caFile, 'utf8');
  const from = '::1';
  const visitor = new Visitor({ origin: portal, certificate }, from);
  await visitor.signIn({ username: name, password });
  const formToken = await visitor.formToken('/tokens');
  const made = await visitor.submit('/tokens', { formToken, name: 'lines', lifetimeDays: '1' });
  const token = /consign_pat_[\w-]{43}/.exec(made.text)?.[0] ?? '';
  const asked = await new Visitor({ origin: portal, certificate }, from).send('POST', '/api/v1/deliveries', {
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ product, version, file }),
  });
  t.equal(asked.status, 201, asked.text);
  const delivery = asked.json() as ReadyDeliveryView;
  const folder = await clientDirectory(t);
  for (const client of ['curlHttps', 'wget', 'aria2', 'curlFtps', 'lftp', 'sftp', 'scp'] as const) {
    const line = delivery.commands[client] ?? '';
    t.match(line, '[::1]', client);
    const directory = join(folder, client);
    await mkdir(directory);
    await writeFile(join(directory, 'consign-ca.pem'), certificate);
    for (const part of client === 'scp' ? [null] : [null, 33_333]) {
      if (part !== null) await truncate(join(directory, file), part);
      const { code, screen } = await paste(line, directory, delivery.password);
      t.equal(code, 0, `${client}: ${screen.slice(-300)}`);
      t.equal(await sha256OfFile(join(directory, file)), vendor.sha256, `${client} from ${part}`);
    }
  }
  t.same(await addressesOf(), new Set(['::1']));
});

t.test('ssh is told, over IPv6 too, that there is no shell', async (t) => {
  const directory = await clientDirectory(t);
  const options = ['StrictHostKeyChecking=no', 'UserKnownHostsFile=/dev/null'].flatMap((each) => [
    '-o',
    each,
  ]);
  const environment = await askPassEnvironment(vendor.customer, directory);
  const asked = await runProgram('ssh', [...options, '-6', '-p', String(sftp.port), `${name}@::1`, 'id'], {
    environment,
  });
  t.not(asked.code, 0);
  t.notMatch(asked.stdout, 'uid=');
  t.notMatch(asked.stderr, /Permission denied/, 'it did log in');
});

t.test('data connections: EPSV, and EPRT where active mode is allowed', async (t) => {
  const passive = await fetchFtps('[::1]');
  t.equal(passive.code, 0, passive.stderr);
  t.match(passive.stderr, /< 229 Entering Extended Passive Mode \(\|\|\|\d+\|\)/);
  const refused = await fetchFtps('[::1]', '--quote', 'PASV');
  t.equal(refused.code, 21, 'curl: a quoted command failed');
  t.match(refused.stderr, /< 425 PASV is for IPv4; send EPSV\./);
  // Not encrypted: curl 7.88 forgets TLS on a data connection that it has accepted, and lftp 4.9 sends EPRT |2|::|.
  await consign.configure('ftp1/ftp/activeMode', 'true', 'ftp1/ftp/requireTls', 'false');
  const url = `ftp://[::1]:${ftp.port}/${vendorTarget}`;
  const login = ['-u', `${name}:${password}`, '--ftp-port', '::1'];
  const active = await runProgram('curl', ['-sv', '-o', '/dev/null', ...login, url]);
  t.equal(active.code, 0, active.stderr);
  t.match(active.stderr, /> EPRT \|2\|::1\|\d+\|\r?\n[^]*< 226 /);
});

async function greeting(host: string): Promise<string> {
  const socket = connect({ host, port: ftp.port });
  const signal = AbortSignal.timeout(answerWithinMs);
  const [text] = (await once(socket.setEncoding('latin1'), 'data', { signal })) as [string];
  socket.destroy();
  return text;
}

t.test('a socket for both families serves both, and knows who comes over IPv4', async (t) => {
  await consign.configure('ftp1/listenHost', '::', 'ftp1/ftp/publicHost', 'localhost');
  for (const [host, options] of [
    ['127.0.0.1', ['--disable-epsv', '--insecure', '--no-ftp-skip-pasv-ip']],
    ['127.0.0.1', ['--insecure']],
    ['[::1]', []],
  ] as const) {
    const fetched = await fetchFtps(host, ...options);
    t.equal(fetched.code, 0, `${host} ${options.join(' ')} ${fetched.stderr}`);
  }
  const areReported = async (): Promise<boolean> => (await addressesOf()).size >= 2;
  await waitFor('the downloads over IPv4 to be reported', areReported, reportTimeoutMs);
  t.same(await addressesOf(), new Set(['::1', '127.0.0.1']), 'not ::ffff:127.0.0.1');
});

t.test('who is banned over IPv6 is so with the whole /64, and nobody else', async (t) => {
  const added = await consign.run('bans', 'add', '::1', '--for', '1h', '--reason', 'A test');
  t.match(added.stdout, /^::\/64 is banned until /, added.stderr);
  t.match(await greeting('::1'), /^421 /);
  t.match(await greeting('127.0.0.1'), /^220/);
  t.equal((await consign.run('bans', 'lift', '::/64', '--reason', 'A test')).code, 0);
  t.match(await greeting('::1'), /^220/);
});
