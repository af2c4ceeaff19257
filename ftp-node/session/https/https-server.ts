// The HTTPS download server: connections, deadlines and the order of requests. Caller: prepare-protocols.ts.
// Each connection is admitted before TLS reads a byte of it; requests of one connection are answered one after the
// other, so that a download's acknowledgements are its own.
import { once } from 'node:events';
import { createServer as createHttpsServer, type Server } from 'node:https';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { closePollMs, connectionBacklog, httpsHeaderBytesMax, httpsKeepAliveMs } from '../../limits.ts';
import { pause } from '../../pause.ts';
import type { ProtocolServer, SessionServices } from '../session-services.ts';
import type { LinkIssuer } from './download-link.ts';
import { RequestQueue } from './request-queue.ts';

/** What the server is made with. */
export interface HttpsServerOptions {
  readonly services: SessionServices;
  /** PEM. */
  readonly tls: { readonly cert: string; readonly key: string };
  readonly issuer: LinkIssuer;
}

/** Makes the server; see ProtocolServer. */
export function prepareHttpsServer(options: HttpsServerOptions): ProtocolServer {
  const connections = new Set<Socket>();
  const reset = (secure: Socket): void => resetConnection(connections, secure);
  const requests = new RequestQueue({ services: options.services, issuer: options.issuer, reset });
  const https = createWebServer(options, requests);
  const listener = createServer({ pauseOnConnect: true, noDelay: true }, (socket) => {
    acceptConnection({ socket, options, https, connections });
  });
  let port = 0;
  const emptied = async (): Promise<void> => {
    while (connections.size > 0) await pause(closePollMs);
  };
  const close = async (): Promise<void> => {
    listener.close();
    for (const socket of connections) socket.destroy();
    await emptied();
  };
  return {
    get port() {
      return port;
    },
    get sessionCount() {
      return connections.size;
    },
    listen: async (place) => {
      listener.listen({ ...place, backlog: connectionBacklog });
      await once(listener, 'listening');
      port = (listener.address() as AddressInfo).port;
    },
    retire: async () => {
      listener.close();
      requests.closeAfterAnswers();
      await emptied();
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

function acceptConnection({ socket, options, https, connections }: Accepting): void {
  const { services } = options;
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
  https.emit('connection', socket);
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
