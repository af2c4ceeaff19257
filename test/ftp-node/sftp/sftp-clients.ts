// Runs the SFTP clients that customers have, against a server on this machine. Used by the tests of this folder.
// OpenSSH gets its password from an askpass script that reads it from a file; no password is an argument of a process.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import ssh2, { type Client, type ConnectConfig, type SFTPWrapper } from 'ssh2';
import { password, username } from './sftp-fixture.ts';

/** What a program printed and how it ended. */
export interface ProgramResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end, or kills it at the deadline. */
export async function runProgram(
  command: readonly string[],
  options: { cwd?: string; env?: Record<string, string>; input?: string; deadlineMs?: number } = {},
): Promise<ProgramResult> {
  const child = spawn(command[0]!, command.slice(1), {
    cwd: options.cwd ?? tmpdir(),
    env: { PATH: process.env['PATH'], HOME: options.cwd ?? tmpdir(), ...options.env },
    // A session of its own, so that ssh finds no terminal to ask on.
    detached: true,
  });
  // With its children: scp starts ssh, which would hold the pipes open.
  const kill = (): boolean => child.pid !== undefined && process.kill(-child.pid, 'SIGKILL');
  const deadline = setTimeout(kill, options.deadlineMs ?? 20_000);
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  child.stdin.on('error', () => undefined).end(options.input ?? '');
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject).once('close', resolve);
    });
    return { code, stdout, stderr };
  } finally {
    clearTimeout(deadline);
  }
}

/** A directory with what the clients need: the password in a file, an askpass script. Removed with the test `t`. */
export async function makeClientHome(
  t: { teardown(cleanUp: () => Promise<void>): void },
  secret = password,
): Promise<{ home: string; env: Record<string, string> }> {
  const home = await mkdtemp(join(tmpdir(), 'consign-sftp-client-'));
  t.teardown(() => rm(home, { recursive: true }));
  const secretFile = join(home, 'secret');
  const askpass = join(home, 'askpass');
  await writeFile(secretFile, `${secret}\n`, { mode: 0o600 });
  await writeFile(askpass, `#!/bin/sh\nexec cat "${secretFile}"\n`);
  await chmod(askpass, 0o700);
  return { home, env: { SSH_ASKPASS: askpass, SSH_ASKPASS_REQUIRE: 'force' } };
}

/** Options that OpenSSH's sftp and scp need to talk to a test server. */
export const openSshOptions = [
  ['-o', 'StrictHostKeyChecking=no'],
  ['-o', 'UserKnownHostsFile=/dev/null'],
  ['-o', 'LogLevel=ERROR'],
  ['-F', '/dev/null'],
].flat();

/** SHA-256 of a file, in hexadecimal. */
export async function digestFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

/** An ssh2 client that is logged in. `end` it. */
export async function connectSsh(port: number, config: ConnectConfig = {}): Promise<Client> {
  const client = new ssh2.Client();
  // One that stays: a refused client can still hear of a reset.
  client.on('error', () => client.destroy());
  await new Promise<void>((resolve, reject) => {
    client.once('ready', resolve).once('error', reject);
    client.once('close', () => reject(new Error('The connection was closed.')));
    client.connect({ host: '127.0.0.1', port, username, password, readyTimeout: 10_000, ...config });
  });
  return client;
}

/** Opens the sftp subsystem of a client with ssh2's own codec. */
export async function openSftp(client: Client): Promise<SFTPWrapper> {
  return await new Promise((resolve, reject) => {
    client.sftp((error, sftp) => (error ? reject(error) : resolve(sftp)));
  });
}

/** The fingerprint of a server's Ed25519 host key, as PuTTY and OpenSSH write it. */
export async function readHostKey(port: number): Promise<string> {
  const scan = await runProgram(['ssh-keyscan', '-t', 'ed25519', '-p', String(port), '127.0.0.1']);
  const key = Buffer.from(scan.stdout.trim().split(' ').at(-1) ?? '', 'base64');
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;
}
