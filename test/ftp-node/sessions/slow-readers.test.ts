// Clients that stop reading cost bounded memory, on every protocol, and are gone after the stall timeout. The clients are
// curl, stopped by a signal in mid-download, and sockets that ask without end and never read an answer.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { acceptLogin } from '../fetch-everywhere.ts';
import { startNode, waitUntil } from '../running-node.ts';

const mebibyte = 1024 * 1024;
const clientsEach = 15;
const stallTimeoutMs = 8000;
/** Two chunks that are read ahead (512 KiB each), what waits for the kernel, and what TLS or SSH makes of it. */
const clientBytesMax = 4 * mebibyte;

function residentBytes(pid: number): number {
  const kibibytes = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kibibytes) * 1024;
}

async function start(t: Test) {
  const node = await startNode(t, { settings: { sessionServerCount: 1, limits: { stallTimeoutMs } } });
  acceptLogin(node, 'secret');
  const pid = node.pids['session-server-1'] ?? 0;
  return { node, pid, descriptors: () => readdirSync(`/proc/${pid}/fd`).length };
}

t.test('clients that are stopped in mid-download', async (t) => {
  const { node, pid, descriptors } = await start(t);
  const grant = await node.publishAndStage(Buffer.alloc(200 * mebibyte, 'consign'));
  const path = `${grant.product}/${grant.version}/${grant.file}`;
  const login = ['-u', 'alice:secret'];
  const kinds: Readonly<Record<string, string[]>> = {
    https: [node.linkFor(grant)],
    ftps: ['--ssl-reqd', ...login, `ftp://localhost:${node.ports.ftp}/${path}`],
    sftp: [...login, `sftp://localhost:${node.ports.sftp}/${path}`],
  };
  for (const [kind, call] of Object.entries(kinds)) {
    const idleBytes = residentBytes(pid);
    const idleDescriptors = descriptors();
    const before = node.downloadsOf(grant.delivery).length;
    const calls = Array.from({ length: clientsEach }, () => ['--limit-rate', '2M', ...call]);
    const children = calls.map((args) => spawn('curl', ['-sS', '--insecure', '-o', '/dev/null', ...args]));
    t.teardown(() => children.forEach((child) => child.kill('SIGKILL')));
    await waitUntil(
      () => node.downloadsOf(grant.delivery).length === before + clientsEach,
      'all downloads',
      40_000,
    );
    for (const child of children) child.kill('SIGSTOP');
    let mostBytes = 0;
    for (let look = 0; look < 30; look += 1) {
      mostBytes = Math.max(mostBytes, residentBytes(pid));
      await delay(100);
    }
    const eachMebibytes = (mostBytes - idleBytes) / clientsEach / mebibyte;
    t.ok(
      mostBytes - idleBytes < clientsEach * clientBytesMax,
      `${kind}: ${eachMebibytes.toFixed(1)} MiB a client`,
    );
    const ended = () => node.downloadsOf(grant.delivery).filter(({ endedAtMs }) => endedAtMs !== null);
    await waitUntil(
      () => ended().length === before + clientsEach,
      `${kind}: the stall timeout`,
      stallTimeoutMs * 3,
    );
    t.ok(ended().every(({ outcome, sentBytes }) => outcome !== 'complete' && sentBytes < grant.sizeBytes));
    for (const child of children) child.kill('SIGKILL');
    await waitUntil(() => descriptors() <= idleDescriptors, `${kind}: nothing is left open`, 60_000);
  }
});

t.test('clients that ask without end and read no answer', async (t) => {
  const { node, pid, descriptors } = await start(t);
  const idleBytes = residentBytes(pid);
  const idleDescriptors = descriptors();
  const askers = [
    { port: node.ports.ftp, text: 'HELP\r\nFEAT\r\n' },
    { port: node.ports.sftp, text: 'SSH-2.0-Flood\r\n' },
  ].flatMap((asker) => Array.from({ length: clientsEach }, () => asker));
  const sockets = askers.map(({ port, text }) => {
    const socket = connect(port, '127.0.0.1')
      .pause()
      .on('error', () => undefined);
    const more = (): void => {
      while (!socket.destroyed && socket.write(text.repeat(1000)));
    };
    socket.on('connect', more).on('drain', more);
    return socket;
  });
  // The kernel's buffers fill first, on a busy machine slowly; then no more is taken.
  let grownMebibytes = Number.POSITIVE_INFINITY;
  for (let windows = 0; windows < 8 && grownMebibytes >= 15; windows += 1) {
    const earlyBytes = residentBytes(pid);
    await delay(4000);
    grownMebibytes = (residentBytes(pid) - earlyBytes) / mebibyte;
  }
  t.ok(grownMebibytes < 15, `${grownMebibytes.toFixed(1)} MiB more in the last seconds`);
  const eachMebibytes = (residentBytes(pid) - idleBytes) / sockets.length / mebibyte;
  t.ok(eachMebibytes < 12, `${eachMebibytes.toFixed(2)} MiB a client`);
  for (const socket of sockets) {
    socket.destroy();
    if (!socket.closed) await once(socket, 'close');
  }
  await waitUntil(() => descriptors() <= idleDescriptors, 'nothing is left open', 60_000);
});
