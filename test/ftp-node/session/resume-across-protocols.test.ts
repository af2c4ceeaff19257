// A download that was begun over one protocol and broke off is finished over another one, at another node, by real
// clients: curl, lftp and sftp. That is possible because all of them say the same of the file, which is compared first.
import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import type { StagingGrant } from '#commlink/methods/documents.ts';
import { waitForBytes } from '../../end-to-end/fetched-file.ts';
import { plainCommand } from '../../rig/plain-process.ts';
import { runProgram } from '../../rig/run-program.ts';
import { startNode, waitUntil, type RunningNode } from '../running-node.ts';
import { askEveryProtocol } from './told-facts.ts';

const content = randomBytes(6 * 1024 * 1024 + 3);
const digest = createHash('sha256').update(content).digest('hex');
const published = { file: 'Prüfstand 2.bin', publishedAtMs: 1_700_000_123_000 };

/** Two nodes that have nothing in common but the file. */
const nodes = [await startNode(t), await startNode(t)] as const;
for (const node of nodes)
  node.decisions.login = ({ username, credential }) =>
    username === 'erika' && credential.kind === 'password' && credential.password === 'secret'
      ? { allowed: true, account: 'acme', principal: 'user:erika', expiresAtMs: Date.now() + 3_600_000 }
      : { allowed: false, reason: 'credentials' };

type Way = 'https' | 'ftps' | 'sftp';

const pathOf = (grant: StagingGrant): string => `${grant.product}/${grant.version}/${grant.file}`;

/** curl's arguments for a file over one of the protocols. */
function curlFor(node: RunningNode, grant: StagingGrant, way: Way): string[] {
  const path = pathOf(grant).split('/').map(encodeURIComponent).join('/');
  const login = ['-u', 'erika:secret'];
  switch (way) {
    case 'https':
      return ['--cacert', node.caFile, node.linkFor(grant)];
    case 'ftps':
      return ['--cacert', node.caFile, '--ssl-reqd', ...login, `ftp://localhost:${node.ports.ftp}/${path}`];
    case 'sftp':
      return ['--insecure', ...login, `sftp://localhost:${node.ports.sftp}/${path}`];
  }
}

/** Fetches slowly, and is killed in the middle. */
async function begin(node: RunningNode, grant: StagingGrant, { way, target }: { way: Way; target: string }) {
  const args = ['-sS', '--limit-rate', '4M', '-o', target, ...curlFor(node, grant, way)];
  const child = spawn(...plainCommand('curl', args), { stdio: 'ignore' });
  await waitForBytes(target, 1_000_000);
  child.kill('SIGKILL');
  await once(child, 'exit');
}

const finishing: Record<Way, (node: RunningNode, grant: StagingGrant, target: string) => Promise<unknown>> = {
  https: (node, grant, target) =>
    runProgram('curl', ['-sSf', '-C', '-', '-o', target, ...curlFor(node, grant, 'https')]),
  ftps: (node, grant, target) => {
    const tls = `set ftp:ssl-force true; set ftp:ssl-protect-data true; set ssl:ca-file ${node.caFile}`;
    const open = `open -u erika,secret -p ${node.ports.ftp} localhost`;
    return runProgram('lftp', ['--norc', '-c', `${tls}; ${open}; get -c "${pathOf(grant)}" -o "${target}"`]);
  },
  sftp: async (node, grant, target) => {
    const askpass = `${target}.askpass`;
    writeFileSync(askpass, '#!/bin/sh\necho secret\n');
    chmodSync(askpass, 0o700);
    const options = ['StrictHostKeyChecking=no', 'UserKnownHostsFile=/dev/null', 'BatchMode=no'];
    const args = [...options.flatMap((option) => ['-o', option]), '-P', String(node.ports.sftp), '-b', '-'];
    return runProgram('sftp', [...args, 'erika@localhost'], {
      environment: { SSH_ASKPASS: askpass, SSH_ASKPASS_REQUIRE: 'force' },
      input: `reget "${pathOf(grant)}" "${target}"\n`,
    });
  },
};

/** Finishes what is in `target`, and looks at the file and at the node's record. */
async function finish(
  t: Test,
  { node, grant, way, target }: { node: RunningNode; grant: StagingGrant; way: Way; target: string },
): Promise<void> {
  const resumedAt = statSync(target).size;
  t.ok(resumedAt >= 1_000_000 && resumedAt < content.length, `it goes on at ${resumedAt}`);
  const result = await finishing[way](node, grant, target);
  const found = createHash('sha256').update(readFileSync(target)).digest('hex');
  t.equal(found, digest, JSON.stringify(result));
  const recorded = (): ReturnType<RunningNode['downloadsOf']> => node.downloadsOf(grant.delivery);
  await waitUntil(() => recorded().some(({ outcome }) => outcome === 'complete'), 'the record');
  t.equal(recorded()[0]?.offsetBytes, resumedAt, 'nothing was fetched twice');
  // More than one only when the machine is so busy that the client had to try again.
  const last = recorded().find(({ outcome }) => outcome === 'complete');
  t.equal((last?.offsetBytes ?? 0) + (last?.sentBytes ?? 0), content.length);
}

t.test('every protocol of every node says the same of a file', async (t) => {
  const told = [];
  for (const node of nodes) {
    const grant = await node.publishAndStage(content, published);
    told.push(...(await askEveryProtocol(node, grant)));
  }
  t.equal(told.length, 8);
  for (const { source, name, sizeBytes, modifiedAtMs, sha256 } of told) {
    t.equal(name, published.file, source);
    t.equal(sizeBytes, content.length, source);
    t.equal(modifiedAtMs, published.publishedAtMs, source);
    if (sha256 !== null) t.equal(sha256, digest, source);
  }
});

const pairs: readonly (readonly [Way, Way])[] = [
  ['https', 'ftps'],
  ['https', 'sftp'],
  ['ftps', 'https'],
  ['ftps', 'sftp'],
  ['sftp', 'https'],
  ['sftp', 'ftps'],
];
for (const [first, second] of pairs)
  t.test(`begun over ${first}, finished over ${second} at another node`, async (t) => {
    const target = join(t.testdir({}), 'out');
    const change = { ...published, file: `from ${first} to ${second}.bin` };
    await begin(nodes[0], await nodes[0].publishAndStage(content, change), { way: first, target });
    const grant = await nodes[1].publishAndStage(content, change);
    await finish(t, { node: nodes[1], grant, way: second, target });
  });

t.test('HTTPS, then FTPS at another node, then SFTP at the first one', async (t) => {
  const target = join(t.testdir({}), 'out');
  const change = { ...published, file: 'three.bin' };
  const grants = [
    await nodes[0].publishAndStage(content, change),
    await nodes[1].publishAndStage(content, change),
  ];
  const [first, second] = grants as [StagingGrant, StagingGrant];
  await begin(nodes[0], first, { way: 'https', target });
  const resumedAt = statSync(target).size;
  // curl goes on over FTPS, and is killed again.
  const args = ['-sS', '-C', '-', '--limit-rate', '4M', '-o', target, ...curlFor(nodes[1], second, 'ftps')];
  const child = spawn(...plainCommand('curl', args), { stdio: 'ignore' });
  await waitForBytes(target, resumedAt + 1_000_000);
  child.kill('SIGKILL');
  await once(child, 'exit');
  await nodes[0].endedDownloads(first.delivery, 1);
  t.ok(statSync(target).size < content.length);
  const third = await nodes[0].publishAndStage(content, { ...change, file: 'three again.bin' });
  await finish(t, { node: nodes[0], grant: third, way: 'sftp', target });
});
