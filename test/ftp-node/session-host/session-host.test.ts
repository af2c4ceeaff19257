// The session servers as processes: all protocols from inside the jail, death and restart, drain.
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, readlinkSync, symlinkSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import t from 'tap';
import type { StagingGrant } from '#commlink/methods/documents.ts';
import { acceptLogin, fetchEverywhere } from '../fetch-everywhere.ts';
import { startNode, waitUntil, type RunningNode } from '../running-node.ts';

const run = promisify(execFile);
const isRoot = process.getuid?.() === 0;

async function slowDownload(node: RunningNode, grant: StagingGrant) {
  const asked = request(node.linkFor(grant), { ca: readFileSync(node.caFile), agent: false });
  asked.end();
  const [response] = (await once(asked, 'response')) as [import('node:http').IncomingMessage];
  const closed = new Promise<void>((resolve) => response.on('error', () => resolve()).on('close', resolve));
  await waitUntil(() => node.downloadsOf(grant.delivery).length > 0, 'the download to be reported');
  const readToTheEnd = (): Promise<void> => {
    response.resume();
    return closed;
  };
  return { response, readToTheEnd };
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
    const { readToTheEnd } = await slowDownload(node, grant);
    const pid = node.pids['session-server-1'] ?? 0;
    process.kill(pid, 'SIGKILL');
    await readToTheEnd();
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
  const content = randomBytes(100_000);
  const grant = await node.publishAndStage(content);
  const pid = node.pids['session-server-1'] ?? 0;
  process.kill(pid, 'SIGSTOP');
  await waitUntil(() => (node.pids['session-server-1'] ?? pid) !== pid, 'another session server', 60_000);
  t.notOk(existsSync(`/proc/${pid}`), 'the one that hung is gone');
  const { stdout } = await run('curl', ['-sSf', '--cacert', node.caFile, node.linkFor(grant)], {
    encoding: 'buffer',
  });
  t.ok(stdout.equals(content), 'its successor serves');
});

t.test(
  'when the stager dies its session server goes too, and its downloads are lost after the next start',
  async (t) => {
    const node = await startNode(t);
    const grant = await node.publishAndStage(randomBytes(30_000_000));
    const { readToTheEnd } = await slowDownload(node, grant);
    const pid = node.pids['session-server-1'] ?? 0;
    await node.stop('SIGKILL');
    await readToTheEnd();
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
  const another = run('curl', ['-sSf', '--cacert', node.caFile, node.linkFor(grant)]);
  await t.rejects(another, { code: 7 }, 'nobody listens any more');
  t.equal(Buffer.concat(await response.toArray()).length, content.length);
  t.equal((await exited)[0], 0);
  t.equal((await node.endedDownloads(grant.delivery, 1))[0]?.outcome, 'complete');
});
