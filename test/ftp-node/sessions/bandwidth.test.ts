// The node's bandwidth, seen from outside: two accounts, three protocols, two session servers, with curl.
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import t, { type Test } from 'tap';
import type { StagingGrant } from '#commlink/methods/documents.ts';
import type { NodeLimits } from '#ftp-node/limits.ts';
import type { FtpNodeSettings } from '../node-cluster.ts';
import { startNode, type RunningNode } from '../running-node.ts';

const run = promisify(execFile);
const mebibyte = 1024 * 1024;

/** `alice` of the account acme, and `bob` of the account other, log in with any password. */
async function prepare(t: Test, limits: Partial<NodeLimits>, more: Partial<FtpNodeSettings> = {}) {
  const node = await startNode(t, { settings: { sessionServerCount: 2, limits, ...more } });
  node.decisions.login = ({ username }) => ({
    allowed: true,
    account: username === 'alice' ? 'acme' : 'other',
    principal: `user:${username}`,
    expiresAtMs: Date.now() + 3_600_000,
  });
  return node;
}

/** Fetches it once; gives the seconds that it took. */
async function fetchTimed(node: RunningNode, grant: StagingGrant, protocol: 'https' | 'ftp' | 'sftp') {
  const path = `${grant.product}/${grant.version}/${grant.file}`;
  const login = ['-u', `${grant.account === 'acme' ? 'alice' : 'bob'}:secret`];
  const { ftp, sftp } = node.ports;
  const call = {
    https: [node.linkFor(grant)],
    ftp: ['--ssl-reqd', ...login, `ftp://localhost:${ftp}/${path}`],
    sftp: [...login, `sftp://localhost:${sftp}/${path}`],
  }[protocol];
  const startedAt = performance.now();
  const shown = ['-w', '%{size_download}', '-o', '/dev/null'];
  const { stdout } = await run('curl', ['-sSf', '--insecure', ...shown, ...call]);
  if (Number(stdout) !== grant.sizeBytes) throw new Error(`${stdout} bytes came.`);
  return (performance.now() - startedAt) / 1000;
}

t.test('all transfers of the node together keep to its rate, and each has an equal share', async (t) => {
  const node = await prepare(t, { bytesPerSecondMax: 4 * mebibyte });
  const content = randomBytes(4 * mebibyte);
  const ours = await node.publishAndStage(content);
  const theirs = await node.publishAndStage(content, { account: 'other' });
  const startedAt = performance.now();
  const seconds = await Promise.all([
    fetchTimed(node, ours, 'https'),
    fetchTimed(node, ours, 'ftp'),
    fetchTimed(node, theirs, 'https'),
    fetchTimed(node, theirs, 'sftp'),
  ]);
  const allSeconds = (performance.now() - startedAt) / 1000;
  t.ok(allSeconds >= 16 / 4 / 1.25, `16 MiB at 4 MiB/s took ${allSeconds} s`);
  t.ok(allSeconds <= 16, 'and not for ever');
  // Alone each would take one second; they do not begin at the same moment.
  t.ok(Math.min(...seconds) >= 1.5, `nobody is served before the others: ${seconds.join(', ')}`);
});

t.test('an account and an address keep to their rates, whatever the protocol', async (t) => {
  const node = await prepare(t, { bytesPerSecondPerAccountMax: mebibyte });
  const ours = await node.publishAndStage(randomBytes(2 * mebibyte));
  const theirs = await node.publishAndStage(randomBytes(1 * mebibyte), { account: 'other' });
  const [sftp, ftp, other] = await Promise.all([
    fetchTimed(node, ours, 'sftp'),
    fetchTimed(node, ours, 'ftp'),
    fetchTimed(node, theirs, 'https'),
  ]);
  t.ok(Math.max(sftp, ftp) >= 4 / 1.25, `4 MiB of one account took ${sftp} s and ${ftp} s`);
  t.ok(other < Math.max(sftp, ftp), 'the other account has its own');
  await node.cluster.changeSettings((settings) => ({
    ...settings,
    limits: { bytesPerSecondPerAddressMax: mebibyte },
  }));
  const both = await Promise.all([fetchTimed(node, ours, 'ftp'), fetchTimed(node, theirs, 'https')]);
  t.ok(Math.max(...both) >= 3 / 1.25, `3 MiB to one address took ${both.join(' s and ')} s`);
});

t.test('processes of their own share the rate as others do, and follow its changes', async (t) => {
  const isolated = {
    isolation: 'session',
    accountUids: { from: 300_000, count: 100 },
    // An address may have a quarter of them.
    sessionPool: { warm: 4, max: 64 },
  } as const;
  const node = await prepare(t, { bytesPerSecondMax: 4 * mebibyte }, isolated);
  const content = randomBytes(4 * mebibyte);
  const ours = await node.publishAndStage(content);
  const theirs = await node.publishAndStage(content, { account: 'other' });
  const fetchAll = () =>
    Promise.all([
      fetchTimed(node, ours, 'https'),
      fetchTimed(node, ours, 'ftp'),
      fetchTimed(node, theirs, 'ftp'),
      fetchTimed(node, theirs, 'sftp'),
    ]);
  const seconds = await fetchAll();
  t.ok(Math.max(...seconds) >= 16 / 4 / 1.25, `16 MiB at 4 MiB/s took ${seconds.join(', ')}`);
  t.ok(Math.min(...seconds) >= 1.5, 'nobody is served before the others');
  const pids = Object.keys(node.pids).filter((name) => name.startsWith('session-server'));
  t.ok(pids.length >= 4, 'each had a process');
  await node.cluster.changeSettings((settings) => ({
    ...settings,
    limits: { bytesPerSecondPerAccountMax: mebibyte },
  }));
  const perAccount = await fetchAll();
  t.ok(Math.max(...perAccount) >= 8 / 1.25, `8 MiB of an account took ${perAccount.join(', ')}`);
});

t.test('what is limited, and how much, changes under running transfers', async (t) => {
  const node = await prepare(t, { bytesPerSecondMax: 100_000 });
  const pids = { ...node.pids };
  const grant = await node.publishAndStage(randomBytes(20 * mebibyte));
  const fetching = Promise.all(
    (['https', 'ftp', 'sftp'] as const).map((name) => fetchTimed(node, grant, name)),
  );
  await new Promise((resolve) => setTimeout(resolve, 1500));
  await node.cluster.changeSettings((settings) => ({ ...settings, limits: {} }));
  const seconds = await fetching;
  t.ok(Math.max(...seconds) < 60, `60 MiB would take ten minutes otherwise: ${seconds.join(', ')}`);
  t.same(node.pids, pids, 'and no session server is replaced for it');
});

t.test('a client that closes right after its last byte has a complete download', async (t) => {
  const node = await prepare(t, { bytesPerSecondMax: 3 * mebibyte });
  const grant = await node.publishAndStage(randomBytes(10_000));
  for (let fetched = 0; fetched < 20; fetched += 1) await fetchTimed(node, grant, 'https');
  const ended = await node.endedDownloads(grant.delivery, 20);
  t.same(new Set(ended.map(({ outcome }) => outcome)), new Set(['complete']));
});
