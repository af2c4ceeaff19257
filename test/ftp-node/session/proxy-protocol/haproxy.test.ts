// A whole node behind a real HAProxy, over each protocol and with both versions of the header: what is recorded, and what
// a login is decided by, is the customer's address; who comes without the balancer is served as before.
import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { promisify } from 'node:util';
import ssh2 from 'ssh2';
import t, { type Test } from 'tap';
import type { LoginAttempt, StagingGrant } from '#commlink/methods/documents.ts';
import { findFreePortBase } from '../../../rig/free-ports.ts';
import { acceptLogin } from '../../fetch-everywhere.ts';
import { usualFtp } from '../../node-cluster.ts';
import { startNode } from '../../running-node.ts';
import { connectHeaded } from '../../../commlink/proxy-protocol/headed-socket.ts';
import { binaryHeader, ipv6Block } from '../../../commlink/proxy-protocol/proxy-headers.ts';
import { startHaproxy } from '../../../rig/running-haproxy.ts';

const run = promisify(execFile);
const password = 'correct horse battery';
const customer = '127.0.0.5';
const balancer = '127.0.0.9';
/** HAProxy listens here, so that its ports for data connections may have the node's numbers. */
const frontHost = '127.0.0.3';
const content = randomBytes(1_500_000);
const digest = createHash('sha256').update(content).digest('hex');

const base = await findFreePortBase();
const passivePorts = { from: base + 10, to: base + 30 };
const node = await startNode(t, {
  settings: {
    ftp: {
      enabled: true,
      port: 0,
      publicHost: 'localhost',
      passivePorts,
      requireTls: true,
      ...usualFtp,
      implicitPort: 0,
    },
    proxyProtocol: { trustedNetworks: [`${balancer}/32`] },
  },
});
acceptLogin(node, password);
const attempts: LoginAttempt[] = [];
const decide = node.decisions.login;
node.decisions.login = (attempt) => {
  attempts.push(attempt);
  return decide(attempt);
};

const versions = [
  ['send-proxy', [base, base + 1, base + 2, base + 3]],
  ['send-proxy-v2', [base + 4, base + 5, base + 6, base + 7]],
] as const;
await startHaproxy(t, balancer, [
  ...versions.flatMap(([options, ports]) =>
    [node.ports.https, node.ports.ftp, node.ports.sftp, node.ports.ftps].map((port, index) => ({
      listen: `${frontHost}:${ports[index]}`,
      node: `127.0.0.1:${port}`,
      // Health checks come with LOCAL and UNKNOWN headers.
      options: `${options} check inter 300ms`,
    })),
  ),
  { listen: `${frontHost}:${passivePorts.from}-${passivePorts.to}`, node: '127.0.0.1', options: '' },
]);

const stage = (file: string): Promise<StagingGrant> => node.publishAndStage(content, { file });
const pathOf = (grant: StagingGrant): string => `${grant.product}/${grant.version}/${grant.file}`;

async function checkFetched(t: Test, grant: StagingGrant, target: string): Promise<void> {
  t.equal(createHash('sha256').update(readFileSync(target)).digest('hex'), digest);
  const [download] = await node.endedDownloads(grant.delivery, 1);
  t.match(download, { outcome: 'complete', address: customer });
}

const curl = (target: string, ...args: string[]) =>
  run('curl', ['-sSf', '--interface', customer, '--cacert', node.caFile, '-o', target, ...args]);

for (const [version, [https, ftp, sftp, ftps]] of versions) {
  t.test(`${version}: curl over HTTPS`, async (t) => {
    const grant = await stage(`https-${version}.bin`);
    const target = join(t.testdir({}), 'out');
    const url = node.linkFor(grant).replace(`localhost:${node.ports.https}`, `localhost:${https}`);
    await curl(target, '--resolve', `localhost:${https}:${frontHost}`, url);
    await checkFetched(t, grant, target);
  });

  t.test(`${version}: curl over FTPS, with its data connection through the balancer`, async (t) => {
    const grant = await stage(`ftp-${version}.bin`);
    const target = join(t.testdir({}), 'out');
    const login = ['--ssl-reqd', '-u', `alice:${password}`];
    const resolve = ['--resolve', `localhost:${ftp}:${frontHost}`];
    await curl(target, ...login, ...resolve, `ftp://localhost:${ftp}/${pathOf(grant)}`);
    await checkFetched(t, grant, target);
    t.equal(attempts.at(-1)?.address, customer);
  });

  t.test(`${version}: curl over FTPS with implicit TLS`, async (t) => {
    const grant = await stage(`implicit-${version}.bin`);
    const target = join(t.testdir({}), 'out');
    const resolve = ['--resolve', `localhost:${ftps}:${frontHost}`];
    await curl(target, '-u', `alice:${password}`, ...resolve, `ftps://localhost:${ftps}/${pathOf(grant)}`);
    await checkFetched(t, grant, target);
    t.equal(attempts.at(-1)?.address, customer);
  });

  t.test(`${version}: lftp over FTPS, with its data connection to the node itself`, async (t) => {
    const grant = await stage(`lftp-${version}.bin`);
    const target = join(t.testdir({}), 'out');
    const settings = [
      'set ftp:ssl-force true; set ftp:ssl-protect-data true; set ssl:check-hostname false',
      `set ssl:ca-file ${node.caFile}; set net:socket-bind-ipv4 ${customer}; set net:max-retries 1`,
      // PASV announces the node's own address, where EPSV means the balancer's.
      'set ftp:prefer-epsv false; set ftp:fix-pasv-address false; set net:timeout 10',
    ];
    const open = `open -u alice,'${password}' -p ${ftp} ${frontHost}`;
    const script = [...settings, open, `get ${pathOf(grant)} -o ${target}`].join('; ');
    await run('lftp', ['--norc', '-c', script], { timeout: 120_000 });
    await checkFetched(t, grant, target);
  });

  t.test(`${version}: sftp`, async (t) => {
    const grant = await stage(`sftp-${version}.bin`);
    const folder = t.testdir({ askpass: `#!/bin/sh\necho '${password}'\n` });
    const askpass = join(folder, 'askpass');
    await run('chmod', ['700', askpass]);
    writeFileSync(join(folder, 'batch'), `get ${pathOf(grant)} ${join(folder, 'out')}\n`);
    const options = ['StrictHostKeyChecking=no', 'UserKnownHostsFile=/dev/null', 'BatchMode=no'];
    const where = ['-o', `BindAddress=${customer}`, '-P', String(sftp), '-b', join(folder, 'batch')];
    await run('sftp', [...options.flatMap((option) => ['-o', option]), ...where, `alice@${frontHost}`], {
      env: { PATH: process.env['PATH'], SSH_ASKPASS: askpass, SSH_ASKPASS_REQUIRE: 'force' },
      timeout: 120_000,
    });
    await checkFetched(t, grant, join(folder, 'out'));
    t.equal(attempts.at(-1)?.address, customer);
  });
}

t.test('who comes without the balancer is served as before, under his own address', async (t) => {
  const grant = await stage('direct.bin');
  const target = join(t.testdir({}), 'out');
  await curl(target, node.linkFor(grant));
  await checkFetched(t, grant, target);
});

/** What comes back to a client of the node, who connects from `localAddress` and says `text`. */
async function say(port: number, localAddress: string, text: string): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1', localAddress });
  socket.on('error', () => undefined);
  const received: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => received.push(chunk));
  socket.write(text, 'latin1');
  await once(socket, 'close');
  return Buffer.concat(received).toString('latin1');
}

const header = 'PROXY TCP4 203.0.113.9 127.0.0.1 1000 443\r\n';

t.test('a header of anybody else is no header: nobody names his own address', async (t) => {
  t.match(await say(node.ports.ftp, customer, `${header}QUIT\r\n`), /^220 [^]*\r\n50\d [^]*\r\n221 /);
  t.equal((await say(node.ports.https, customer, header)).startsWith('HTTP/1.1 200'), false);
  t.match(await say(node.ports.sftp, customer, header), /^SSH-2\.0-/);
});

t.test('a balancer that says nothing of its customer gets nothing', async (t) => {
  for (const port of [node.ports.ftp, node.ports.https, node.ports.sftp])
    for (const text of ['USER alice\r\n', 'PROXY TCP4 nonsense\r\n', 'SSH-2.0-x\r\n'])
      t.equal(await say(port, balancer, text), '');
});

const ipv6Header = binaryHeader({
  family: 0x21,
  block: ipv6Block(Buffer.from('20010db8000000000000000000000007', 'hex')),
});

t.test('a header and a TLS hello in one segment: the hello reaches HTTPS', async (t) => {
  const grant = await stage('one-segment.bin');
  const { pathname } = new URL(node.linkFor(grant));
  const secure = connectTls({
    socket: connectHeaded(node.ports.https, ipv6Header, balancer),
    ca: readFileSync(node.caFile),
    servername: 'localhost',
  });
  secure.write(`GET ${pathname} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
  const answer = Buffer.concat(await secure.toArray());
  t.ok(answer.subarray(-content.length).equals(content));
  const [download] = await node.endedDownloads(grant.delivery, 1);
  t.match(download, { outcome: 'complete', address: '2001:db8::7' });
});

t.test('a header and the first words of SSH in one segment: they reach SFTP', async (t) => {
  const client = new ssh2.Client();
  t.teardown(() => client.end());
  const sock = connectHeaded(node.ports.sftp, ipv6Header, balancer);
  await new Promise<void>((resolve, reject) => {
    client.on('ready', () => resolve());
    client.on('error', reject);
    client.connect({ sock, username: 'alice', password });
  });
  t.equal(attempts.at(-1)?.address, '2001:db8::7');
});

t.test('an address that the balancer names is taken at its word, also of IPv6', async (t) => {
  const greeting = await say(node.ports.ftp, balancer, 'PROXY TCP6 2001:db8::7 ::1 1 2\r\nQUIT\r\n');
  t.match(greeting, /^220 [^]*\r\n221 /);
});
