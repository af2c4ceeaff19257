// The peer of the staging benchmark: what a gateway without hard links does, which is to copy the file into the customer's
// directory until it is on the disk. A process of its own with as many threads as customers, started by copied-files.ts
// with fork(). It reads and writes, so that no file system can share the blocks instead of copying them.
import { mkdir, open, rm } from 'node:fs/promises';
import path from 'node:path';

/** What the parent asks for: each of `customers` makes `copiesEach` copies one after the other, all at once. */
export interface CopyOrder {
  readonly source: string;
  readonly directory: string;
  readonly customers: number;
  readonly copiesEach: number;
}

/** What it gets back. */
export interface CopyTimes {
  readonly latenciesMs: readonly number[];
  readonly elapsedMs: number;
}

const chunkBytes = 1024 * 1024;

process.on('message', (order: CopyOrder) => {
  void carryOut(order).then((times) => process.send?.(times));
});
process.once('disconnect', () => process.exit(0));

async function carryOut({ source, directory, customers, copiesEach }: CopyOrder): Promise<CopyTimes> {
  const latenciesMs: number[] = [];
  const places = Array.from({ length: customers }, (_, index) => path.join(directory, `account-${index}`));
  for (const place of places) await mkdir(place, { recursive: true });
  const startMs = performance.now();
  await Promise.all(
    places.map(async (place) => {
      for (let copies = 0; copies < copiesEach; copies += 1) {
        const beforeMs = performance.now();
        await copyDurably(source, path.join(place, `file-${copies}`));
        latenciesMs.push(performance.now() - beforeMs);
      }
    }),
  );
  const elapsedMs = performance.now() - startMs;
  for (const place of places) await rm(place, { recursive: true });
  return { latenciesMs, elapsedMs };
}

async function copyDurably(source: string, target: string): Promise<void> {
  await using from = await open(source, 'r');
  await using to = await open(target, 'wx', 0o444);
  const { size } = await from.stat();
  const chunk = Buffer.allocUnsafe(Math.min(size, chunkBytes));
  for (let done = 0; done < size;) {
    const { bytesRead } = await from.read(chunk, 0, chunk.length, done);
    const { bytesWritten } = await to.write(chunk, 0, bytesRead, done);
    done += bytesWritten;
  }
  await to.sync();
}
