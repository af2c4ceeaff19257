// The session servers as processes: all protocols from inside the jail, death and restart, drain, and what a start that
// cannot succeed says.
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  existsSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
} from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { request } from 'node:https';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import t, { type Test } from 'tap';
import type { StagingGrant } from '#commlink/methods/documents.ts';
import type { FtpNodeConfig } from '#ftp-node/config.ts';
import { RunningNode, startNode, waitUntil } from '../running-node.ts';

const run = promisify(execFile);
const isRoot = process.getuid?.() === 0;

function acceptLogin(node: RunningNode, password: string): void {
  node.decisions.login = (attempt) =>
    attempt.username === 'alice' && attempt.password === password
      ? { allowed: true, account: 'acme', principal: 'user:alice', expiresAtMs: Date.now() + 3_600_000 }
      : { allowed: false, reason: 'credentials' };
}

/** Fetches with curl over each protocol; the arguments hold the password, as a customer's would. */
async function fetchEverywhere(node: RunningNode, grant: StagingGrant, password: string): Promise<Buffer[]> {
  const path = `${grant.product}/${grant.version}/${grant.file}`;
  const login = ['-u', `alice:${password}`];
  const output: { encoding: 'buffer'; maxBuffer: number } = { encoding: 'buffer', maxBuffer: 100_000_000 };
  const { ftp, sftp } = node.ports;
  const calls = [
    ['--cacert', node.caFile, node.linkFor(grant)],
    ['--ssl-reqd', '--cacert', node.caFile, ...login, `ftp://localhost:${ftp}/${path}`],
    ['--insecure', ...login, `sftp://localhost:${sftp}/${path}`],
  ];
  const fetched: Buffer[] = [];
  for (const call of calls) fetched.push((await run('curl', ['-sSf', ...call], output)).stdout);
  return fetched;
}

async function slowDownload(node: RunningNode, grant: StagingGrant) {
  const asked = request(node.linkFor(grant), { ca: readFileSync(node.caFile), agent: false });
  const broken = new Promise<void>((resolve) => asked.on('error', () => resolve()));
  asked.end();
  const [response] = (await once(asked, 'response')) as [import('node:http').IncomingMessage];
  const closed = new Promise<void>((resolve) => response.on('error', () => resolve()).on('close', resolve));
  await waitUntil(() => node.downloadsOf(grant.delivery).length > 0, 'the download to be reported');
  return { response, ended: Promise.race([broken, closed]) };
}

t.test('every protocol works from inside the jail, and a planted link leads nowhere', async (t) => {
  const node = await startNode(t);
  const password = randomBytes(16).toString('hex');
  acceptLogin(node, password);
  const content = randomBytes(2_000_000);
  const grant = await node.publishAndStage(content);
  for (const fetched of await fetchEverywhere(node, grant, password)) t.ok(fetched.equals(content));
  const downloads = await node.endedDownloads(grant.delivery, 3);
  t.same(new Set(downloads.map(({ protocol }) => protocol)), new Set(['https', 'ftps', 'sftp']));
  t.ok(downloads.every(({ outcome, sentBytes }) => outcome === 'complete' && sentBytes === content.length));
  symlinkSync('/etc', join(node.accounts, 'acme', 'etc'));
  const login = ['-u', `alice:${password}`];
  for (const url of [`ftp://localhost:${node.ports.ftp}`, `sftp://localhost:${node.ports.sftp}`])
    for (const path of [
      'etc/passwd',
      '../etc/passwd',
      '%2e%2e/%2e%2e/etc/passwd',
      '..//..//etc/passwd',
      '//etc/passwd',
    ])
      await t.rejects(
        run('curl', ['-sSf', '--path-as-is', '--ssl', '--insecure', ...login, `${url}/${path}`]),
        `${url.slice(0, 4)} ${path}`,
      );
  t.notMatch(node.log.join(''), password);
});

t.test('the session server holds none of the files of its stager', async (t) => {
  const node = await startNode(t);
  const pid = node.pids['session-server-1'] ?? 0;
  const open = readdirSync(`/proc/${pid}/fd`).map((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`));
  t.notOk(
    open.some((file) => file.startsWith(node.directory)),
    open.join(' '),
  );
  if (isRoot) t.equal(readlinkSync(`/proc/${pid}/root`), node.accounts);
});

t.test(
  'a login that nobody can decide is refused as "try again", and one that is wrong as wrong',
  async (t) => {
    const node = await startNode(t);
    acceptLogin(node, 'right');
    const url = `ftp://localhost:${node.ports.ftp}/`;
    const trial = (password: string) =>
      run('curl', ['-sS', '--ssl', '--insecure', '-u', `alice:${password}`, url]);
    await t.rejects(trial('wrong'), { code: 67 });
    node.decisions.reachable = false;
    await t.rejects(trial('right'));
    node.decisions.reachable = true;
    await trial('right');
  },
);

t.test(
  'when a session server dies its downloads end, the pids are told, and the next one serves',
  async (t) => {
    const node = await startNode(t);
    const content = randomBytes(30_000_000);
    const grant = await node.publishAndStage(content);
    const { ended } = await slowDownload(node, grant);
    const pid = node.pids['session-server-1'] ?? 0;
    process.kill(pid, 'SIGKILL');
    await ended;
    const [download] = await node.endedDownloads(grant.delivery, 1);
    t.equal(download?.outcome, 'aborted');
    await waitUntil(() => (node.pids['session-server-1'] ?? pid) !== pid, 'another session server');
    const { stdout } = await run('curl', ['-sSf', '--cacert', node.caFile, node.linkFor(grant)], {
      encoding: 'buffer',
      maxBuffer: 100_000_000,
    });
    t.ok(stdout.equals(content));
  },
);

t.test('a session server that hangs is killed and replaced', async (t) => {
  const node = await startNode(t);
  const pid = node.pids['session-server-1'] ?? 0;
  process.kill(pid, 'SIGSTOP');
  await waitUntil(() => (node.pids['session-server-1'] ?? pid) !== pid, 'another session server', 45_000);
  t.pass('it was replaced');
});

t.test(
  'when the stager dies its session server goes too, and its downloads are lost after the next start',
  async (t) => {
    const node = await startNode(t);
    const grant = await node.publishAndStage(randomBytes(30_000_000));
    const { ended } = await slowDownload(node, grant);
    const pid = node.pids['session-server-1'] ?? 0;
    await node.stop('SIGKILL');
    await ended;
    await waitUntil(
      () => !existsSync(`/proc/${pid}`) || /^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8')),
      'the session server to go',
    );
    await node.start();
    t.equal((await node.endedDownloads(grant.delivery, 1))[0]?.outcome, 'lost');
  },
);

t.test('SIGTERM lets a running download finish, and takes no new one', async (t) => {
  const node = await startNode(t);
  const content = randomBytes(30_000_000);
  const grant = await node.publishAndStage(content);
  const { response } = await slowDownload(node, grant);
  const exited = once(node.process, 'exit');
  node.process.kill('SIGTERM');
  await delay(300);
  await t.rejects(run('curl', ['-sSf', '--cacert', node.caFile, node.linkFor(grant)]));
  t.equal(Buffer.concat(await response.toArray()).length, content.length);
  t.equal((await exited)[0], 0);
  t.equal((await node.endedDownloads(grant.delivery, 1))[0]?.outcome, 'complete');
});

async function startFailing(t: Test, change: Partial<FtpNodeConfig>, uid?: number): Promise<RunningNode> {
  const node = new RunningNode();
  t.teardown(() => node.remove());
  await node.prepare(change);
  if (uid !== undefined) giveAway(node, uid);
  await t.rejects(node.start(uid === undefined ? {} : { uid }), /ended with 78/);
  return node;
}

/** Hands the node's files over to another user, so that it can run as that one. */
function giveAway(node: RunningNode, uid: number): void {
  chownSync(node.directory, uid, uid);
  for (const entry of readdirSync(node.directory, { recursive: true, encoding: 'utf8' }))
    chownSync(join(node.directory, entry), uid, uid);
  chmodSync(node.directory, 0o700);
}

t.test('a port that is taken is said plainly, with exit status 78', async (t) => {
  const taken = createServer().listen(0, '127.0.0.1');
  t.teardown(() => taken.close());
  await once(taken, 'listening');
  const { port } = taken.address() as AddressInfo;
  const ftp = { port, publicHost: 'localhost', passivePorts: { from: 20_000, to: 20_010 } };
  for (const [purpose, change] of [
    ['HTTPS downloads', { https: { port, publicBase: 'https://localhost:1' } }],
    ['FTP', { ftp }],
    ['SFTP', { sftp: { port, publicHost: 'localhost' } }],
  ] as const) {
    const node = await startFailing(t, change);
    t.match(node.log.join(''), `Port ${port} on 127.0.0.1, for ${purpose}, is taken by another program.`);
  }
});

t.test('a key file that is missing is said plainly', async (t) => {
  const node = await startFailing(t, { certFile: '/nonexistent/cert.pem' });
  t.match(node.log.join(''), 'The file /nonexistent/cert.pem cannot be read.');
});

if (isRoot) {
  t.test('as an ordinary user it serves without a jail and says so loudly, or refuses', async (t) => {
    const node = new RunningNode();
    t.teardown(() => node.remove());
    await node.prepare();
    giveAway(node, 65_534);
    await node.start({ uid: 65_534 });
    t.match(node.log.join(''), 'NOT JAILED');
    const password = randomBytes(16).toString('hex');
    acceptLogin(node, password);
    const content = randomBytes(100_000);
    const grant = await node.publishAndStage(content);
    for (const fetched of await fetchEverywhere(node, grant, password)) t.ok(fetched.equals(content));
    const refusing = await startFailing(t, { jail: 'required' }, 65_534);
    t.match(refusing.log.join(''), 'The session server may not chroot');
  });
  t.test('a session user that is root is refused', async (t) => {
    const node = new RunningNode();
    t.teardown(() => node.remove());
    await node.prepare({ sessionUser: { uid: 0, gid: 0 } });
    await t.rejects(node.start(), /ended with/);
  });
}
