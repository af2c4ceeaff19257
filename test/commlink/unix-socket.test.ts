// Calls over a Unix socket: its mode, stale and foreign files at its path, and hostile bytes.
import { once } from 'node:events';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { spawn } from 'node:child_process';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import t, { type Test } from 'tap';
import type { CallPeer } from '#commlink/method-table.ts';
import { connectUnix, listenUnix } from '#commlink/unix-socket.ts';
import { recordingLog, testMethods } from './two-nodes.ts';

const operator: CallPeer = { role: 'operator', name: 'operator', id: 'operator' };
const server: CallPeer = { role: 'internal-db', name: 'db1', id: 'db1' };
const { log } = recordingLog();

async function socketPath(t: Test): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), 'consign-unix-'));
  t.teardown(() => rm(directory, { recursive: true, force: true }));
  return path.join(directory, 'admin.sock');
}

async function listenAt(t: Test, file: string): Promise<{ close(): Promise<void> }> {
  const handlers = {
    echo: async ({ text }: { text: string }) => ({ text, servedBy: 'db1' }),
    'internal-db.only': async () => ({}),
    'session.open': async () => ({ servedBy: 'db1' }),
  };
  const listening = await listenUnix({ path: file, peer: operator, offered: testMethods, handlers, log });
  t.teardown(() => listening.close());
  return listening;
}

void t.test('answers calls over a socket that only its owner can reach', async (t) => {
  const file = await socketPath(t);
  const umaskBefore = process.umask(0);
  await listenAt(t, file);
  t.equal(process.umask(umaskBefore), 0, 'the umask is as it was');
  t.equal((await stat(file)).mode & 0o777, 0o600);
  const peer = await connectUnix({ path: file, peer: server, called: testMethods, log });
  t.equal((await peer.call('echo', { text: 'hi' })).text, 'hi');
  await t.rejects(peer.call('internal-db.only', {}), { code: 'forbidden' });
  peer.close();
  await peer.closed;
});

void t.test("connecting fails with the system's code", async (t) => {
  const file = await socketPath(t);
  await t.rejects(connectUnix({ path: file, peer: server, called: testMethods, log }), { code: 'ENOENT' });
});

void t.test('replaces the socket of a process that was killed', async (t) => {
  const file = await socketPath(t);
  const script = `require('net').createServer().listen(${JSON.stringify(file)}, () => console.log('up'))`;
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  child.kill('SIGKILL');
  await once(child, 'exit');
  t.ok((await stat(file)).isSocket());
  await t.rejects(connectUnix({ path: file, peer: server, called: testMethods, log }), {
    code: 'ECONNREFUSED',
  });
  await listenAt(t, file);
  const peer = await connectUnix({ path: file, peer: server, called: testMethods, log });
  t.equal((await peer.call('echo', { text: 'new' })).text, 'new');
  peer.close();
});

void t.test('does not take a socket that is in use, nor a file that is no socket', async (t) => {
  const file = await socketPath(t);
  await listenAt(t, file);
  await t.rejects(listenAt(t, file), { code: 'SOCKET_IN_USE' });
  await writeFile(`${file}.txt`, 'precious');
  await t.rejects(listenAt(t, `${file}.txt`), { code: 'SOCKET_PATH_TAKEN' });
});

void t.test('bad input closes that connection only, and closing the listener ends the rest', async (t) => {
  const file = await socketPath(t);
  const listening = await listenAt(t, file);
  const peer = await connectUnix({ path: file, peer: server, called: testMethods, log });
  const hostile = connect(file);
  hostile.write('GET / HTTP/1.1\r\n\r\n');
  hostile.resume();
  await once(hostile, 'close');
  t.equal((await peer.call('echo', { text: 'still' })).text, 'still');
  await listening.close();
  await peer.closed;
});
