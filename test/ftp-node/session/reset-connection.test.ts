// Resetting a connection, also while it is being ended: its descriptor is closed in any case.
import { once } from 'node:events';
import { readdirSync, readlinkSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { resetConnection } from '#ftp-node/session/reset-connection.ts';
import { runProgram } from '../../rig/run-program.ts';

const triesMax = 500;

/** Descriptors of sockets that this process has. */
function socketCount(): number {
  return readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`).startsWith('socket:');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
      throw error;
    }
  }).length;
}

async function openPair(t: Test): Promise<{ ours: Socket; theirs: Socket; hasReset: () => boolean }> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const theirs = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const [[ours]] = (await Promise.all([once(server, 'connection'), once(theirs, 'connect')])) as [
    [Socket],
    unknown,
  ];
  let isReset = false;
  theirs.resume().on('error', (error: NodeJS.ErrnoException) => (isReset ||= error.code === 'ECONNRESET'));
  ours.on('error', () => undefined);
  t.teardown(() => {
    server.close();
    theirs.destroy();
    ours.destroy();
  });
  return { ours, theirs, hasReset: () => isReset };
}

/** Whether both ends are closed soon, and their descriptors. */
async function areClosed(
  { ours, theirs }: { ours: Socket; theirs: Socket },
  before: number,
): Promise<boolean> {
  const isOver = (): boolean => ours.closed && theirs.closed && socketCount() === before - 2;
  for (let tries = 0; tries < triesMax && !isOver(); tries += 1) await delay(10);
  return isOver();
}

/** In a process of its own, which would never end by itself: what is left open can't be closed any more. */
const defect = `
  const { createServer, connect } = require('node:net');
  const server = createServer({}, async (socket) => {
    socket.on('error', (error) => console.log(error.code, error.syscall));
    socket.on('close', () => console.log('closed'));
    socket.end('all of it');
    await null;
    socket.resetAndDestroy();
    setTimeout(() => process.exit(), 300);
  }).listen(0, '127.0.0.1', () => connect(server.address().port, '127.0.0.1').resume());
`;

t.test('Node.js itself does not close a connection that is reset in the turn of its end', async (t) => {
  const { stdout } = await runProgram(process.execPath, ['-e', defect]);
  t.equal(stdout, 'EINVAL reset\n', 'when this fails, reset-connection.ts has nothing to mend any more');
});

t.test('resets a connection in the middle of it', async (t) => {
  const pair = await openPair(t);
  const before = socketCount();
  pair.ours.write('half');
  resetConnection(pair.ours);
  t.ok(await areClosed(pair, before));
  t.ok(pair.hasReset(), 'the peer knows that it was not the end');
});

t.test('closes one that is ended and reset in one turn', async (t) => {
  const pair = await openPair(t);
  const before = socketCount();
  let closes = 0;
  pair.ours.on('close', () => (closes += 1));
  pair.ours.end('all of it');
  await Promise.resolve();
  resetConnection(pair.ours);
  resetConnection(pair.ours);
  t.ok(await areClosed(pair, before));
  await delay(20);
  t.equal(closes, 1, 'and tells it once');
});

t.test('resets one whose end waits for what the peer does not read', async (t) => {
  const pair = await openPair(t);
  const before = socketCount();
  pair.theirs.pause();
  pair.ours.end(Buffer.alloc(50_000_000));
  await delay(50);
  resetConnection(pair.ours);
  pair.theirs.resume();
  t.ok(await areClosed(pair, before));
  t.ok(pair.hasReset());
});
