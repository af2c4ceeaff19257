// aria2 with eight ranges at once, whole and broken off, and many connections that read nothing.
import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { connect } from 'node:tls';
import t, { type Test } from 'tap';
import type { StagingGrant } from '#commlink/methods/documents.ts';
import { plainCommand } from '../../../rig/plain-process.ts';
import { runProgram } from '../../../rig/run-program.ts';
import { startNode, waitUntil } from '../../running-node.ts';

const node = await startNode(t, { settings: { sessionServerCount: 1 } });
const content = randomBytes(24 * 1024 * 1024 + 1);
const digest = createHash('sha256').update(content).digest('hex');
const ca = readFileSync(node.caFile);

const aria2Args = (grant: StagingGrant, folder: string, ...more: string[]): string[] => [
  '--no-conf',
  '--quiet',
  `--ca-certificate=${node.caFile}`,
  '--file-allocation=none',
  '--max-connection-per-server=8',
  '--split=8',
  '--min-split-size=1M',
  `--dir=${folder}`,
  '--out=fetched',
  ...more,
  node.linkFor(grant),
];

function checkFile(t: Test, folder: string): void {
  t.equal(
    createHash('sha256')
      .update(readFileSync(join(folder, 'fetched')))
      .digest('hex'),
    digest,
  );
}

t.test('aria2 fetches eight ranges at once', async (t) => {
  const grant = await node.publishAndStage(content, { file: 'eight.bin' });
  const folder = t.testdir({});
  const result = await runProgram('aria2c', aria2Args(grant, folder));
  t.equal(result.code, 0, result.stdout);
  checkFile(t, folder);
  const downloads = await node.endedDownloads(grant.delivery, 8);
  t.ok(new Set(downloads.map(({ offsetBytes }) => offsetBytes)).size >= 8, 'each from its own offset');
  const countOf = (wanted: string) => downloads.filter(({ outcome }) => outcome === wanted).length;
  t.ok(countOf('complete') > 0 && countOf('partial') > 0);
  t.ok(countOf('aborted') <= 1, 'the first, which asked for all and was left for the other ranges');
  for (const { offsetBytes, sentBytes, sizeBytes, outcome } of downloads) {
    t.ok(offsetBytes + sentBytes <= sizeBytes);
    if (outcome === 'complete') t.equal(offsetBytes + sentBytes, sizeBytes);
  }
});

t.test('aria2 goes on with all of its ranges after it was broken off', async (t) => {
  const grant = await node.publishAndStage(content, { file: 'eight-resumed.bin' });
  const folder = t.testdir({});
  const slow = aria2Args(grant, folder, '--max-overall-download-limit=8M');
  const child = spawn(...plainCommand('aria2c', slow), { stdio: 'ignore' });
  // What is on disk, not what the node has sent: that counts what still waits in eight connections' buffers.
  const bytesOnDisk = (): number => {
    const fetched = statSync(join(folder, 'fetched'), { throwIfNoEntry: false });
    return (fetched?.blocks ?? 0) * 512;
  };
  await waitUntil(() => bytesOnDisk() > content.length / 2, 'half of it to have arrived');
  t.ok(node.downloadsOf(grant.delivery).length >= 4, 'in four ranges at least');
  child.kill('SIGTERM');
  await once(child, 'exit');
  await waitUntil(
    () => node.downloadsOf(grant.delivery).every(({ endedAtMs }) => endedAtMs !== null),
    'the first attempt to be over',
  );
  const before = node.downloadsOf(grant.delivery).length;
  const result = await runProgram('aria2c', aria2Args(grant, folder, '--continue=true'));
  t.equal(result.code, 0, result.stdout);
  checkFile(t, folder);
  const resumed = (await node.endedDownloads(grant.delivery, before + 1)).slice(before);
  t.ok(
    resumed.reduce((sum, { sentBytes }) => sum + sentBytes, 0) < content.length,
    'not everything was fetched again',
  );
});

function residentKilobytes(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
}

t.test('those who read nothing cost bounded memory, and others are served meanwhile', async (t) => {
  const grant = await node.publishAndStage(content, { file: 'unread.bin' });
  const { port, pathname } = new URL(node.linkFor(grant));
  const pid = node.pids['session-server-1'] ?? 0;
  const beforeKilobytes = residentKilobytes(pid);
  const count = 60;
  const sockets = Array.from({ length: count }, () => {
    const socket = connect({ port: Number(port), host: '127.0.0.1', ca, servername: 'localhost' });
    socket.on('error', () => undefined);
    socket.pause();
    socket.write(`GET ${pathname} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
    return socket;
  });
  t.teardown(() => {
    for (const socket of sockets) socket.destroy();
  });
  await waitUntil(() => node.downloadsOf(grant.delivery).length === count, 'all of them');
  await delay(1000);
  const eachKilobytes = (residentKilobytes(pid) - beforeKilobytes) / count;
  t.comment(`${eachKilobytes.toFixed(0)} KiB for each`);
  t.ok(eachKilobytes < 6 * 1024, `${eachKilobytes} KiB for each of them`);
  const other = await node.publishAndStage(randomBytes(100_000), { file: 'other.bin' });
  const fetched = await runProgram('curl', [
    '-sSf',
    '--cacert',
    node.caFile,
    '-o',
    '/dev/null',
    node.linkFor(other),
  ]);
  t.equal(fetched.code, 0, fetched.stderr);
  for (const socket of sockets) socket.destroy();
  const ended = await node.endedDownloads(grant.delivery, count);
  t.ok(ended.every(({ outcome, sentBytes }) => outcome === 'aborted' && sentBytes < content.length));
});
