// The HTTPS download server: connections, deadlines and the order of requests. Callers: session/main.ts starts it.
// Each connection is admitted, and held until the jail is shut, before TLS reads a byte of it; requests of one
// connection are answered one after the other, so that a download's acknowledgements are its own.
import { once } from 'node:events';
import { createServer as createHttpsServer, type Server } from 'node:https';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { closePollMs, connectionBacklog, httpsHeaderBytesMax, httpsKeepAliveMs } from '../../limits.ts';
import { pause } from '../../pause.ts';
import type { ProtocolServer, ProtocolServerOptions } from '../session-services.ts';
import type { LinkIssuer } from './download-link.ts';
import { RequestQueue } from './request-queue.ts';

/** What the server is started with. */
export interface HttpsServerOptions extends ProtocolServerOptions {
  readonly config: { readonly host: string; readonly port: number; readonly sharePorts: boolean };
  readonly tls: { readonly cert: Buffer; readonly key: Buffer };
  readonly issuer: LinkIssuer;
}

/** Binds the port; serves when `opened` resolves. Throws the system's error (EADDRINUSE) with its code. */
export async function startHttpsServer(options: HttpsServerOptions): Promise<ProtocolServer> {
  const connections = new Set<Socket>();
  const reset = (secure: Socket): void => resetConnection(connections, secure);
  const requests = new RequestQueue({ services: options.services, issuer: options.issuer, reset });
  const https = createWebServer(options, requests);
  const listener = createServer({ pauseOnConnect: true, noDelay: true }, (socket) => {
    acceptConnection({ socket, options, https, connections }).catch((error: unknown) => {
      options.services.log.error({ err: error }, 'a connection could not be accepted');
      socket.destroy();
    });
  });
  const { host, port, sharePorts } = options.config;
  listener.listen({ host, port, reusePort: sharePorts, backlog: connectionBacklog });
  await once(listener, 'listening');
  const close = async (): Promise<void> => {
    listener.close();
    for (const socket of connections) socket.destroy();
    while (connections.size > 0) await pause(closePollMs);
  };
  return {
    port: (listener.address() as AddressInfo).port,
    get sessionCount() {
      return connections.size;
    },
    drain: async () => {
      listener.close();
      await requests.drain();
      await close();
    },
    close,
  };
}

interface Accepting {
  readonly socket: Socket;
  readonly options: HttpsServerOptions;
  readonly https: Server;
  readonly connections: Set<Socket>;
}

async function acceptConnection({ socket, options, https, connections }: Accepting): Promise<void> {
  const { services, opened } = options;
  socket.on('error', (error) => services.log.debug({ err: error }, 'a connection broke'));
  const admission = services.admitConnection(socket.remoteAddress ?? 'unknown');
  if (admission === null) {
    socket.destroy();
    return;
  }
  connections.add(socket);
  socket.once('close', () => {
    connections.delete(socket);
    admission.release();
  });
  await opened;
  if (!socket.destroyed) https.emit('connection', socket);
}

function createWebServer(options: HttpsServerOptions, requests: RequestQueue): Server {
  const { services, tls } = options;
  const https = createHttpsServer({
    ...tls,
    minVersion: 'TLSv1.2',
    ALPNProtocols: ['http/1.1'],
    handshakeTimeout: services.limits.loginDeadlineMs,
    keepAliveTimeout: httpsKeepAliveMs,
    maxHeaderSize: httpsHeaderBytesMax,
  });
  https.on('secureConnection', (socket) => requests.startDeadline(socket));
  https.on('tlsClientError', (error, socket) => {
    services.log.debug({ err: error }, 'a TLS handshake failed');
    socket.destroy();
  });
  https.on('clientError', (error, socket) => {
    services.log.debug({ err: error }, 'a request was not well formed');
    if (socket.writable)
      socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
    else socket.destroy();
  });
  https.on('request', (request, response) => requests.add(request, response));
  return https;
}

/**
 * Breaks the TCP connection under a TLS socket off, with a reset: after a close, what the kernel has queued (megabytes,
 * of a client that reads slowly) would still arrive. TLS sockets cannot be reset themselves.
 */
function resetConnection(connections: ReadonlySet<Socket>, secure: Socket): void {
  const { remoteAddress, remotePort } = secure;
  for (const socket of connections)
    if (socket.remotePort === remotePort && socket.remoteAddress === remoteAddress) socket.resetAndDestroy();
  secure.destroy();
}
