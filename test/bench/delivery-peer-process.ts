// Runs one of the servers that we are measured against, and ends it with all that it has started. Caller: delivery-peers.ts.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { plainCommand } from '../rig/plain-process.ts';
import type { PeerProgram } from './delivery-packages.ts';

/**
 * Starts the server and waits for whatever it leaves behind (PR_SET_CHILD_SUBREAPER, prctl(2)): some of these servers do
 * not wait for their own children, whose processor time would be lost. Perl is in every Debian.
 */
const reaper = String.raw`
my $prctl = shift; syscall($prctl, 36, 1) == 0 or die "prctl: $!";
my $server = fork // die; if (!$server) { exec @ARGV or die "exec: $!" }
$SIG{TERM} = sub { kill 'TERM', $server };
while ((my $ended = wait) != -1 || $!{EINTR}) { exit 0 if $ended == $server }
`;
const prctlNumbers: Readonly<Record<string, number>> = { x64: 157, arm64: 167 };
const startWithinMs = 10_000;
const pollMs = 20;

/** A server that runs. `pid` is that of the process above it, which has its processor time. */
export interface PeerProcess {
  readonly pid: number;
  stop(): Promise<void>;
}

/** Starts it in the foreground, with `args`, and waits until `port` answers. Throws with what it said when it ends. */
export async function startPeerProcess(
  program: PeerProgram,
  args: readonly string[],
  port: number,
): Promise<PeerProcess> {
  const number = prctlNumbers[process.arch];
  if (number === undefined) throw new Error(`The number of prctl(2) on ${process.arch} is not known here.`);
  const command = plainCommand('perl', ['-e', reaper, String(number), program.path, ...args]);
  const child = spawn(...command, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...program.environment },
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (said += text));
  const exited = once(child, 'exit');
  const hasEnded = (): boolean => child.exitCode !== null || child.signalCode !== null;
  const deadlineMs = performance.now() + startWithinMs;
  while (!(await answers(port))) {
    if (hasEnded() || performance.now() > deadlineMs) {
      child.kill('SIGKILL');
      throw new Error(`${program.path} does not serve: ${said}`);
    }
    await delay(pollMs);
  }
  return {
    pid: child.pid ?? 0,
    stop: async () => {
      child.kill('SIGTERM');
      await exited;
    },
  };
}

async function answers(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ECONNREFUSED') return false;
    throw error;
  } finally {
    socket.destroy();
  }
}
