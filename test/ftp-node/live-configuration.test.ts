// Changes of the configuration while real clients download: what runs goes on to its end, what comes next sees the new
// settings, and nobody is turned away in between.
import { execFile } from 'node:child_process';
import { createHash, randomBytes, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, connect, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';
import { promisify } from 'node:util';
import t, { type Test } from 'tap';
import { ftpNodeMethods } from '#commlink/methods/ftp-node-methods.ts';
import type { StagingGrant } from '#commlink/methods/documents.ts';
import { acceptLogin, fetchEverywhere } from './fetch-everywhere.ts';
import { usualFtp, type FtpNodeSettings } from './node-cluster.ts';
import { startNode, waitUntil, type NodeChange, type RunningNode } from './running-node.ts';
import { digestFile, makeClientHome, openSshOptions, runProgram } from './sftp/sftp-clients.ts';
import { findFreePortBase } from '../rig/free-ports.ts';
import { issueCertificate } from '../rig/issued-certificate.ts';

const run = promisify(execFile);
const password = randomBytes(16).toString('hex');
const output: { encoding: 'buffer'; maxBuffer: number } = { encoding: 'buffer', maxBuffer: 100_000_000 };
const bytesPerSecond = 1_500_000;

/** The node on fixed ports, so that they can be changed, or stay. */
async function startOnPorts(t: Test, base: number, change: NodeChange = {}): Promise<RunningNode> {
  const node = await startNode(t, { ...change, settings: { ...portsFrom(base), ...change.settings } });
  acceptLogin(node, password);
  return node;
}

function portsFrom(base: number): Pick<FtpNodeSettings, 'https' | 'ftp' | 'sftp'> {
  return {
    https: { enabled: true, port: base, publicBase: `https://localhost:${base}`, plainPort: null },
    ftp: {
      enabled: true,
      port: base + 1,
      publicHost: 'localhost',
      passivePorts: { from: base + 10, to: base + 29 },
      requireTls: true,
      ...usualFtp,
    },
    sftp: { enabled: true, port: base + 2, publicHost: 'localhost' },
  };
}

const pathOf = ({ product, version, file }: StagingGrant): string => `${product}/${version}/${file}`;

/** One slow download with each protocol's own client; each gives the digest of what it has written. */
async function downloadSlowly(t: Test, node: RunningNode, grant: StagingGrant) {
  const { home, env } = await makeClientHome(t, password);
  const { ftp, sftp } = node.ports;
  const rate = String(bytesPerSecond);
  const script = [
    'set ssl:verify-certificate no',
    'set ftp:ssl-force true',
    `set net:limit-rate ${rate}`,
    'set net:max-retries 1',
    `open -u alice,${password} ftp://localhost:${ftp}`,
    `get ${pathOf(grant)} -o ${join(home, 'ftps')}`,
  ];
  const clients = {
    https: [
      'curl',
      '-sSf',
      '--limit-rate',
      rate,
      '--insecure',
      '-o',
      join(home, 'https'),
      node.linkFor(grant),
    ],
    ftps: ['lftp', '-c', script.join('; ')],
    sftp: [
      'sftp',
      '-l',
      String((bytesPerSecond * 8) / 1000),
      ...openSshOptions,
      '-P',
      String(sftp),
      `alice@localhost:${pathOf(grant)}`,
      join(home, 'sftp'),
    ],
  };
  const ends = Object.entries(clients).map(async ([protocol, command]) => {
    const { code, stderr } = await runProgram(command, { cwd: home, env, deadlineMs: 60_000 });
    if (code !== 0) throw new Error(`${protocol}: ${code} ${stderr}`);
    return { protocol, digest: await digestFile(join(home, protocol)) };
  });
  const all = Promise.all(ends);
  all.catch((error: unknown) => error);
  await waitUntil(() => node.downloadsOf(grant.delivery).length === 3, 'three downloads');
  return {
    ends: all,
    areRunning: () => node.downloadsOf(grant.delivery).every(({ endedAtMs }) => endedAtMs === null),
  };
}

async function certificateAt(port: number): Promise<string> {
  const socket = connectTls({ host: '127.0.0.1', port, rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  const { fingerprint256 } = socket.getPeerCertificate();
  socket.destroy();
  return fingerprint256;
}

async function hostKeyAt(port: number): Promise<string> {
  const { stdout } = await run('ssh-keyscan', ['-t', 'ed25519', '-p', String(port), '127.0.0.1']);
  return createHash('sha256')
    .update(Buffer.from(stdout.trim().split(' ').at(-1) ?? '', 'base64'))
    .digest('base64')
    .replace(/=+$/, '');
}

/** As ftp1's last version message said. */
function isDeclining({ cluster }: RunningNode): boolean {
  return cluster.web.status().members.some(({ name, declining }) => name === 'ftp1' && declining);
}

async function isListening(port: number, host = '127.0.0.1'): Promise<boolean> {
  const socket = connect({ port, host });
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

t.test(
  'ports, passive range, limits, certificate and host key change under three running downloads',
  async (t) => {
    const base = await findFreePortBase();
    const node = await startOnPorts(t, base);
    const content = randomBytes(18_000_000);
    const grant = await node.publishAndStage(content);
    const former = { certificate: await certificateAt(base), hostKey: await hostKeyAt(base + 2) };
    const downloads = await downloadSlowly(t, node, grant);
    const formerPid = node.pids['session-server-1'];

    const next = await findFreePortBase();
    await node.cluster.changeSettings((settings) => ({
      ...settings,
      ...portsFrom(next),
      // The three that run on the former session server count too.
      limits: { connectionsPerAddressMax: 5 },
    }));
    const identity = node.makeIdentity();
    await node.cluster.changeIdentity(identity);
    await waitUntil(() => node.ports.https === next, 'the new ports');
    t.ok(downloads.areRunning(), 'all of this happened while they ran');
    t.not(node.pids['session-server-1'], formerPid);
    t.ok(
      Object.values(node.pids).includes(formerPid ?? 0),
      'the former session server finishes what it has begun',
    );

    for (const port of [base, base + 1, base + 2])
      t.notOk(await isListening(port), `port ${port - base} is left`);
    t.equal(await certificateAt(next), new X509Certificate(identity.certificate).fingerprint256);
    t.not(await certificateAt(next), former.certificate);
    const { endpoints } = await node.web.call('ftp1', ftpNodeMethods, 'node.describe', {});
    t.same(endpoints.sftp?.hostKeyFingerprints, [`SHA256:${await hostKeyAt(next + 2)}`]);
    t.not(await hostKeyAt(next + 2), former.hostKey);
    t.match(endpoints, {
      https: `https://localhost:${next}`,
      ftp: { port: next + 1 },
      sftp: { port: next + 2 },
    });
    const listing = [
      '-sS',
      '--verbose',
      '--ssl-reqd',
      '--insecure',
      '-u',
      `alice:${password}`,
      `ftp://localhost:${next + 1}/`,
    ];
    const { stderr } = await run('curl', listing);
    const passivePort = Number(/\|\|\|(\d+)\|/.exec(stderr)?.[1]);
    t.ok(passivePort >= next + 10 && passivePort <= next + 29, `passive port ${passivePort}`);
    const held = [connect(next + 1, '127.0.0.1'), connect(next + 1, '127.0.0.1')];
    await Promise.all(held.map((socket) => once(socket, 'data')));
    await t.rejects(run('curl', listing), 'the new limit counts');
    for (const socket of held) socket.destroy();

    for (const { protocol, digest } of await downloads.ends) t.equal(digest, grant.sha256, protocol);
    const ended = await node.endedDownloads(grant.delivery, 3);
    t.same(
      ended.map(({ outcome }) => outcome),
      ['complete', 'complete', 'complete'],
    );
    await waitUntil(
      () => !Object.values(node.pids).includes(formerPid ?? 0),
      'the former session server to go',
      15_000,
    );
    t.same(Object.keys(node.pids), ['ftp-node', 'session-server-1']);
    const log = node.log.join('');
    for (const secret of [identity.privateKey, ...identity.hostKeys]) t.notMatch(log, secret.split('\n')[1]);
  },
);

t.test('no connection is lost while session servers replace each other', async (t) => {
  const base = await findFreePortBase();
  const node = await startOnPorts(t, base);
  const grant = await node.publishAndStage(randomBytes(10_000));
  let isOver = false;
  let fetchedCount = 0;
  const hammer = async (): Promise<void> => {
    while (!isOver) {
      for (const fetched of await fetchEverywhere(node, grant, password)) t.equal(fetched.length, 10_000);
      fetchedCount += 3;
    }
  };
  const hammering = Promise.all([hammer(), hammer()]);
  hammering.catch((error: unknown) => error);
  try {
    for (let change = 1; change <= 5; change += 1) {
      const limits = { loginAttemptsMax: 3 + change };
      await node.cluster.changeSettings((settings) => ({ ...settings, limits }));
      await delay(300);
    }
  } finally {
    isOver = true;
  }
  await hammering;
  t.ok(fetchedCount > 10, `${fetchedCount} downloads`);
  const generations = node.log.join('').match(/"session servers accept"/g);
  t.equal(generations?.length, 6);
});

t.test('a change that cannot be made is refused with the reason, and nothing changes', async (t) => {
  const base = await findFreePortBase();
  const node = await startOnPorts(t, base);
  const grant = await node.publishAndStage(randomBytes(1000));
  const pid = node.pids['session-server-1'];
  const taken = createServer().listen(0, '127.0.0.1');
  t.teardown(() => taken.close());
  await once(taken, 'listening');
  const { port } = taken.address() as AddressInfo;
  await t.rejects(
    node.cluster.changeSettings((settings) => ({ ...settings, sftp: { ...settings.sftp, port } })),
    {
      code: 'refused_by_member',
      message: `Port ${port} on 127.0.0.1, for SFTP, is taken by another program.`,
    },
  );
  const issued = await issueCertificate('another');
  const identity = { ...issued, authority: null, hostKeys: ['no key'] };
  await t.rejects(node.cluster.changeIdentity(identity), { message: /SFTP host key 1 is no SSH host key/ });
  t.equal(node.pids['session-server-1'], pid);
  t.equal((await fetchEverywhere(node, grant, password)).length, 3);
});

t.test('an address that includes the one before it can take its ports over', async (t) => {
  const base = await findFreePortBase();
  const node = await startOnPorts(t, base);
  const grant = await node.publishAndStage(randomBytes(1000));
  t.notOk(await isListening(base, '127.0.0.2'));
  await node.cluster.changeSettings((settings) => ({ ...settings, listenHost: '0.0.0.0' }));
  await waitUntil(() => node.log.join('').match(/"session servers accept"/g)?.length === 2, 'the change');
  for (const port of [base, base + 1, base + 2]) t.ok(await isListening(port, '127.0.0.2'));
  t.equal((await fetchEverywhere(node, grant, password)).length, 3);
});

t.test('a disabled protocol listens nowhere and is not announced, and comes back', async (t) => {
  const base = await findFreePortBase();
  const node = await startOnPorts(t, base);
  const grant = await node.publishAndStage(randomBytes(1000));
  const switchAll = (enabled: boolean) =>
    node.cluster.changeSettings((settings) => ({
      ...settings,
      https: { ...settings.https, enabled },
      ftp: { ...settings.ftp, enabled },
      sftp: { ...settings.sftp, enabled },
    }));
  await node.cluster.changeSettings((settings) => ({
    ...settings,
    ftp: { ...settings.ftp, enabled: false },
  }));
  await waitUntil(() => node.ports.ftp === null, 'FTP to be off');
  t.notOk(await isListening(base + 1));
  t.ok(await isListening(base));
  const describe = async () => (await node.web.call('ftp1', ftpNodeMethods, 'node.describe', {})).endpoints;
  t.match(await describe(), { https: String, ftp: null, sftp: { port: base + 2 } });
  await switchAll(false);
  await waitUntil(() => node.ports.https === null, 'all to be off');
  t.same(await describe(), { https: null, ftp: null, sftp: null });
  t.match(await node.stage(node.grantBody(Buffer.from('x'))), { staged: false, failure: 'artifact_missing' });
  await switchAll(true);
  await waitUntil(() => node.ports.https === base, 'all to be back');
  t.equal((await fetchEverywhere(node, grant, password)).length, 3);
});

t.test('TLS for FTP is required, or not, as it is configured', async (t) => {
  const base = await findFreePortBase();
  const node = await startOnPorts(t, base);
  const grant = await node.publishAndStage(randomBytes(1000));
  const clear = ['-sSf', '-u', `alice:${password}`, `ftp://localhost:${base + 1}/${pathOf(grant)}`];
  await t.rejects(run('curl', clear, output));
  await node.cluster.changeSettings((settings) => ({
    ...settings,
    ftp: { ...settings.ftp, requireTls: false },
  }));
  await waitUntil(() => node.log.join('').match(/"session servers accept"/g)?.length === 2, 'the change');
  t.equal((await run('curl', clear, output)).stdout.length, 1000);
  t.match((await node.endedDownloads(grant.delivery, 1))[0], { protocol: 'ftp', outcome: 'complete' });
});

t.test('several session servers share the ports, and one that dies is not missed', async (t) => {
  const base = await findFreePortBase();
  const node = await startOnPorts(t, base, { settings: { sessionServerCount: 3 } });
  const names = ['session-server-1', 'session-server-2', 'session-server-3'];
  t.same(Object.keys(node.pids).toSorted(), ['ftp-node', ...names]);
  const content = randomBytes(1_000_000);
  const grant = await node.publishAndStage(content);
  const fetchAll = () => Promise.all(Array.from({ length: 6 }, () => fetchEverywhere(node, grant, password)));
  for (const fetched of (await fetchAll()).flat()) t.ok(fetched.equals(content));
  process.kill(node.pids['session-server-2'] ?? 0, 'SIGKILL');
  await delay(100);
  for (const fetched of (await fetchAll()).flat()) t.ok(fetched.equals(content));
  await node.cluster.changeSettings((settings) => ({ ...settings, sessionServerCount: 1 }));
  await waitUntil(() => Object.keys(node.pids).length === 2, 'the two others to go', 60_000);
  t.equal((await fetchEverywhere(node, grant, password)).length, 3);
});

t.test(
  'between two configurations each protocol says "try again in a moment", and downloads go on',
  async (t) => {
    const base = await findFreePortBase();
    const node = await startOnPorts(t, base, { policy: { decline: 'identify', patienceMs: 300 } });
    const grant = await node.publishAndStage(randomBytes(12_000_000));
    const small = await node.publishAndStage(randomBytes(1000), { file: 'small.bin' });
    const downloads = await downloadSlowly(t, node, grant);
    const held = Promise.withResolvers<void>();
    node.cluster.webFrontStages = held.promise;
    const changing = node.cluster.changeSettings((settings) => ({
      ...settings,
      limits: { loginAttemptsMax: 5 },
    }));
    const link = node.linkFor(small);
    const head = () => run('curl', ['-sS', '--insecure', '-D', '-', link]).then(({ stdout }) => stdout);
    await waitUntil(() => isDeclining(node), 'the node to decline');
    const answer = await head();
    t.match(answer, /^HTTP\/1\.1 503 /);
    t.match(answer, /\r\nretry-after: \d+\r\n/i);
    t.match(answer, 'Try again in a moment');
    const login = ['-sS', '-v', '--ssl-reqd', '--insecure', '-u', `alice:${password}`];
    const told = await runProgram(['curl', ...login, `ftp://localhost:${base + 1}/`]);
    t.not(told.code, 0);
    t.match(told.stderr, /421 .*try again in a moment/);
    const { home, env } = await makeClientHome(t, password);
    const sftp = [
      'sftp',
      '-o',
      'LogLevel=INFO',
      ...openSshOptions,
      '-P',
      String(base + 2),
      `alice@localhost:${pathOf(small)}`,
      join(home, 'out'),
    ];
    const refused = await runProgram(sftp, { cwd: home, env });
    t.not(refused.code, 0);
    t.match(refused.stderr, 'try again in a moment');
    t.ok(downloads.areRunning());
    held.resolve();
    await changing;
    await waitUntil(() => node.log.join('').match(/"session servers accept"/g)?.length === 2, 'the change');
    t.match(await head(), /^HTTP\/1\.1 200 /);
    t.equal((await runProgram(sftp, { cwd: home, env })).code, 0);
    t.equal(readFileSync(join(home, 'out')).length, 1000);
    for (const { protocol, digest } of await downloads.ends) t.equal(digest, grant.sha256, protocol);
  },
);
