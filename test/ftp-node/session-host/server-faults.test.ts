// Two session servers, and one that dies, runs out of memory, or hangs: that costs its own sessions, and nobody else's.
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { get } from 'node:https';
import type { IncomingMessage } from 'node:http';
import t from 'tap';
import type { StagingGrant } from '#commlink/methods/documents.ts';
import { waitUntil, type RunningNode } from '../running-node.ts';
import { startProbedNode } from './probed-node.ts';

const content = randomBytes(20_000_000);
const downloadsMax = 40;

/** A download that is begun and not read on; `end` reads it to its end, and is its length, or null when it broke. */
async function beginDownload(node: RunningNode, grant: StagingGrant) {
  const request = get(node.linkFor(grant), { ca: readFileSync(node.caFile), agent: false });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  let isBroken = false;
  response.once('error', () => (isBroken = true));
  const end = async (): Promise<number | null> => {
    try {
      return isBroken ? null : Buffer.concat(await response.toArray()).length;
    } catch {
      return null;
    }
  };
  return { end };
}

function socketCount(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).filter((descriptor) =>
    readlinkSync(`/proc/${pid}/fd/${descriptor}`).startsWith('socket:'),
  ).length;
}

for (const [fault, signal] of [
  ['dies', 'SIGKILL'],
  ['runs out of memory', 'SIGPWR'],
  ['hangs', 'SIGWINCH'],
] as const)
  t.test(`one of two that ${fault} costs its own sessions alone`, async (t) => {
    const node = await startProbedNode(t, { settings: { sessionServerCount: 2 } });
    const grant = await node.publishAndStage(content);
    const pids = ['session-server-1', 'session-server-2'].map((name) => node.pids[name] ?? 0);
    const idle = pids.map(socketCount);
    const shares = (): number[] => pids.map((pid, index) => socketCount(pid) - (idle[index] ?? 0));
    const downloads: Awaited<ReturnType<typeof beginDownload>>[] = [];
    while (Math.min(...shares()) < 2 && downloads.length < downloadsMax)
      downloads.push(await beginDownload(node, grant));
    const [lost = 0, kept = 0] = shares();
    t.equal(lost + kept, downloads.length, 'each has some of the downloads');
    process.kill(pids[0] ?? 0, signal);
    await waitUntil(() => node.pids['session-server-1'] !== pids[0], 'another process', 60_000);
    const again = await Promise.all(Array.from({ length: 8 }, () => beginDownload(node, grant)));
    const ends = await Promise.all(downloads.map(({ end }) => end()));
    t.equal(ends.filter((length) => length === content.length).length, kept, 'the others arrive whole');
    t.equal(ends.filter((length) => length === null).length, lost);
    t.same(
      await Promise.all(again.map(({ end }) => end())),
      Array(8).fill(content.length),
      'the next ones are served, by both',
    );
    t.equal(node.pids['session-server-2'], pids[1], 'the other process was left alone');
    const recorded = await node.endedDownloads(grant.delivery, downloads.length + again.length);
    const outcomes = recorded.map(({ outcome }) => outcome);
    t.equal(outcomes.filter((outcome) => outcome === 'aborted').length, lost, 'recorded as aborted');
    t.equal(outcomes.filter((outcome) => outcome === 'complete').length, kept + again.length);
  });
