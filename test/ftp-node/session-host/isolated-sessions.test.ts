// Isolation: session. A process for each connection, in a user namespace of its own, that becomes its account's at the
// login: seen from outside, in what the kernel says of the processes, and from inside, by code that runs in them.
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, existsSync, readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { Agent, get } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import t from 'tap';
import { acceptLogin, fetchEverywhere } from '../fetch-everywhere.ts';
import { RawClient } from '../ftp/raw-client.ts';
import { RunningNode, startNode, waitUntil } from '../running-node.ts';
import { probe, startProbedNode } from './probed-node.ts';

const sessionUser = { uid: 65_534, gid: 65_534 };
const accountUids = { from: 300_000, count: 100 };
const isolated = { isolation: 'session', accountUids, sessionPool: { warm: 2, max: 8 } } as const;
/** CAP_SETGID, CAP_SETUID and CAP_SYS_CHROOT. */
const capabilitiesBefore = '00000000000400c0';
const noCapabilities = '0000000000000000';
const password = randomBytes(16).toString('hex');

/** Whoever comes when all processes are occupied waits for the start of one. */
const waitMs = 90_000;

/** Everybody with the password has the account of their own name. */
function acceptEverybody(node: RunningNode): void {
  node.decisions.login = ({ username, credential }) =>
    credential.kind === 'password' && credential.password === password
      ? {
          allowed: true,
          account: username,
          principal: `user:${username}`,
          expiresAtMs: Date.now() + 3_600_000,
        }
      : { allowed: false, reason: 'credentials' };
}

async function logIn(node: RunningNode, username: string): Promise<RawClient> {
  const client = await RawClient.connect(node.ports.ftp);
  await client.reply(waitMs);
  await client.command('AUTH TLS', waitMs);
  await client.handshake(waitMs);
  await client.command(`USER ${username}`, waitMs);
  const reply = await client.command(`PASS ${password}`, waitMs);
  if (reply?.code !== 230) throw new Error(`${username} was not let in: ${reply?.lines.join(' ')}`);
  return client;
}

function sessionPids(node: RunningNode): number[] {
  return Object.entries(node.pids).flatMap(([name, pid]) =>
    name.startsWith('session-server') && existsSync(`/proc/${pid}/root`) ? [pid] : [],
  );
}

function pidsAt(node: RunningNode, root: string): number[] {
  return sessionPids(node).filter((pid) => readlinkSync(`/proc/${pid}/root`) === root);
}

/** What the kernel says of each thread, the same for all of them. */
function describeThreads(pid: number): Record<string, string> {
  const described = readdirSync(`/proc/${pid}/task`).map((thread) => {
    const status = readFileSync(`/proc/${pid}/task/${thread}/status`, 'utf8');
    const lines = status.match(/^(?:Uid|Gid|Groups|CapPrm|CapEff|CapAmb|CapBnd|Seccomp):.*$/gm) ?? [];
    const root = readlinkSync(`/proc/${pid}/task/${thread}/root`);
    return JSON.stringify({
      root,
      ...Object.fromEntries(lines.map((line) => line.split(/:\s*/).map((part) => part.trim()))),
    });
  });
  if (new Set(described).size !== 1) throw new Error(`The threads differ: ${described.join(' ')}`);
  return JSON.parse(described[0] ?? '') as Record<string, string>;
}

const four = (id: number): string => Array(4).fill(id).join('\t');

t.test('every protocol delivers, and each connection has a process that ends with it', async (t) => {
  const node = await startNode(t, { settings: isolated });
  acceptLogin(node, password);
  const before = sessionPids(node);
  t.equal(before.length, 2);
  const content = randomBytes(2_000_000);
  const grant = await node.publishAndStage(content);
  for (const fetched of await fetchEverywhere(node, grant, password)) t.ok(fetched.equals(content));
  const downloads = await node.endedDownloads(grant.delivery, 3);
  t.ok(downloads.every(({ outcome, sentBytes }) => outcome === 'complete' && sentBytes === content.length));
  await waitUntil(() => before.every((pid) => !existsSync(`/proc/${pid}`)), 'the first two to end', 60_000);
  await waitUntil(() => sessionPids(node).length === 2, 'two others to be ready', 60_000);
  t.notMatch(node.log.join(''), 'NO SECCOMP');
});

t.test('two customers at once are two users in two directories, and nobody is root', async (t) => {
  const node = await startProbedNode(t, { settings: isolated });
  acceptEverybody(node);
  await node.publishAndStage(randomBytes(1000));
  await node.publishAndStage(randomBytes(2000), { account: 'rival', file: 'other.bin' });
  const [waiting = 0] = pidsAt(node, node.accounts);
  t.match(describeThreads(waiting), {
    root: node.accounts,
    Uid: four(sessionUser.uid),
    Gid: four(sessionUser.gid),
    Groups: '',
    CapEff: capabilitiesBefore,
    CapBnd: capabilitiesBefore,
    Seccomp: '2',
  });
  t.not(readlinkSync(`/proc/${waiting}/ns/user`), readlinkSync('/proc/self/ns/user'));
  for (const [map, id] of [
    ['uid_map', sessionUser.uid],
    ['gid_map', sessionUser.gid],
  ] as const)
    t.same(
      readFileSync(`/proc/${waiting}/${map}`, 'utf8').trim().split(/\s+/).map(Number),
      [0, id, 1, 1, accountUids.from, accountUids.count],
      'the real root is nobody in there',
    );

  const clients = [await logIn(node, 'acme'), await logIn(node, 'rival')];
  t.teardown(() => {
    for (const client of clients) client.destroy();
  });
  for (const [index, account, file] of [
    [0, 'acme', 'tool.bin'],
    [1, 'rival', 'other.bin'],
  ] as const) {
    const root = join(node.accounts, account);
    const pids = pidsAt(node, root);
    t.equal(pids.length, 1);
    const [pid = 0] = pids;
    const uid = accountUids.from + index;
    t.match(describeThreads(pid), {
      root,
      Uid: four(uid),
      Gid: four(uid),
      CapPrm: noCapabilities,
      CapEff: noCapabilities,
      CapAmb: noCapabilities,
      Seccomp: '2',
    });
    const reached = await probe(node, pid);
    t.same(reached.tree, ['/tool/', '/tool/1.0.0/', `/tool/1.0.0/${file}`], 'it sees its own files alone');
    t.equal(reached.files['read own'], 'ok');
    t.equal(reached.files['write own'], 'EPERM');
    t.equal(reached.files['read above'], 'ENOENT');
    t.same(
      Object.entries({ ...reached.calls, ...reached.identity }).filter(([, result]) => result !== 'EPERM'),
      [],
      'and can become nobody else',
    );
    const listed = (await clients[index]!.command('STAT /tool/1.0.0'))?.lines.join('\n') ?? '';
    t.match(listed, file, 'while its customer is served');
  }
});

t.test('before the login it may chroot, and still does not get out of the accounts', async (t) => {
  const node = await startProbedNode(t, { settings: isolated });
  await node.publishAndStage(randomBytes(1000));
  const [waiting = 0] = pidsAt(node, node.accounts);
  const { climbed } = await probe(node, waiting, 'SIGURG');
  t.same(climbed, {
    chroot: 'ok',
    'stay where it is': 'ok',
    'go up': 'EACCES',
    'read up there': 'EACCES',
    'list it': 'EACCES',
    'read further up': 'EACCES',
  });
});

t.test('isolation may be changed while the node runs', async (t) => {
  const node = await startNode(t);
  acceptEverybody(node);
  const before = await logIn(node, 'acme');
  await node.cluster.changeSettings((settings) => ({ ...settings, ...isolated }));
  await waitUntil(() => pidsAt(node, node.accounts).length >= 2, 'processes that wait', 60_000);
  const after = await logIn(node, 'rival');
  t.equal(pidsAt(node, join(node.accounts, 'rival')).length, 1, 'a process of its own');
  t.equal((await before.command('NOOP'))?.code, 200, 'who was there before stays');
  await node.cluster.changeSettings((settings) => ({ ...settings, isolation: 'shared' }));
  const shared = await logIn(node, 'third');
  t.equal(pidsAt(node, join(node.accounts, 'third')).length, 0);
  t.equal((await after.command('NOOP'))?.code, 200);
  for (const client of [before, after, shared]) client.destroy();
  await waitUntil(
    () => pidsAt(node, join(node.accounts, 'rival')).length === 0,
    'the last process of its own to end',
    20_000,
  );
});

t.test('a number is given to an account once and for all', async (t) => {
  const node = await startNode(t, { settings: isolated });
  acceptEverybody(node);
  const uidOf = async (account: string): Promise<string | undefined> => {
    const client = await logIn(node, account);
    const [pid = 0] = pidsAt(node, join(node.accounts, account));
    const { Uid } = describeThreads(pid);
    client.destroy();
    await waitUntil(() => !existsSync(`/proc/${pid}`), 'the process to end with its connection');
    return Uid;
  };
  t.equal(await uidOf('second'), four(accountUids.from));
  t.equal(await uidOf('first'), four(accountUids.from + 1));
  await node.stop();
  await node.start();
  t.equal(await uidOf('first'), four(accountUids.from + 1), 'also after a restart');
});

t.test('a connection stays with the account that it began with', async (t) => {
  const node = await startNode(t, { settings: isolated });
  const own = await node.publishAndStage(randomBytes(1000));
  const other = await node.publishAndStage(randomBytes(1000), { account: 'rival', file: 'other.bin' });
  const agent = new Agent({ keepAlive: true, maxSockets: 1, ca: readFileSync(node.caFile) });
  t.teardown(() => agent.destroy());
  const statusOf = async (link: string): Promise<number> => {
    const [response] = (await once(get(link, { agent }), 'response')) as [IncomingMessage];
    await response.toArray();
    return response.statusCode ?? 0;
  };
  t.equal(await statusOf(node.linkFor(own)), 200);
  t.equal(await statusOf(node.linkFor(own)), 200);
  t.equal(await statusOf(node.linkFor(other)), 421, 'misdirected: another connection is wanted');
  t.equal(await statusOf(node.linkFor(other)), 200, 'which the client makes');
});

t.test('when all processes are occupied connections wait, and none is lost', async (t) => {
  const node = await startNode(t, { settings: { ...isolated, sessionPool: { warm: 1, max: 2 } } });
  acceptEverybody(node);
  const names = ['one', 'two', 'three', 'four', 'five'];
  await Promise.all(
    names.map(async (name) => {
      const client = await logIn(node, name);
      t.ok(sessionPids(node).length <= 2, name);
      await client.command('QUIT');
      client.destroy();
    }),
  );
});

t.test('a process that is killed costs its own customer alone', async (t) => {
  const node = await startNode(t, { settings: isolated });
  acceptEverybody(node);
  const killed = await logIn(node, 'acme');
  const spared = await logIn(node, 'rival');
  const [pid = 0] = pidsAt(node, join(node.accounts, 'acme'));
  process.kill(pid, 'SIGKILL');
  await waitUntil(() => killed.socket.closed, 'the connection to break');
  t.equal((await spared.command('NOOP'))?.code, 200);
  spared.destroy();
  const next = await logIn(node, 'acme');
  next.destroy();
});

t.test('it refuses to start where an account would be the session user', async (t) => {
  const node = new RunningNode();
  t.teardown(() => node.remove());
  await node.prepare({ settings: { ...isolated, accountUids: { from: sessionUser.uid - 10, count: 100 } } });
  await t.rejects(node.start(), /must run as root, with the users of accountUids and the session user/);
});

t.test('it refuses to start where somebody could climb out of the accounts', async (t) => {
  const node = new RunningNode();
  t.teardown(() => node.remove());
  await node.prepare({ settings: isolated });
  chmodSync(node.directory, 0o755);
  await t.rejects(node.start(), /ACCOUNTS_DIRECTORY_OPEN|must be closed to other users/);
});
