// All that code inside a session server can reach, as a list: what is not on it fails the test, and so does what is on it
// and can't be reached any more. Tried by code in the jailed process (jail-probe.ts), not deduced.
import { randomBytes } from 'node:crypto';
import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import t from 'tap';
import { probe, startProbedNode } from './probed-node.ts';
import { usualFtp } from '../node-cluster.ts';

const allRefused = (results: Readonly<Record<string, string>>): string[] =>
  Object.entries(results)
    .filter(([, result]) => result !== 'EPERM')
    .map(([name, result]) => `${name}: ${result}`);

t.test('a session server reaches this, and nothing else', async (t) => {
  const node = await startProbedNode(t);
  await node.publishAndStage(randomBytes(1000));
  await node.publishAndStage(randomBytes(1000), { account: 'rival', file: 'other.bin' });
  const pid = node.pids['session-server-1'] ?? 0;
  const reached = await probe(node, pid);
  t.same(new Set(reached.tree), new Set(['acme', 'rival'].flatMap((account) => treeOf(account))));
  t.same(reached.files, {
    'read own': 'ok',
    'read own in a thread': 'ok',
    'write own': 'EPERM',
    'write own in a thread': 'EPERM',
    'make a file': 'EPERM',
    'make an unnamed file': 'EPERM',
    mkdir: 'EPERM',
    rmdir: 'EPERM',
    unlink: 'EPERM',
    rename: 'EPERM',
    link: 'EPERM',
    symlink: 'EPERM',
    chmod: 'EPERM',
    utimes: 'EPERM',
    'read /proc/self/mem': 'ENOENT',
    'read /proc/stager/mem': 'ENOENT',
    'read /sys': 'ENOENT',
    'read /dev/null': 'ENOENT',
    'read /dev/shm': 'ENOENT',
    'read /etc/passwd': 'ENOENT',
    'read above': 'ENOENT',
  });
  t.same(reached.network, {
    'TCP to this machine': 'EPERM',
    'TCP by the first bytes': 'EPERM',
    'listen for TCP': 'ok',
    'a Unix socket by file': 'EPERM',
    'a Unix socket by name': 'EPERM',
    UDP: 'EPERM',
    'raw packets': 'EPERM',
    netlink: 'EPERM',
    vsock: 'EPERM',
  });
  t.same(reached.processes, {
    'start a thread': 'ok',
    'signal to itself': 'ok',
    'signal to the stager': 'EPERM',
    'signal to all': 'EPERM',
    'signal to the first process': 'EPERM',
    "signal to the stager's thread": 'EPERM',
    'signal to no thread of its own': 'ESRCH',
    fork: 'EPERM',
    'fork, the new way': 'ENOSYS',
    'read its limits': 'ok',
    'change its limits': 'EPERM',
    "the stager's limits": 'EPERM',
    'type into the terminal': 'EPERM',
    'other numbers for the same calls': process.arch === 'x64' ? 'EPERM' : 'no such call',
  });
  t.ok(Object.keys(reached.calls).length > 90);
  t.same(allRefused(reached.calls), [], 'ptrace, mounts, keys, shared memory, the kernel itself');
  t.same(allRefused(reached.identity), [], 'and it stays who and where it is');
  t.same(
    descriptorKinds(pid),
    {
      '/dev/null': true,
      'anon_inode:[eventfd]': true,
      'anon_inode:[eventpoll]': true,
      pipe: true,
      // Two for its output, one to the stager, and a listening one for each protocol.
      socket: 6,
    },
    'and what it holds open; an io_uring would pass the filter by',
  );
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    const status = readFileSync(`/proc/${pid}/task/${thread}/status`, 'utf8');
    t.match(status, /^NoNewPrivs:\s+1$/m);
    t.match(status, /^Seccomp:\s+2$/m, `thread ${thread} is filtered`);
  }
});

t.test('with active FTP it may connect to others, which is what active FTP is', async (t) => {
  const ftp = { ...usualFtp, enabled: true, port: 0, publicHost: 'localhost', requireTls: true };
  const node = await startProbedNode(t, {
    settings: { ftp: { ...ftp, activeMode: true, passivePorts: { from: 31_100, to: 31_130 } } },
  });
  await node.publishAndStage(randomBytes(1000));
  const { network } = await probe(node, node.pids['session-server-1'] ?? 0);
  t.equal(network['TCP to this machine'], 'ECONNREFUSED');
  t.same(allRefused(network), ['TCP to this machine: ECONNREFUSED', 'listen for TCP: ok']);
});

function treeOf(account: string): string[] {
  const file = account === 'acme' ? 'tool.bin' : 'other.bin';
  return [`/${account}/`, `/${account}/tool/`, `/${account}/tool/1.0.0/`, `/${account}/tool/1.0.0/${file}`];
}

/** The open descriptors by kind: how many, where that is ours to say, and not the runtime's. */
function descriptorKinds(pid: number): Record<string, number | true> {
  const kinds: Record<string, number | true> = {};
  for (const descriptor of readdirSync(`/proc/${pid}/fd`)) {
    const link = readlinkSync(`/proc/${pid}/fd/${descriptor}`);
    const kind = link.replace(/^(socket|pipe):.*/, '$1');
    const isCounted = kind === 'socket';
    const count = kinds[kind];
    kinds[kind] = isCounted ? (typeof count === 'number' ? count : 0) + 1 : true;
  }
  return kinds;
}
