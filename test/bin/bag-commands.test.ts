// The bag commands against a running cluster: rotating, being interrupted and going on, giving up, and one node's links.
import t from 'tap';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { operateCluster, type OperatedCluster } from '../rig/operated-cluster.ts';
import { plainCommand } from '../rig/plain-process.ts';

const consign = join(import.meta.dirname, '..', '..', 'bin', 'consign');

interface BagStatus {
  readonly links: readonly {
    readonly from: string;
    readonly to: string;
    readonly send: number;
    readonly accept: readonly number[];
    readonly inUse: readonly { readonly generation: number; readonly count: number }[];
  }[];
  readonly rotationOpen: boolean;
}

/** Runs `consign` and sends it SIGINT as soon as it has said `when`. */
function interruptAt({ environment }: OperatedCluster, when: string, args: readonly string[]) {
  return new Promise<{ code: number | null; stderr: string }>((resolve, reject) => {
    const [command, commandArgs] = plainCommand(consign, args);
    const child = spawn(command, commandArgs, { env: environment, stdio: ['ignore', 'ignore', 'pipe'] });
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      const saidBefore = stderr.includes(when);
      stderr += text;
      if (!saidBefore && stderr.includes(when)) child.kill('SIGINT');
    });
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, stderr }));
  });
}

t.test('rotates in three steps; the links move, and nothing old is left', async (t) => {
  const { run, json } = await operateCluster(t);
  const rotated = await run('bag', 'rotate', '--reason', 'Drill');
  t.equal(rotated.code, 0, rotated.stderr);
  t.match(rotated.stderr, /Step 1 of 3[^]*Step 2 of 3[^]*Step 3 of 3/);
  const { links, rotationOpen } = await json<BagStatus>(['bag', 'status']);
  t.notOk(rotationOpen);
  t.equal(links.length, 2);
  for (const { send, accept, inUse } of links) {
    t.equal(send, 2);
    t.same(accept, [2]);
    t.ok(inUse.every(({ generation }) => generation === 2));
  }
  t.match((await run('bag', 'status')).stdout, /web-front → internal-db +g2 +g2 /);
  const notDue = await json<{ versions: unknown[] }>(['bag', 'rotate', '--if-due']);
  t.same(notDue.versions, []);
  t.match((await run('bag', 'abort')).stdout, 'No rotation is under way');
  t.equal((await run('bag', 'rotate', '--node', 'nobody')).code, 4);
});

t.test('is interrupted with Ctrl-C, goes on where it was, or goes back', async (t) => {
  const cluster = await operateCluster(t);
  const { run, json } = cluster;
  const interrupted = await interruptAt(cluster, 'Step 2 of 3', ['bag', 'rotate']);
  t.equal(interrupted.code, 130, interrupted.stderr);
  t.match(interrupted.stderr, /Interrupted\. Nothing is broken.*consign bag rotate.*consign bag abort/);
  t.ok((await json<BagStatus>(['bag', 'status'])).rotationOpen);
  t.match((await run('bag', 'status')).stdout, 'A rotation was begun');
  const resumed = await run('bag', 'rotate', '--if-due');
  t.equal(resumed.code, 0, resumed.stderr);
  t.match(resumed.stderr, 'was begun earlier');
  t.notMatch(resumed.stderr, 'Step 1 of 3');
  const before = await json<BagStatus>(['bag', 'status']);
  t.notOk(before.rotationOpen);

  await interruptAt(cluster, 'Step 1 of 3', ['bag', 'rotate']);
  const aborted = await run('bag', 'abort');
  t.equal(aborted.code, 0, aborted.stderr);
  const after = await json<BagStatus>(['bag', 'status']);
  t.notOk(after.rotationOpen);
  t.same(
    after.links.map(({ send }) => send),
    before.links.map(({ send }) => send),
  );
});

t.test('replaces the keys of one node in an emergency, also when a rotation was begun before', async (t) => {
  const cluster = await operateCluster(t);
  const { run, json } = cluster;
  await interruptAt(cluster, 'Step 2 of 3', ['bag', 'rotate']);
  const emergency = ['bag', 'rotate', '--node', 'ftp-node', '--emergency', '--reason', 'Its memory was read'];
  const { versions, resumed } = await json<{ versions: { seq: number }[]; resumed: boolean }>(emergency);
  t.ok(resumed);
  const { links } = await json<BagStatus>(['bag', 'status']);
  const made = Math.max(...versions.map(({ seq }) => seq)) - 2;
  const ofNode = links.find(({ from }) => from === 'ftp-node');
  t.same(ofNode?.accept, [made], 'the generation that the last rotation made');
  t.ok(
    links.some(({ from, accept }) => from === 'web-front' && accept.length === 2),
    'others are left alone',
  );
  t.match((await run('config', 'history')).stdout, 'Its memory was read (retire)');
});
