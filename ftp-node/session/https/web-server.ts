// What the HTTPS server and the plain HTTP server are alike in: connections from the first byte to the last, and how such
// a server stops. Callers: https-server.ts and http-server.ts, who give it the server that speaks HTTP on a socket. Each
// connection is admitted before a byte of it is read.
import { once } from 'node:events';
import type { Server as HttpServer, ServerOptions } from 'node:http';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import {
  closePollMs,
  connectionBacklog,
  declinedConnectionsMax,
  httpsHeaderBytesMax,
  httpsKeepAliveMs,
} from '../../limits.ts';
import { pause } from '#commlink/pause.ts';
import { acceptConnection } from '../accept-connection.ts';
import { resetConnection } from '../reset-connection.ts';
import type { ProtocolServer, SessionServices } from '../session-services.ts';
import { CustomerConnections } from './customer-connections.ts';
import type { LinkIssuer } from './download-link.ts';
import { RequestQueue } from './request-queue.ts';

/** What both are made with. */
export interface WebServerOptions {
  readonly services: SessionServices;
  readonly issuer: LinkIssuer;
}

/** A server that speaks HTTP, and takes accepted sockets as its event `connection`. */
export interface SpeakingServer {
  readonly protocol: 'https' | 'http';
  readonly speaker: HttpServer;
  /** Told of each socket that requests may come from now, under TLS or not. */
  readonly onReady: (listener: (socket: Socket) => void) => void;
}

/** Limits that both have; what has a default in Node.js that suits us is not named. */
export const speakerOptions = {
  keepAliveTimeout: httpsKeepAliveMs,
  maxHeaderSize: httpsHeaderBytesMax,
} as const satisfies ServerOptions;

/** Makes the server; see ProtocolServer. */
export function prepareWebServer(options: WebServerOptions, speaking: SpeakingServer): ProtocolServer {
  const connections = new CustomerConnections();
  const requests = new RequestQueue({ ...options, connections, protocol: speaking.protocol });
  speakWith(speaking, { services: options.services, requests });
  const listener = createServer({ pauseOnConnect: true, noDelay: true }, (socket) => {
    void serveConnection(socket, { services: options.services, speaking, connections });
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
    listener,
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

async function serveConnection(
  socket: Socket,
  serving: { services: SessionServices; speaking: SpeakingServer; connections: CustomerConnections },
): Promise<void> {
  const { services, speaking, connections } = serving;
  socket.on('error', (error) => services.log.debug({ err: error }, 'a connection broke'));
  connections.add(socket);
  const end = (): void => resetConnection(socket);
  const accepted = await acceptConnection(socket, { services, protocol: speaking.protocol, end });
  if (accepted?.admitted) connections.admit(accepted);
  // A browser shows nothing of a connection that is refused; so while that is for long, it is told in HTTP.
  else if (accepted?.reason === 'draining' && connections.declinedCount < declinedConnectionsMax)
    connections.decline(socket);
  else return void socket.destroy();
  speaking.speaker.emit('connection', socket);
}

function speakWith(
  { speaker, onReady }: SpeakingServer,
  { services, requests }: { services: SessionServices; requests: RequestQueue },
): void {
  onReady((socket) => requests.startDeadline(socket));
  speaker.on('clientError', (error, socket) => {
    services.log.debug({ err: error }, 'a request was not well formed');
    if (socket.writable)
      socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
    else socket.destroy();
  });
  speaker.on('request', (request, response) => requests.add(request, response));
}
