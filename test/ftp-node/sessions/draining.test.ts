// A node that is taken out of service, and back into it, seen by customers' own clients.
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { promisify } from 'node:util';
import t from 'tap';
import { ftpNodeMethods } from '#commlink/methods/ftp-node-methods.ts';
import { acceptLogin, fetchEverywhere } from '../fetch-everywhere.ts';
import { startNode, waitUntil, type RunningNode } from '../running-node.ts';

const run = promisify(execFile);
const password = 'secret';

/** What a client says that is told to go: its exit code and all its words. */
async function failing(command: string, ...args: string[]): Promise<string> {
  return run(command, args).then(
    ({ stdout }) => `success ${stdout}`,
    ({ code, stdout, stderr }: { code: number; stdout: string; stderr: string }) =>
      `${code} ${stdout}${stderr}`,
  );
}

function setDraining(node: RunningNode, draining: boolean): Promise<void> {
  return node.cluster.changeSettings((settings) => ({
    ...settings,
    draining,
    limits: { ...settings.limits, bytesPerSecondMax: draining ? 250_000 : 0 },
  }));
}

/** A connection that says nothing; `closed` once the other end has closed it, `said` all that came. */
async function openSilently(port: number) {
  const socket = connect(port, '127.0.0.1');
  const seen = { said: '', closed: false };
  socket.on('data', (text) => (seen.said += text.toString('latin1')));
  socket.on('close', () => (seen.closed = true)).on('error', () => undefined);
  await once(socket, 'data');
  return seen;
}

t.test(
  'a draining node says so in each protocol, finishes what runs, and serves again after it',
  async (t) => {
    const node = await startNode(t, {
      settings: { limits: { bytesPerSecondMax: 250_000, loginDeadlineMs: 20_000 } },
    });
    acceptLogin(node, password);
    const grant = await node.publishAndStage(randomBytes(6_000_000));
    const { ftp, sftp } = node.ports;
    const url = `ftp://localhost:${ftp}/${grant.product}/${grant.version}/${grant.file}`;
    const login = ['-u', `alice:${password}`, '--insecure', '--ssl-reqd'];
    const running = run('curl', ['-sSf', ...login, '-o', '/dev/null', '-w', '%{size_download}', url]);
    await waitUntil(() => node.downloadsOf(grant.delivery).length === 1, 'the download');
    const [idleFtp, idleSftp] = [await openSilently(ftp), await openSilently(sftp)];
    const pids = { ...node.pids };

    await setDraining(node, true);
    t.match(
      await openSilently(ftp).then((seen) => waitUntil(() => seen.closed, 'the end').then(() => seen.said)),
      /^421 .*out of service/,
    );
    t.match(
      await failing(
        'sftp',
        '-b',
        '/dev/null',
        '-oStrictHostKeyChecking=no',
        '-P',
        String(sftp),
        'alice@localhost',
      ),
      /out of service/,
    );
    t.match(await failing('curl', '-sSi', '--insecure', node.linkFor(grant)), /503.*retry-after: \d+/is);
    t.match(await node.stage(node.grantBody(randomBytes(10))), { staged: false, failure: 'draining' });
    const described = await node.web.call('ftp1', ftpNodeMethods, 'node.describe', {});
    t.match(described, { draining: true, transferCount: 1 });
    await waitUntil(() => idleFtp.closed, 'the idle FTP connection to end', 60_000);
    t.match(idleFtp.said, /421 .*out of service/);
    t.equal((await running).stdout, '6000000', 'the running download finishes');
    await waitUntil(() => idleSftp.closed, 'the idle SSH connection to end', 40_000);
    t.same(node.pids, pids, 'no session server was replaced');

    await setDraining(node, false);
    for (const fetched of await fetchEverywhere(node, grant, password)) t.equal(fetched.length, 6_000_000);
  },
);

t.test('a logged-in session that is idle ends, and one that works goes on', async (t) => {
  const node = await startNode(t);
  acceptLogin(node, password);
  const grant = await node.publishAndStage(randomBytes(1000));
  const session = [
    'import ftplib, ssl, sys, time',
    'port, path, count, seconds = int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), float(sys.argv[4])',
    'ftp = ftplib.FTP_TLS(context=ssl._create_unverified_context(), timeout=30)',
    "ftp.connect('localhost', port)",
    `ftp.login('alice', '${password}'); ftp.prot_p()`,
    'for _ in range(count):',
    "    ftp.retrbinary('RETR ' + path, len)",
    '    time.sleep(seconds)',
    "print(ftp.voidcmd('NOOP'))",
  ];
  const path = `${grant.product}/${grant.version}/${grant.file}`;
  const start = (count: number, seconds: number): Promise<string> =>
    failing(
      'python3',
      '-c',
      session.join('\n'),
      String(node.ports.ftp),
      path,
      String(count),
      String(seconds),
    );
  const [working, idle] = [start(16, 0.5), start(1, 9)];
  await waitUntil(() => node.downloadsOf(grant.delivery).length >= 2, 'both sessions');
  await setDraining(node, true);
  t.match(await idle, /421 .*out of service/);
  t.match(await working, /^success 200/, 'longer than an idle session may');
});

for (const [how, drainWithinMs, outcome] of [
  ['is given the time that it takes', 60_000, 'complete'],
  ['is broken off when it takes too long', 2000, 'aborted'],
] as const)
  t.test(`a download on a node that is stopped ${how}`, async (t) => {
    const settings = { limits: { bytesPerSecondMax: 400_000, drainWithinMs } };
    const node = await startNode(t, { settings });
    const grant = await node.publishAndStage(randomBytes(6_000_000));
    const running = failing('curl', '-sS', '--insecure', '-o', '/dev/null', node.linkFor(grant));
    await waitUntil(() => node.downloadsOf(grant.delivery).length === 1, 'the download');
    const exited = once(node.process, 'exit');
    const startedAt = performance.now();
    // As systemd does it: all processes of the unit get the signal.
    process.kill(node.pids['session-server-1'] ?? 0, 'SIGTERM');
    node.process.kill('SIGTERM');
    t.equal((await exited)[0], 0);
    const seconds = (performance.now() - startedAt) / 1000;
    if (outcome === 'complete') {
      t.match(await running, /^success/);
      t.ok(seconds > 10, `longer than ten seconds: ${seconds}`);
    } else {
      t.match(await running, /^18 /, 'curl says that the file is not whole');
      t.ok(seconds < 14, `it ends in time: ${seconds}`);
    }
    const [download] = await node.endedDownloads(grant.delivery, 1);
    t.match(download, { outcome: outcome === 'complete' ? 'complete' : /^(partial|aborted|revoked)$/ });
  });
