// The order and the deadlines of one web server's requests. Caller: web-server.ts. Requests of one connection are
// answered one after the other; a connection that does not send its next request in time is closed, and so is one that
// sends requests without end while an answer is on its way: each would cost memory until its turn.
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { httpsPipelinedRequestsMax } from '../../limits.ts';
import type { SessionServices } from '../session-services.ts';
import { answerWithPage } from './answer-page.ts';
import type { CustomerConnections } from './customer-connections.ts';
import type { LinkIssuer } from './download-link.ts';
import type { DownloadExchange } from './download-exchange.ts';
import { handleDownload } from './handle-download.ts';
import { transportHeader } from './response-headers.ts';

/** Lets each connection's requests wait for one another, and each connection for its next request only so long. */
export class RequestQueue {
  readonly #services: SessionServices;
  readonly #issuer: LinkIssuer;
  readonly #connections: CustomerConnections;
  readonly #protocol: DownloadExchange['protocol'];
  readonly #lastByConnection = new WeakMap<Socket, Promise<void>>();
  readonly #unansweredByConnection = new WeakMap<Socket, number>();
  readonly #deadlines = new WeakMap<Socket, NodeJS.Timeout>();
  readonly #running = new Set<Promise<void>>();
  #draining = false;
  #closesAfterAnswers = false;

  constructor(options: {
    services: SessionServices;
    issuer: LinkIssuer;
    connections: CustomerConnections;
    protocol: DownloadExchange['protocol'];
  }) {
    this.#services = options.services;
    this.#issuer = options.issuer;
    this.#connections = options.connections;
    this.#protocol = options.protocol;
  }

  /** From here on the next request's headers must be whole within the deadline, however slowly they trickle in. */
  startDeadline(socket: Socket): void {
    const running = this.#deadlines.get(socket);
    clearTimeout(running);
    if (socket.destroyed) return;
    // A timer would keep the memory of a closed connection until the deadline.
    if (running === undefined) socket.once('close', () => clearTimeout(this.#deadlines.get(socket)));
    const { loginDeadlineMs } = this.#services.limits;
    this.#deadlines.set(
      socket,
      setTimeout(() => socket.destroy(), loginDeadlineMs),
    );
  }

  /** Answers the request when those before it on its connection are over. */
  add(request: IncomingMessage, response: ServerResponse): void {
    const { socket } = request;
    // What the parser still finds in the same bytes after the connection was given up.
    if (socket.destroyed) return;
    request.resume();
    if (this.#protocol === 'https') response.setHeader(...transportHeader);
    if (this.#draining) {
      answerWithPage(request, response, {
        page: 'busy',
        headers: { connection: 'close', 'retry-after': '5' },
      });
      return;
    }
    const unanswered = (this.#unansweredByConnection.get(socket) ?? 0) + 1;
    if (unanswered > httpsPipelinedRequestsMax) {
      this.#services.log.info('a connection with too many requests at once was closed');
      socket.destroy();
      return;
    }
    this.#unansweredByConnection.set(socket, unanswered);
    if (this.#closesAfterAnswers) response.setHeader('connection', 'close');
    const before = this.#lastByConnection.get(socket);
    const answered = this.#answer({ request, response, before });
    this.#lastByConnection.set(socket, answered);
    this.#running.add(answered);
    void answered.finally(() => {
      this.#running.delete(answered);
      this.#unansweredByConnection.set(socket, (this.#unansweredByConnection.get(socket) ?? 1) - 1);
    });
  }

  /** Whether each connection is closed after its next answer; idle ones end by themselves (httpsKeepAliveMs). */
  closeAfterAnswers(closes: boolean): void {
    this.#closesAfterAnswers = closes;
  }

  /** Answers what has begun, and refuses what comes after. */
  async drain(): Promise<void> {
    this.#draining = true;
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  /** Resolves when the answer has left, so that the next request sees whether the connection goes on behind it. */
  async #answer(exchange: {
    request: IncomingMessage;
    response: ServerResponse;
    before: Promise<void> | undefined;
  }): Promise<void> {
    const { request, response } = exchange;
    await exchange.before;
    if (!request.socket.writable) return;
    clearTimeout(this.#deadlines.get(request.socket));
    await this.#decide(request, response);
    this.startDeadline(request.socket);
    if (response.headersSent && !response.closed) await once(response, 'close');
  }

  async #decide(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const customer = this.#connections.find(request.socket);
      if (customer === null) return;
      if (customer === 'declined') {
        const headers = { connection: 'close', 'retry-after': '60' };
        answerWithPage(request, response, { page: 'draining', headers });
        return;
      }
      await handleDownload({
        request,
        response,
        socket: request.socket,
        customer,
        services: this.#services,
        issuer: this.#issuer,
        protocol: this.#protocol,
      });
    } catch (error) {
      this.#services.log.error({ err: error }, 'a download could not be answered');
      if (response.headersSent) response.destroy();
      else answerWithPage(request, response, { page: 'fault' });
    }
  }
}
