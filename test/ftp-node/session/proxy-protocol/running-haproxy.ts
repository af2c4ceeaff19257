// A real HAProxy in front of a node: listeners of its own for both versions of the PROXY protocol. Callers: the tests of
// the PROXY protocol against HAProxy.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import type { Test } from 'tap';
import { plainCommand } from '../../../rig/plain-process.ts';
import { waitUntil } from '../../running-node.ts';

/** What HAProxy forwards to the node; ports may be a range (`20000-20030`), which keeps its numbers. */
export interface Forwarding {
  readonly listen: string;
  readonly node: string;
  /** `send-proxy`, `send-proxy-v2`, with a health check or not; empty for none. */
  readonly options: string;
}

/** Starts HAProxy; it speaks with the node from `source`. It ends with the test. */
export async function startHaproxy(
  t: Test,
  source: string,
  forwardings: readonly Forwarding[],
): Promise<void> {
  const file = join(t.testdir({}), 'haproxy.cfg');
  const sections = forwardings.map(
    ({ listen, node, options }, index) =>
      `listen forwarding${index}\n  bind ${listen}\n  server node ${node} source ${source} ${options}\n`,
  );
  const defaults = 'defaults\n  mode tcp\n  timeout connect 5s\n  timeout client 1m\n  timeout server 1m\n';
  writeFileSync(file, `global\n  maxconn 200\n${defaults}${sections.join('')}`);
  const child = spawn(...plainCommand('haproxy', ['-db', '-f', file]), { stdio: ['ignore', 'pipe', 'pipe'] });
  const said: string[] = [];
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => said.push(text));
  t.teardown(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  });
  const [host = '', port] = forwardings[0]?.listen.split(':') ?? [];
  let isUp = false;
  const look = (): void => {
    const socket = connect({ host, port: Number(port) });
    socket.on('connect', () => {
      isUp = true;
      socket.destroy();
    });
    socket.on('error', () => socket.destroy());
  };
  await waitUntil(() => {
    if (child.exitCode !== null) throw new Error(`HAProxy ended: ${said.join('')}`);
    if (!isUp) look();
    return isUp;
  }, 'HAProxy');
}
