// The read loop against real sockets: whole, in parts, broken, stalled, slow and cut.
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, truncateSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { KernelSender } from '#ftp-node/session/kernel-sender.ts';
import { sendFile, type FileSending } from '#ftp-node/session/send-file.ts';

const sizeBytes = 8 * 1024 * 1024 + 17;

async function connectPair(t: Test): Promise<{ server: Socket; client: Socket }> {
  const listener = createServer();
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const client = connect((listener.address() as AddressInfo).port, '127.0.0.1');
  const [server] = (await once(listener, 'connection')) as [Socket];
  for (const socket of [server, client]) socket.on('error', () => undefined);
  t.teardown(() => {
    server.destroy();
    client.destroy();
    listener.close();
  });
  return { server, client };
}

type Pace = FileSending['transfer']['pace'];

/** Every test but those of the kernel's own way runs for both. */
const ways = [
  { name: 'copied', kernel: undefined },
  { name: 'sent by the kernel', kernel: new KernelSender() },
] as const;
type Way = (typeof ways)[number];

async function prepare(
  { t, kernel }: { t: Test } & Pick<Way, 'kernel'>,
  limits = { readChunkBytes: 64 * 1024, stallTimeoutMs: 2000 },
  pace: Pace = null,
) {
  const content = randomBytes(sizeBytes);
  const file = join(t.testdir({}), 'file');
  writeFileSync(file, content);
  const handle = await open(file);
  t.teardown(() => handle.close());
  const { server, client } = await connectPair(t);
  const cut = new AbortController();
  const progress: number[] = [];
  const transfer = {
    signal: cut.signal,
    pace,
    progress: (sentBytes: number) => void progress.push(sentBytes),
  };
  const send = (offsetBytes = 0, lengthBytes = sizeBytes - offsetBytes) =>
    sendFile({
      handle,
      offsetBytes,
      lengthBytes,
      destination: server,
      socket: server,
      transfer,
      limits,
      ...(kernel && { kernel }),
    });
  return { content, file, server, client, cut, progress, send };
}

const digestOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

async function receive(client: Socket): Promise<Buffer> {
  return Buffer.concat(await client.toArray());
}

for (const { name, kernel } of ways) {
  for (const [offsetBytes, lengthBytes] of [
    [0, sizeBytes],
    [0, 0],
    [sizeBytes, 0],
    [1, 1],
    [0, 64 * 1024],
    [0, 64 * 1024 + 1],
    [12_345, 3 * 1024 * 1024],
    [sizeBytes - 1, 1],
  ] as const)
    await t.test(`${name}: sends ${lengthBytes} bytes from ${offsetBytes}`, async (t) => {
      const { content, server, client, progress, send } = await prepare({ t, kernel });
      const received = receive(client);
      const result = await send(offsetBytes, lengthBytes);
      server.end();
      t.same(result, { end: 'sent', sentBytes: lengthBytes });
      t.equal(digestOf(await received), digestOf(content.subarray(offsetBytes, offsetBytes + lengthBytes)));
      t.equal(progress.at(-1) ?? 0, lengthBytes);
    });

  await t.test(
    `${name}: a peer that takes nothing is stalled, and the count stays behind what was sent`,
    async (t) => {
      const { client, send } = await prepare(
        { t, kernel },
        { readChunkBytes: 16 * 1024 * 1024, stallTimeoutMs: 300 },
      );
      client.pause();
      const result = await send();
      t.equal(result.end, 'stalled');
      t.ok(kernel ? result.sentBytes < sizeBytes : result.sentBytes === 0);
    },
  );

  await t.test(`${name}: a slow peer that keeps taking bytes is not stalled`, async (t) => {
    const { content, client, server, send } = await prepare(
      { t, kernel },
      {
        readChunkBytes: 16 * 1024 * 1024,
        stallTimeoutMs: 400,
      },
    );
    const received: Buffer[] = [];
    const reading = (async () => {
      for await (const chunk of client) {
        received.push(chunk as Buffer);
        await delay(8);
      }
    })();
    const result = await send();
    server.end();
    await reading;
    t.equal(result.end, 'sent');
    t.equal(digestOf(Buffer.concat(received)), digestOf(content));
  });

  await t.test(`${name}: a peer that goes away ends the loop, without an error thrown`, async (t) => {
    const { client, send } = await prepare({ t, kernel });
    client.once('data', () => client.resetAndDestroy());
    const result = await send();
    t.equal(result.end, 'peer_closed');
    t.ok(result.sentBytes < sizeBytes);
  });

  await t.test(`${name}: a cut ends the loop at once, even while the peer takes nothing`, async (t) => {
    const { client, cut, send } = await prepare(
      { t, kernel },
      {
        readChunkBytes: 16 * 1024 * 1024,
        stallTimeoutMs: 60_000,
      },
    );
    client.pause();
    const sending = send();
    await delay(50);
    const startedAt = performance.now();
    cut.abort();
    t.equal((await sending).end, 'cut');
    t.ok(performance.now() - startedAt < 500);
  });

  await t.test(`${name}: a transfer that was cut before it began sends nothing`, async (t) => {
    const { cut, progress, send } = await prepare({ t, kernel });
    cut.abort();
    t.same(await send(), { end: 'cut', sentBytes: 0 });
    t.same(progress, []);
  });

  await t.test(
    `${name}: a file that is shorter than recorded is a failure, never a short success`,
    async (t) => {
      const { file, client, send } = await prepare({ t, kernel });
      client.resume();
      truncateSync(file, sizeBytes - 5);
      t.equal((await send()).end, 'read_failed');
    },
  );

  await t.test(`${name}: a limited rate is waited for, and is no stall`, async (t) => {
    const asked: number[] = [];
    const limits = { readChunkBytes: 4 * 1024 * 1024, stallTimeoutMs: 200 };
    const { content, client, server, send } = await prepare({ t, kernel }, limits, async (byteCount) => {
      asked.push(byteCount);
      if (asked.length % 64 === 0) await delay(350);
    });
    const received = receive(client);
    t.equal((await send()).end, 'sent');
    server.end();
    t.equal(digestOf(await received), digestOf(content));
    t.equal(
      asked.reduce((sum, byteCount) => sum + byteCount, 0),
      sizeBytes,
    );
    t.ok(Math.max(...asked) <= 64 * 1024, 'in slices');
  });

  await t.test(
    `${name}: who goes away, or is cut, while its turn is waited for is not waited for`,
    async (t) => {
      for (const [expected, leave] of [
        ['peer_closed', ({ client }) => client.resetAndDestroy()],
        ['cut', ({ cut }) => cut.abort()],
      ] as [string, (given: { client: Socket; cut: AbortController }) => void][]) {
        const { client, cut, send } = await prepare(
          { t, kernel },
          undefined,
          () => new Promise(() => undefined),
        );
        client.resume();
        const sending = send();
        await delay(50);
        leave({ client, cut });
        t.same(await sending, { end: expected, sentBytes: 0 });
      }
    },
  );

  await t.test(`${name}: leaves no listeners on the socket`, async (t) => {
    const { client, server, send } = await prepare({ t, kernel });
    client.resume();
    const before = server.eventNames().map((name) => [name, server.listenerCount(name)]);
    await send();
    t.same(
      server.eventNames().map((name) => [name, server.listenerCount(name)]),
      before,
    );
    t.equal(server.timeout, 0);
  });
}

await t.test(
  'a disk that fails in mid-transfer ends the loop with its error, and nothing after it is sent',
  async (t) => {
    const { server, client } = await connectPair(t);
    const received = receive(client);
    const failure = Object.assign(new Error('EIO: i/o error, read'), { code: 'EIO' });
    const handle = {
      read: async (...[buffer, offset, length, position]: [Buffer, number, number, number]) => {
        if (position >= 1_000_000) throw failure;
        buffer.fill(7, offset, offset + length);
        return { bytesRead: Math.min(length, 1_000_000 - position), buffer };
      },
    } as unknown as FileSending['handle'];
    const result = await sendFile({
      handle,
      offsetBytes: 0,
      lengthBytes: sizeBytes,
      destination: server,
      socket: server,
      transfer: { signal: new AbortController().signal, pace: null, progress: () => undefined },
      limits: { readChunkBytes: 64 * 1024, stallTimeoutMs: 2000 },
    });
    server.destroy();
    t.match(result, { end: 'read_failed', cause: failure });
    t.ok(result.sentBytes <= 1_000_000);
    t.ok((await received).length <= 1_000_000);
  },
);

await t.test('the kernel sends nearly all of it', async (t) => {
  const kernel = new KernelSender();
  const taken: number[] = [];
  const send = kernel.send.bind(kernel);
  kernel.send = async (...part) => {
    const bytes = await send(...part);
    taken.push(bytes);
    return bytes;
  };
  const { client, send: sendAll } = await prepare({ t, kernel });
  client.resume();
  t.equal((await sendAll()).end, 'sent');
  t.ok(taken.reduce((sum, bytes) => sum + bytes, 0) > sizeBytes / 2);
});

await t.test('where the kernel takes nothing, all is copied', async (t) => {
  const kernel = new KernelSender();
  kernel.send = async () => 0;
  const { content, client, server, send } = await prepare({ t, kernel });
  const received = receive(client);
  t.same(await send(), { end: 'sent', sentBytes: sizeBytes });
  server.end();
  t.equal(digestOf(await received), digestOf(content));
});

await t.test(
  'the kernel takes nothing for a socket that is gone, and leaves no descriptor behind',
  async (t) => {
    const kernel = new KernelSender();
    const file = join(t.testdir({}), 'file');
    writeFileSync(file, randomBytes(sizeBytes));
    await using handle = await open(file);
    const part = { handle, offsetBytes: 0, lengthBytes: sizeBytes };
    const { server, client } = await connectPair(t);
    const before = readdirSync('/proc/self/fd').length;
    t.ok((await kernel.send(server, part)) > 0);
    t.equal(readdirSync('/proc/self/fd').length, before);
    // Destroyed while the kernel sends: what it sends into is still this socket, and no other.
    client.resume();
    const sending = kernel.send(server, part);
    server.destroy();
    await sending;
    t.equal(await kernel.send(server, part), 0);
  },
);
