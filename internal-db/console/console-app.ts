// The staff console's app: Fastify with its limits, headers, cookies and forms, before any route exists. It never listens:
// start-console.ts hands it the requests of the HTTPS entrance. The one door to Fastify in this room.
import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import fastifyCookie from '@fastify/cookie';
import fastifyFormbody from '@fastify/formbody';
import {
  fastify,
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  type RouteGenericInterface,
} from 'fastify';
import { answerHeaders } from '#commlink/pages/security-headers.ts';
import { consoleBodyBytesMax } from '../limits.ts';

/** The console's app. */
export type ConsoleApp = FastifyInstance<Server, IncomingMessage, ServerResponse, FastifyBaseLogger>;
/** A request to it. */
export type ConsoleRequest = FastifyRequest<RouteGenericInterface, Server>;
/** An answer of it. */
export type ConsoleReply = FastifyReply<RouteGenericInterface, Server>;

/** Makes the app, without routes. */
export async function createConsoleApp(): Promise<ConsoleApp> {
  const app: ConsoleApp = fastify({
    // Fastify wants a server of its own; this one never listens.
    serverFactory: (handler) => createServer(handler),
    logger: false,
    bodyLimit: consoleBodyBytesMax,
    genReqId: () => randomBytes(6).toString('hex'),
    requestIdHeader: false,
  });
  app.removeContentTypeParser(['application/json', 'text/plain']);
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(answerHeaders(request.id));
  });
  await app.register(fastifyCookie);
  await app.register(fastifyFormbody, { bodyLimit: consoleBodyBytesMax });
  return app;
}
