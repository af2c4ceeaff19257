// The one door to Fastify and its plugins: makes the HTTPS server with its limits, headers, cookies, forms and rate
// limits, before any route exists. Called by web-front.ts; everybody else imports the types from here.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Server } from 'node:https';
import { randomBytes } from 'node:crypto';
import fastifyCookie from '@fastify/cookie';
import fastifyFormbody from '@fastify/formbody';
import fastifyRateLimit from '@fastify/rate-limit';
import fastifySwagger from '@fastify/swagger';
import { TypeBoxValidatorCompiler, type TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import { LogController, fastify, type FastifyBaseLogger, type FastifyInstance } from 'fastify';
import type { Logger } from '#commlink/log.ts';
import { openApiOptions } from '../api/openapi.ts';
import { httpLimits, type AdjustableLimits } from '../limits.ts';
import { PortalProblem } from '../portal-problem.ts';
import type { AnswerError, ErrorSink, FailedRequest } from './error-answers.ts';
import { answerHeaders } from './security-headers.ts';
import { portalTls } from './portal-tls.ts';

/** The portal's Fastify instance; routes get their parameter types from their TypeBox schemas. */
export type PortalApp = FastifyInstance<
  Server,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;

/** What the server is made from: PEM texts, not file names. */
export interface PortalAppOptions {
  readonly certificate: string;
  readonly privateKey: string;
  readonly publicUrl: string;
  readonly limits: AdjustableLimits;
  readonly log: Logger;
  readonly answerError: AnswerError;
}

/** Makes the server, without routes, not listening. */
export async function createPortalApp(options: PortalAppOptions): Promise<PortalApp> {
  const app: PortalApp = fastify({
    https: portalTls(options),
    loggerInstance: options.log as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: createIncidentId,
    requestIdHeader: false,
    bodyLimit: httpLimits.bodyBytesMax,
    requestTimeout: httpLimits.requestTimeoutMs,
    connectionTimeout: httpLimits.idleConnectionTimeoutMs,
    keepAliveTimeout: httpLimits.keepAliveTimeoutMs,
    maxRequestsPerSocket: httpLimits.requestsPerConnectionMax,
    routerOptions: { maxParamLength: httpLimits.parameterCharactersMax },
    // What Fastify refuses before its hooks run: an address that is not well formed. The reply's type is generic here.
    frameworkErrors: (error, request, reply) =>
      void options.answerError(error, withoutCookies(request), reply as object as ErrorSink),
    forceCloseConnections: 'idle',
  }).withTypeProvider<TypeBoxTypeProvider>();
  app.server.maxConnections = options.limits.connectionsMax;
  app.server.headersTimeout = httpLimits.headersTimeoutMs;
  app.setErrorHandler((error: Error, request, reply) => options.answerError(error, request, reply));
  app.removeContentTypeParser('text/plain');
  app.setValidatorCompiler(TypeBoxValidatorCompiler);
  // What leaves is built field by field from typed views; a test holds every answer against its schema.
  app.setSerializerCompiler(() => (data) => JSON.stringify(data));

  app.addHook('onRequest', async (request, reply) => {
    reply.headers(answerHeaders(request.id));
    if (request.url.length > httpLimits.urlCharactersMax) {
      throw new PortalProblem('uri_too_long', 'The address of this request is longer than any of ours.');
    }
  });
  await app.register(fastifyRateLimit, rateLimitOptions(options.limits));
  await app.register(fastifyCookie);
  await app.register(fastifyFormbody, { bodyLimit: httpLimits.bodyBytesMax });
  await app.register(fastifySwagger, openApiOptions(options.publicUrl));
  return app;
}

/** Cookies are read by a hook, which has not run for such a request. */
function withoutCookies({ id, method, url }: Omit<FailedRequest, 'cookies'>): FailedRequest {
  return { id, method, url, cookies: {} };
}

function rateLimitOptions(limits: AdjustableLimits) {
  return {
    max: limits.pageRequestsPerMinute,
    timeWindow: httpLimits.rateWindowMs,
    cache: httpLimits.rateLimitedAddressesMax,
    errorResponseBuilder: (_request: unknown, context: { ttl: number }) => {
      const retryAfterSeconds = Math.max(1, Math.ceil(context.ttl / 1000));
      const message = `Too many requests came from your address. Wait ${retryAfterSeconds} seconds.`;
      return new PortalProblem('rate_limited', message, { retryAfterSeconds });
    },
  };
}

/** 60 random bits in Crockford's base 32, easy to read out on the telephone. */
function createIncidentId(): string {
  const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';
  return Array.from(randomBytes(12), (byte) => alphabet[byte & 31]).join('');
}
