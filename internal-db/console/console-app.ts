// The staff console's HTTPS server: Fastify with its limits, headers, cookies and forms, before any route exists.
// The one door to Fastify in this room. It listens on an internal address only.
import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Server } from 'node:https';
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
import { consoleBodyBytesMax } from '../limits.ts';

/** The console's server. */
export type ConsoleApp = FastifyInstance<Server, IncomingMessage, ServerResponse, FastifyBaseLogger>;
/** A request to it. */
export type ConsoleRequest = FastifyRequest<RouteGenericInterface, Server>;
/** An answer of it. */
export type ConsoleReply = FastifyReply<RouteGenericInterface, Server>;

const securityHeaders = {
  'content-security-policy':
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'strict-transport-security': 'max-age=31536000',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
} as const;

/** Makes the server from PEM texts, without routes, not listening. */
export async function createConsoleApp(pem: {
  certificate: string;
  privateKey: string;
}): Promise<ConsoleApp> {
  const app: ConsoleApp = fastify({
    https: { cert: pem.certificate, key: pem.privateKey, minVersion: 'TLSv1.2' },
    logger: false,
    bodyLimit: consoleBodyBytesMax,
    requestTimeout: 30_000,
    keepAliveTimeout: 10_000,
    forceCloseConnections: true,
    genReqId: () => randomBytes(6).toString('hex'),
    requestIdHeader: false,
  });
  app.removeContentTypeParser(['application/json', 'text/plain']);
  app.addHook('onRequest', async (_request, reply) => {
    reply.headers(securityHeaders);
  });
  await app.register(fastifyCookie);
  await app.register(fastifyFormbody, { bodyLimit: consoleBodyBytesMax });
  return app;
}
