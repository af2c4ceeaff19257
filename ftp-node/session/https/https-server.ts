// The HTTPS download server: connections, deadlines and the order of requests. Caller: prepare-protocols.ts.
// Each connection is admitted before TLS reads a byte of it; requests of one connection are answered one after the
// other, so that a download's acknowledgements are its own.
import { once } from 'node:events';
import { createServer as createHttpsServer, type Server } from 'node:https';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { closePollMs, connectionBacklog, httpsHeaderBytesMax, httpsKeepAliveMs } from '../../limits.ts';
import { pause } from '../../pause.ts';
import { acceptConnection } from '../accept-connection.ts';
import type { ProtocolServer, SessionServices } from '../session-services.ts';
import { CustomerConnections } from './customer-connections.ts';
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
  const connections = new CustomerConnections();
  const requests = new RequestQueue({ ...options, connections });
  const https = createWebServer(options, requests);
  const listener = createServer({ pauseOnConnect: true, noDelay: true }, (socket) => {
    void serveConnection({ socket, options, https, connections });
  });
  let port = 0;
  const emptied = async (): Promise<void> => {
    while (connections.size > 0) await pause(closePollMs);
  };
  const close = async (): Promise<void> => {
    listener.close();
    connections.destroyAll();
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
    setDraining: (draining) => requests.closeAfterAnswers(draining),
    retire: async () => {
      listener.close();
      requests.closeAfterAnswers(true);
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
  readonly connections: CustomerConnections;
}

async function serveConnection({ socket, options, https, connections }: Accepting): Promise<void> {
  const { services } = options;
  socket.on('error', (error) => services.log.debug({ err: error }, 'a connection broke'));
  connections.add(socket);
  const end = (): void => void socket.resetAndDestroy();
  const accepted = await acceptConnection(socket, { services, protocol: 'https', end });
  if (accepted === null || !accepted.admitted) {
    socket.destroy();
    return;
  }
  connections.admit(accepted);
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
