// Opens a listener on a free port of the passive range. The order is random, so that nobody can tell which port the
// next data connection comes to; what is free only the kernel knows, so it is asked by listening. Caller:
// passive-connector.ts.
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import type { PortRange } from './ftp-gateway.ts';
import { ftpLimits } from './ftp-limits.ts';

/**
 * A listening server, or null when every port that was tried is taken. Sockets that it accepts are paused, and open for
 * writing after the client has closed its own direction. Throws the system's error for any other failure.
 */
export async function listenOnRandomPort(address: string, range: PortRange): Promise<Server | null> {
  const attemptsMax = Math.min(range.to - range.from + 1, ftpLimits.passivePortAttemptsMax);
  const tried = new Set<number>();
  while (tried.size < attemptsMax) {
    const port = randomInt(range.from, range.to + 1);
    if (tried.has(port)) continue;
    tried.add(port);
    const server = await listenOn(address, port);
    if (server !== null) return server;
  }
  return null;
}

async function listenOn(address: string, port: number): Promise<Server | null> {
  const server = createServer({ pauseOnConnect: true, allowHalfOpen: true });
  try {
    server.listen(port, address);
    await once(server, 'listening');
    return server;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') return null;
    throw error;
  }
}
