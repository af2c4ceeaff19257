// Runs a real client program (curl, lftp, sftp, …) as its user would, bounded in time, and hands back what it said.
// Callers: the end-to-end tests. A client that was asked for a file is judged by the file, not by its words.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';

/** How a client program ended. `code` is null when a signal ended it. */
export interface ClientResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a client program is given beside its arguments. Time is in milliseconds. */
export interface ClientOptions {
  readonly directory: string;
  readonly environment?: Record<string, string>;
  readonly input?: string;
  readonly timeoutMs?: number;
  /** Killed (SIGKILL) when this aborts: a customer's client that goes away. */
  readonly signal?: AbortSignal;
}

const clientTimeoutMs = 90_000;

/** Runs `command` with `args`; resolves however it ends, rejects only when it can't be started. */
export async function runClient(
  command: string,
  args: readonly string[],
  options: ClientOptions,
): Promise<ClientResult> {
  const child = spawn(command, args, {
    cwd: options.directory,
    env: { ...process.env, ...options.environment },
    stdio: ['pipe', 'pipe', 'pipe'],
    timeout: options.timeoutMs ?? clientTimeoutMs,
    killSignal: 'SIGKILL',
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const kill = (): void => void child.kill('SIGKILL');
  options.signal?.addEventListener('abort', kill, { once: true });
  child.stdin.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
  child.stdin.end(options.input ?? '');
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', resolve);
    });
    return { code, stdout, stderr };
  } finally {
    options.signal?.removeEventListener('abort', kill);
  }
}

/** The lower-case hexadecimal SHA-256 of a file's bytes. */
export async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

/** Waits until the file at `path` has at least `bytes`; rejects after `timeoutMs`. */
export async function waitForBytes(path: string, bytes: number, timeoutMs = 20_000): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while ((await sizeOf(path)) < bytes) {
    if (Date.now() > deadline) throw new Error(`${path} did not reach ${bytes} bytes in ${timeoutMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** A file's size in bytes, 0 while it does not exist. */
export async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0;
    throw error;
  }
}
