// One hostile connection: sends what it is told in pieces of any size, swallows what comes back, and goes away in one of
// several ways. Never waits for long. Callers: the fuzzers of this folder.
import { connect, type Socket } from 'node:net';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { connect as connectTls, TLSSocket } from 'node:tls';
import type { Random } from '../rig/random.ts';

const host = '127.0.0.1';
const lingersMsMax = 20;
const piecesMax = 4;

/** A connection, in clear. Rejects when it is refused: a server that listens must take it. */
export async function openHostile(port: number): Promise<Socket> {
  const socket = connect({ host, port, noDelay: true });
  await once(socket, 'connect');
  return swallow(socket);
}

/** TLS on a connection, which is not to be touched any more; null when the server does not want to. */
export async function secureHostile(socket: Socket): Promise<Socket | null> {
  const secure = connectTls({ socket, rejectUnauthorized: false });
  swallow(secure);
  return new Promise((resolve) => {
    secure.once('secureConnect', () => resolve(secure));
    secure.once('close', () => resolve(null));
  });
}

/** Sends the bytes in up to four pieces, with or without a pause between them. */
export async function sendInPieces(socket: Socket, bytes: Buffer, random: Random): Promise<void> {
  const pieceCount = random.between(1, piecesMax);
  const cuts = Array.from({ length: pieceCount - 1 }, () => random.between(0, bytes.length)).toSorted(
    (left, right) => left - right,
  );
  for (const [index, from] of [0, ...cuts].entries()) {
    if (socket.destroyed || !socket.writable) return;
    socket.write(bytes.subarray(from, cuts[index] ?? bytes.length));
    if (random.percent(30)) await delay(random.between(0, 3));
  }
}

/** Goes away: at once, by a reset, in order, or after having ended its own half and waited. Under TLS there is no reset. */
export async function leave(socket: Socket, random: Random): Promise<void> {
  if (random.percent(50)) await delay(random.between(0, lingersMsMax));
  const way = random.pick(['destroy', 'reset', 'end', 'half']);
  if (way === 'reset' && !(socket instanceof TLSSocket)) socket.resetAndDestroy();
  if (way === 'end' || way === 'half') socket.end();
  if (way === 'half') await delay(lingersMsMax);
  // What the server does not close by itself is not waited for: this client is gone.
  if (way === 'end') await delay(random.between(0, lingersMsMax));
  socket.destroy();
}

/** Random bytes. */
export function noise(random: Random, bytesMax: number): Buffer {
  return Buffer.from(Array.from({ length: random.between(0, bytesMax) }, () => random.between(0, 255)));
}

function swallow<S extends Socket>(socket: S): S {
  socket.on('error', () => socket.destroy());
  socket.resume();
  return socket;
}
