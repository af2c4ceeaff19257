// A real HAProxy in front of our programs: with a whole configuration, or with listeners for both versions of the PROXY
// protocol. Callers: the tests of balancers.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import type { Test } from 'tap';
import { plainCommand } from './plain-process.ts';
import { waitFor } from './running-consign.ts';

const startWithinMs = 60_000;

/** What HAProxy forwards to the node; ports may be a range (`20000-20030`), which keeps its numbers. */
export interface Forwarding {
  readonly listen: string;
  readonly node: string;
  /** `send-proxy`, `send-proxy-v2`, with a health check or not; empty for none. */
  readonly options: string;
}

/** Starts HAProxy for these; it speaks with the node from `source`. It ends with the test. */
export async function startHaproxy(
  t: Test,
  source: string,
  forwardings: readonly Forwarding[],
): Promise<void> {
  const sections = forwardings.map(
    ({ listen, node, options }, index) =>
      `listen forwarding${index}\n  bind ${listen}\n  server node ${node} source ${source} ${options}\n`,
  );
  const defaults = 'defaults\n  mode tcp\n  timeout connect 5s\n  timeout client 1m\n  timeout server 1m\n';
  const [host = '', port] = forwardings[0]?.listen.split(':') ?? [];
  await runHaproxy(t, `global\n  maxconn 200\n${defaults}${sections.join('')}`, {
    host,
    port: Number(port),
  });
}

/** Starts HAProxy with this configuration, and waits until it listens at `door`. It ends with the test. */
export async function runHaproxy(
  t: Test,
  configuration: string,
  door: { readonly host: string; readonly port: number },
): Promise<void> {
  const file = join(t.testdir({}), 'haproxy.cfg');
  writeFileSync(file, configuration);
  const child = spawn(...plainCommand('haproxy', ['-db', '-f', file]), { stdio: ['ignore', 'pipe', 'pipe'] });
  const said: string[] = [];
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => said.push(text));
  t.teardown(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  });
  const isUp = (): Promise<boolean> => {
    if (child.exitCode !== null) throw new Error(`HAProxy ended: ${said.join('')}`);
    const socket = connect(door);
    return new Promise((resolve) => {
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
      socket.once('close', () => resolve(false));
    }).finally(() => socket.destroy()) as Promise<boolean>;
  };
  await waitFor('HAProxy', isUp, startWithinMs);
}
