// A small file system in memory, for the tests that need a disk that is full, or another one. Mounting takes root, which
// continuous integration is: without it these tests fail, loudly, instead of proving nothing.
import { mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runProgram } from './run-program.ts';

const fillerName = 'filler';
const fillerStepBytes = [1 << 20, 1 << 12];

/** Mounts a tmpfs of `sizeMebibytes` on `directory`, which it makes; unmounted after the test `t`. */
export async function mountMemory(
  t: { readonly teardown: (done: () => Promise<void>) => void },
  directory: string,
  sizeMebibytes: number,
): Promise<MountedMemory> {
  mkdirSync(directory, { recursive: true });
  const options = ['-t', 'tmpfs', '-o', `size=${sizeMebibytes}m,mode=0700`, 'tmpfs', directory];
  const { code, stderr } = await runProgram('mount', options);
  if (code !== 0) throw new Error(`A tmpfs could not be mounted, which takes root: ${stderr}`);
  const memory = new MountedMemory(directory);
  t.teardown(() => memory.unmount());
  return memory;
}

/** A mounted tmpfs. */
export class MountedMemory {
  readonly directory: string;
  #mounted = true;

  constructor(directory: string) {
    this.directory = directory;
  }

  /** Bytes that still fit. */
  get freeBytes(): number {
    const { bavail, bsize } = statfsSync(this.directory);
    return bavail * bsize;
  }

  /** Takes all the space that is left, to the last page. */
  fill(): void {
    for (const stepBytes of fillerStepBytes) {
      while (this.freeBytes >= stepBytes) this.#grow(stepBytes);
    }
  }

  /** Gives it back. */
  free(): void {
    rmSync(join(this.directory, fillerName));
  }

  /** Unmounts it; a second time does nothing. */
  async unmount(): Promise<void> {
    if (!this.#mounted) return;
    const { code, stderr } = await runProgram('umount', ['--lazy', this.directory]);
    if (code !== 0) throw new Error(`The tmpfs could not be unmounted: ${stderr}`);
    this.#mounted = false;
  }

  #grow(bytes: number): void {
    try {
      writeFileSync(join(this.directory, fillerName), Buffer.alloc(bytes), { flag: 'a', mode: 0o600 });
    } catch (error) {
      // Another process may have been faster.
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    }
  }
}
