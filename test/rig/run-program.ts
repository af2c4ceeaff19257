// Runs a program to its end, bounded in time, and hands back what it said. Callers: the rig, and the tests that drive
// real client programs and our own commands.
import { spawn } from 'node:child_process';
import { plainCommand } from './plain-process.ts';

/** How a program ended. `code` is null when a signal ended it. */
export interface ProgramResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** For a program that hangs. One that is slow, on a machine busy with other tests, is let be. */
const timeoutMs = 300_000;

/** What a program is given beside its arguments. */
export interface ProgramOptions {
  /** Added to this process's own environment. */
  readonly environment?: NodeJS.ProcessEnv;
  readonly directory?: string;
  /** Standard input, empty otherwise. */
  readonly input?: string;
  /** Kills the program (SIGKILL) when it aborts: a client that goes away. */
  readonly signal?: AbortSignal;
}

/** Runs `command`; resolves however it ends, rejects when it can't be started. */
export function runProgram(
  command: string,
  args: readonly string[],
  options: ProgramOptions = {},
): Promise<ProgramResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(...plainCommand(command, args), {
      cwd: options.directory,
      env: { ...process.env, ...options.environment },
      stdio: ['pipe', 'pipe', 'pipe'],
      timeout: timeoutMs,
      killSignal: 'SIGKILL',
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.stdin.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') reject(error);
    });
    child.stdin.end(options.input ?? '');
    child.on('error', reject);
    const kill = (): void => void child.kill('SIGKILL');
    options.signal?.addEventListener('abort', kill, { once: true });
    child.on('close', (code) => {
      options.signal?.removeEventListener('abort', kill);
      resolve({ code, stdout, stderr });
    });
  });
}
