// Starts the process that copies files, and makes a file that is worth copying. Caller: staging-benchmark.ts.
import { fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { open } from 'node:fs/promises';
import path from 'node:path';
import type { CopyOrder, CopyTimes } from './file-copier.ts';

/** Copies, and tells how long each copy took. */
export interface FileCopier {
  copy(order: CopyOrder): Promise<CopyTimes>;
  close(): void;
}

/** Starts it with `threads` threads for its file operations. */
export function startFileCopier(threads: number): FileCopier {
  const env = { ...process.env, UV_THREADPOOL_SIZE: String(threads) };
  const child = fork(path.join(import.meta.dirname, 'file-copier.ts'), { env });
  return {
    copy: async (order) => {
      child.send(order);
      const [times] = (await once(child, 'message')) as [CopyTimes];
      return times;
    },
    close: () => void child.kill(),
  };
}

/** A file whose blocks are all there, on the disk. */
export async function writeRealFile(file: string, sizeBytes: number): Promise<void> {
  const block = randomBytes(1024 * 1024);
  await using handle = await open(file, 'wx');
  for (let done = 0; done < sizeBytes;)
    done += (await handle.write(block, 0, block.length, done)).bytesWritten;
  await handle.sync();
}
