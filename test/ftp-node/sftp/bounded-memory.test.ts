// What clients can make the server hold in memory: many that never read, and one that lists a very large directory.
import t from 'tap';
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { linkSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from 'ssh2';
import { RawSftp, request, string, type, uint32, uint64 } from './raw-sftp.ts';
import { connectSsh } from './sftp-clients.ts';

const mebibyte = 1024 * 1024;
const entryCount = 150_000;
/** Files may have 65,000 links on ext4. */
const linksPerFile = 50_000;

interface MeasuredServer {
  readonly child: ChildProcess;
  readonly port: number;
  readonly accountDirectory: string;
}

async function startMeasured(t: { teardown(stop: () => Promise<unknown>): void }): Promise<MeasuredServer> {
  const child = fork(join(import.meta.dirname, 'measured-server.ts'));
  t.teardown(async () => {
    const exited = once(child, 'exit');
    child.disconnect();
    await exited;
  });
  const [told] = (await once(child, 'message')) as [Omit<MeasuredServer, 'child'>];
  return { child, ...told };
}

async function measure({ child }: MeasuredServer): Promise<number> {
  const told = once(child, 'message');
  child.send('measure');
  const [{ rssBytes }] = (await told) as [{ rssBytes: number }];
  return rssBytes;
}

/** Asks for 20 MiB, and takes nothing from its socket. */
async function askAndNeverRead(port: number): Promise<Client> {
  const client = await connectSsh(port);
  const raw = await RawSftp.start(client);
  const handle = string(await raw.openFile('/large'));
  const { _sock: socket } = client as unknown as { _sock: Socket };
  socket.pause();
  const reads = Array.from({ length: 80 }, (_, id) =>
    request(type.read, id, handle, uint64(id * 255 * 1024), uint32(255 * 1024)),
  );
  raw.send(Buffer.concat(reads));
  return client;
}

t.test('twenty clients that never read cost a bounded amount of memory', async (t) => {
  const server = await startMeasured(t);
  const before = await measure(server);
  const clients = await Promise.all(Array.from({ length: 20 }, () => askAndNeverRead(server.port)));
  let most = 0;
  for (let looks = 0; looks < 20; looks += 1) {
    await sleep(100);
    most = Math.max(most, await measure(server));
  }
  for (const client of clients) client.destroy();
  const grownBytes = most - before;
  t.comment(`from ${before} to ${most} bytes`);
  // 400 MiB were asked for. 1 MiB of each waits in READs, half a MiB encrypted; the connections themselves take some.
  t.ok(grownBytes < 80 * mebibyte, `${Math.round(grownBytes / mebibyte)} MiB`);
});

t.test('a directory of 150,000 entries is listed in bounded memory', async (t) => {
  const server = await startMeasured(t);
  const place = join(server.accountDirectory, 'many');
  await mkdir(place);
  for (let first = 0; first < entryCount; first += linksPerFile) {
    await writeFile(join(place, String(first)), '');
    for (let index = first + 1; index < first + linksPerFile; index += 1)
      linkSync(join(place, String(first)), join(place, String(index)));
  }
  const client = await connectSsh(server.port);
  const raw = await RawSftp.start(client);
  const opened = await raw.ask(type.opendir, 1, string('/many'));
  const handle = string(opened!.body.subarray(4));
  const before = await measure(server);
  let most = before;
  let seen = 0;
  for (let replies = 0; ; replies += 1) {
    const reply = await raw.ask(type.readdir, 2, handle);
    if (reply?.type !== type.name) break;
    seen += reply.body.readUInt32BE(0);
    if (replies % 100 === 0) most = Math.max(most, await measure(server));
  }
  client.end();
  t.equal(seen, entryCount);
  t.comment(`from ${before} to ${most} bytes`);
  // All entries with their long names would be more than this before they are objects.
  t.ok(most - before < 40 * mebibyte, `${Math.round((most - before) / mebibyte)} MiB`);
});
