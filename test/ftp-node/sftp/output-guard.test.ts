// A peer that sends and does not read: with the guard the other side stops reading, without it its queue grows.
import t from 'tap';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { waitUntil } from './sftp-fixture.ts';
import { guardOutput } from '#ftp-node/session/sftp/output-guard.ts';

const mebibyte = 1024 * 1024;

interface Pair {
  readonly client: Socket;
  readonly server: Socket;
  close(): void;
}

/** A connection whose server answers each byte with many, as ssh2 does without asking whether there is room. */
async function connectPair(): Promise<Pair> {
  const listener = createServer().listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const client = connect((listener.address() as AddressInfo).port, '127.0.0.1').on('error', () => undefined);
  const [server] = (await once(listener, 'connection')) as [Socket];
  server.on('error', () => undefined);
  server.on('data', (chunk: Buffer) => server.write(Buffer.alloc(chunk.length * 20)));
  const close = (): void => {
    client.destroy();
    server.destroy();
    listener.close();
  };
  return { client, server, close };
}

/** Sends from the client for a while; returns the most that waited at the server. */
async function flood({ client, server }: Pair): Promise<number> {
  client.pause();
  let mostBytes = 0;
  for (let round = 0; round < 100; round += 1) {
    if (client.writableLength < mebibyte) client.write(Buffer.alloc(64 * 1024));
    await sleep(2);
    mostBytes = Math.max(mostBytes, server.writableLength);
  }
  return mostBytes;
}

t.test('replies that are not taken stop the reading, and taking them starts it again', async (t) => {
  const unguarded = await connectPair();
  t.ok((await flood(unguarded)) > 32 * mebibyte, 'without the guard');
  unguarded.close();

  const pair = await connectPair();
  guardOutput({
    socket: pair.server,
    isExchangingKeys: () => false,
    onExcess: () => t.fail('in no exchange'),
  });
  t.ok((await flood(pair)) < 4 * mebibyte, 'with the guard');
  t.ok(pair.server.isPaused());
  const readBefore = pair.server.bytesRead;
  const resumed = once(pair.server, 'resume');
  pair.client.resume();
  await resumed;
  await waitUntil(() => pair.server.bytesRead > readBefore);
  t.ok(pair.server.bytesRead > readBefore);
  pair.close();
});

t.test('a flood during a key exchange is reported', async (t) => {
  const pair = await connectPair();
  const excess = new Promise<void>((onExcess) => {
    guardOutput({ socket: pair.server, isExchangingKeys: () => true, onExcess });
  });
  pair.client.resume().write(Buffer.alloc(9 * mebibyte));
  await excess;
  t.ok(pair.server.bytesRead > 8 * mebibyte);
  pair.close();
});
