// Connects from a random local port, since the port chooses the key. Left to itself Linux hands out even ports to
// connect(2) and walks them in a pattern; a random one of the whole range makes every key of the bag as likely.
// Caller: link-dialler.ts.
import { randomInt } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { keepAliveMs, localPortAttemptsMax } from '../limits.ts';
import { LinkError } from './link-error.ts';

const linuxRangeFile = '/proc/sys/net/ipv4/ip_local_port_range';
/** IANA's dynamic ports (RFC 6335 section 6), where the system does not say. */
const dynamicPorts: PortRange = { from: 49_152, to: 65_535 };
/** Somebody has the port, or its last connection to the same address is still in TIME_WAIT. */
const portTaken: ReadonlySet<string> = new Set(['EADDRINUSE', 'EADDRNOTAVAIL', 'EACCES']);

/** Local ports to choose from, both ends included. */
export interface PortRange {
  readonly from: number;
  readonly to: number;
}

/** The system's range for outgoing connections. Never throws: a system without the file gets IANA's range. */
export async function readEphemeralPorts(): Promise<PortRange> {
  const text = await readFile(linuxRangeFile, 'utf8').catch(() => '');
  const [, from, to] = /^(\d+)\s+(\d+)\s*$/.exec(text) ?? [];
  const range = { from: Number(from), to: Number(to) };
  return range.from > 1023 && range.to > range.from && range.to <= 65_535 ? range : dynamicPorts;
}

/** Opens a TCP connection from a random port of the range. Throws LinkError `unreachable` or `timeout`. */
export async function connectFromRandomPort(
  target: { readonly host: string; readonly port: number },
  range: PortRange,
  signal: AbortSignal,
): Promise<Socket> {
  for (let attempt = 1; ; attempt += 1) {
    const localPort = randomInt(range.from, range.to + 1);
    // On loopback, a connection from a port to the same port would reach itself.
    if (localPort === target.port) continue;
    try {
      return await connectFrom(localPort, target, signal);
    } catch (cause) {
      if (signal.aborted) throw new LinkError('timeout', 'No TCP connection came about in time.', { cause });
      const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
      if (!portTaken.has(code) || attempt >= localPortAttemptsMax)
        throw new LinkError('unreachable', `${target.host}:${target.port} cannot be reached (${code}).`, {
          cause,
        });
    }
  }
}

function connectFrom(
  localPort: number,
  { host, port }: { readonly host: string; readonly port: number },
  signal: AbortSignal,
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({
      host,
      port,
      localPort,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: keepAliveMs,
    });
    const settle = (act: () => void): void => {
      signal.removeEventListener('abort', onAbort);
      socket.off('error', onError);
      socket.off('connect', onConnect);
      act();
    };
    const onError = (error: Error): void => settle(() => reject(error));
    const onConnect = (): void => settle(() => resolve(socket));
    const onAbort = (): void => {
      settle(() => reject(new Error('aborted')));
      socket.on('error', () => socket.destroy());
      socket.destroy();
    };
    if (signal.aborted) return onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    socket.on('error', onError);
    socket.on('connect', onConnect);
  });
}
