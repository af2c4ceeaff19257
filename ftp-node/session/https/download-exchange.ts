// What is known while a request is answered. Made by request-queue.ts; read by handle-download.ts and send-body.ts.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { SessionServices } from '../session-services.ts';
import type { CustomerConnection } from './customer-connections.ts';
import type { LinkIssuer } from './download-link.ts';

/** One request and what it is answered with. */
export interface DownloadExchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly socket: Socket;
  readonly customer: CustomerConnection;
  readonly services: SessionServices;
  readonly issuer: LinkIssuer;
  /** How the customer came: in clear only links are honoured that are meant for it. */
  readonly protocol: 'https' | 'http';
}
