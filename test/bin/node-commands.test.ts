// The node commands against a running cluster: a ticket, a machine that joins with it, replacing and evicting, and a new
// certificate. The machines are state directories of their own.
import t, { type Test } from 'tap';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { NodeBootstrap } from '#commlink/configuration/node-bootstrap.ts';
import { createLogger } from '#commlink/log.ts';
import type { NodeRole } from '#commlink/node-config.ts';
import { findFreePortBase } from '../rig/free-ports.ts';
import { operateCluster, type OperatedCluster } from '../rig/operated-cluster.ts';
import { plainCommand } from '../rig/plain-process.ts';
import { startPlainRoom } from '../rig/plain-room.ts';
import { runProgram } from '../rig/run-program.ts';
import { temporaryFolder } from '../rig/temporary-folder.ts';

const consign = join(import.meta.dirname, '..', '..', 'bin', 'consign');
const log = createLogger('test', 'silent');

interface Member {
  readonly name: string;
  readonly state: string;
  readonly id: string;
}

/** Runs `consign` in the background; `ticket` resolves with the first line that it answers. */
function invite({ environment }: OperatedCluster, args: readonly string[]) {
  const [command, commandArgs] = plainCommand(consign, args);
  const child = spawn(command, commandArgs, { env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const ticket = new Promise<string>((resolve, reject) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      if (stdout.includes('\n')) resolve(stdout.split('\n')[0] ?? '');
    });
    child.once('close', () => reject(new Error(stderr)));
  });
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, stdout, stderr }));
  return { ticket, ended };
}

/** Joins with the ticket on a machine of its own, and starts the node there. */
async function joinAndStart(t: Test, ticket: string, role: NodeRole) {
  const state = temporaryFolder(t);
  const joined = await runProgram(consign, ['--state', state, 'node', 'join', '-'], { input: `${ticket}\n` });
  t.equal(joined.code, 0, joined.stderr);
  const file = join(state, role, 'config.json');
  t.equal(statSync(file).mode & 0o777, 0o600);
  const { node: bootstrap } = JSON.parse(readFileSync(file, 'utf8')) as { node: NodeBootstrap };
  const node = await startPlainRoom({ bootstrap, role, log });
  t.teardown(() => node.close());
  return { state, joined };
}

const certificate = (folder: string): string[] => {
  for (const name of ['certificate', 'key'])
    writeFileSync(join(folder, name), `the ${name}\n`, { mode: 0o600 });
  return ['--certificate', join(folder, 'certificate'), '--private-key', join(folder, 'key')];
};

t.test('lets a new web-front in: ticket, join, learner, active, dialled by the FTP node', async (t) => {
  const cluster = await operateCluster(t);
  const { run, json, state } = cluster;
  const identity = certificate(state);
  const newBase = await findFreePortBase();
  const ports = ['--port-base', String(newBase)];
  const noAuthority = await run('node', 'invite', 'web-front', 'web2', ...ports);
  t.equal(noAuthority.code, 2);
  t.match(noAuthority.stderr, 'no authority to issue a certificate');
  const place = [...ports, ...identity];
  t.equal((await run('node', 'invite', 'web-rear', 'web2', ...place)).code, 2);
  t.equal((await run('node', 'invite', 'web-front', 'policy', ...place)).code, 2);
  t.equal((await run('node', 'invite', 'web-front', 'web-front', ...place)).code, 5);
  t.equal((await run('node', 'admit', 'web2', ...place)).code, 4);
  // Its portal would listen among the passive ports of the FTP node, on the same machine.
  const { passivePorts } = await json<{ passivePorts: { from: number } }>(['config', 'show', 'ftp-node/ftp']);
  const taken = ['--port-base', String(passivePorts.from), ...identity];
  const inTheWay = await run('node', 'invite', 'web-front', 'web2', ...taken);
  t.match(inTheWay.stderr, `Port ${passivePorts.from}, for the portal, is taken by passive FTP of ftp-node`);
  t.equal(inTheWay.code, 1);
  t.notMatch((await run('node', 'list')).stdout, 'Invited', 'no ticket was made');

  const invitation = invite(cluster, ['node', 'invite', 'web-front', 'web2', ...place]);
  const ticket = await invitation.ticket;
  t.match(ticket, /^consign-join-\S+$/);
  t.match(
    (await run('node', 'list')).stdout,
    /Invited: web2 \(web-front\), until .*not shown its ticket yet/,
  );
  const inArgv = await run('node', 'join', ticket);
  t.equal(inArgv.code, 2);
  t.notMatch(inArgv.stderr, ticket);
  const { state: there } = await joinAndStart(t, ticket, 'web-front');
  const { code, stdout, stderr } = await invitation.ended;
  t.equal(code, 0, stderr);
  t.equal(stdout, `${ticket}\n`, 'the ticket is printed once, and nothing else');
  t.match(stderr, 'web2 takes part.');
  t.notMatch(stderr, ticket);
  const { members } = await json<{ members: Member[] }>(['node', 'list']);
  t.match(
    members.find(({ name }) => name === 'web2'),
    { state: 'active' },
  );
  t.match(await json(['config', 'show', 'ftp-node/links/dial']), [
    { peer: 'web-front' },
    { peer: 'web2', port: newBase + 6 },
  ]);
  const again = await runProgram(consign, ['--state', there, 'node', 'join', '-'], { input: ticket });
  t.equal(again.code, 5, 'there is a web-front already');
  const elsewhere = temporaryFolder(t);
  const used = await runProgram(consign, ['--state', elsewhere, 'node', 'join', '-'], { input: ticket });
  t.equal(used.code, 1, 'a ticket is good for one machine');
  t.match(used.stderr, 'does not take this ticket (any more)');
  const changed = await run(
    'config',
    'set',
    'web2/logLevel',
    'debug',
    '--publish',
    '--reason',
    'All five agree',
  );
  t.equal(changed.code, 0, changed.stderr);
});

t.test('hands a ticket out without waiting, and goes on later; a mistyped one is refused', async (t) => {
  const cluster = await operateCluster(t);
  const { run, json, state } = cluster;
  const file = join(state, 'ticket');
  const place = ['--port-base', String(await findFreePortBase()), ...certificate(state)];
  const handedOut = await run(
    'node',
    'invite',
    'ftp-node',
    'ftp2',
    ...place,
    '--no-wait',
    '--ticket-file',
    file,
  );
  t.equal(handedOut.code, 0, handedOut.stderr);
  t.equal(statSync(file).mode & 0o777, 0o600);
  const ticket = readFileSync(file, 'utf8').trim();
  t.notMatch(handedOut.stdout + handedOut.stderr, ticket);
  for (const bad of ['', 'consign', ticket.slice(0, -1), ticket.replace(/.{9}$/, 'AAAAAAAAA')]) {
    const refused = await runProgram(consign, ['--state', temporaryFolder(t), 'node', 'join', '-'], {
      input: bad,
    });
    t.equal(refused.code, 1);
    t.match(refused.stderr, 'not a whole join ticket');
  }
  const [, joined] = await Promise.all([
    run('node', 'admit', 'ftp2', ...place).then(({ code, stderr }) => t.equal(code, 0, stderr)),
    joinAndStart(t, ticket, 'ftp-node'),
  ]);
  t.match(joined.joined.stdout, /This machine is ftp2 of the cluster test[^]*npm start -- --state/);
  t.equal((await json<{ members: Member[] }>(['node', 'list'])).members.length, 4);
});

t.test('replaces a lost node under its name, with its settings', async (t) => {
  const cluster = await operateCluster(t);
  const { run, json, stop, state } = cluster;
  await run('config', 'set', 'ftp-node/limits/connectionsMax', '77', '--publish', '--reason', 'x');
  const before = (await json<{ members: Member[] }>(['node', 'list'])).members.find(
    ({ name }) => name === 'ftp-node',
  );
  await stop('ftp-node');
  await new Promise((resolve) => setTimeout(resolve, 1500));
  const replacement = invite(cluster, [
    'node',
    'replace',
    'ftp-node',
    '--reason',
    'Its disk is gone',
    ...certificate(state),
  ]);
  await joinAndStart(t, await replacement.ticket, 'ftp-node');
  const { code, stderr } = await replacement.ended;
  t.equal(code, 0, stderr);
  t.match(stderr, 'evicted first');
  const after = (await json<{ members: Member[] }>(['node', 'list'])).members.find(
    ({ name }) => name === 'ftp-node',
  );
  t.equal(after?.state, 'active');
  t.not(after?.id, before?.id, 'it has keys of its own');
  t.equal(await json(['config', 'show', 'ftp-node/limits/connectionsMax']), 77);
});

t.test('gives a node a new certificate, which only that node can read', async (t) => {
  const { run, state } = await operateCluster(t);
  const identity = certificate(state);
  const renewed = await run('node', 'identity', 'web-front', ...identity, '--reason', 'Renewed');
  t.equal(renewed.code, 0, renewed.stderr);
  t.equal((await run('node', 'identity', 'nobody', ...identity, '--reason', 'x')).code, 4);
  t.equal((await run('node', 'identity', 'ftp-node', ...identity, '--reason', 'x')).code, 2, 'host keys too');
  t.equal((await run('node', 'identity', 'web-front', '--reason', 'x')).code, 2);
  const missing = ['--certificate', join(state, 'none'), '--private-key', join(state, 'none')];
  t.equal((await run('node', 'identity', 'web-front', ...missing, '--reason', 'x')).code, 4);
});
