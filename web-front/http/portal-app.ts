// The one door to Fastify and its plugins: makes the app with its limits, headers, cookies, forms and rate limits, before
// any route exists. It never listens: portal.ts hands it the requests of the HTTPS entrance, and builds another one when
// the settings change. Called by build-portal.ts; everybody else imports the types from here.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import fastifyCookie from '@fastify/cookie';
import fastifyFormbody from '@fastify/formbody';
import fastifyRateLimit from '@fastify/rate-limit';
import fastifySwagger from '@fastify/swagger';
import { TypeBoxValidatorCompiler, type TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import {
  LogController,
  fastify,
  type FastifyBaseLogger,
  type FastifyInstance,
  type HTTPMethods,
} from 'fastify';
import type { Logger } from '#commlink/log.ts';
import type { PortalLimits } from '#commlink/settings/web-front-settings.ts';
import { openApiOptions } from '../api/openapi.ts';
import { httpLimits } from '../limits.ts';
import { PortalProblem } from '../portal-problem.ts';
import type { AnswerError, ErrorSink, FailedRequest } from './error-answers.ts';
import { createIncidentIds } from './incident-ids.ts';
import { answerHeaders } from '#commlink/pages/security-headers.ts';

/** A route as it was added: `/deliveries/:id`. */
export interface KnownRoute {
  readonly method: HTTPMethods;
  readonly path: string;
}

declare module 'fastify' {
  interface FastifyInstance {
    /** All routes of the app, in the order in which they were added. */
    readonly knownRoutes: readonly KnownRoute[];
  }
}

/** The portal's Fastify instance; routes get their parameter types from their TypeBox schemas. */
export type PortalApp = FastifyInstance<
  Server,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;

/** What the app is made from. */
export interface PortalAppOptions {
  readonly publicUrl: string;
  readonly limits: PortalLimits;
  readonly log: Logger;
  readonly answerError: AnswerError;
}

/** Makes the app, without routes. */
export async function createPortalApp(options: PortalAppOptions): Promise<PortalApp> {
  const app: PortalApp = fastify({
    // Fastify wants a server of its own. This one never listens, so it holds nothing when the app is let go.
    serverFactory: (handler) => createServer(handler),
    loggerInstance: options.log as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: createIncidentIds(),
    requestIdHeader: false,
    bodyLimit: httpLimits.bodyBytesMax,
    routerOptions: { maxParamLength: httpLimits.parameterCharactersMax },
    // What Fastify refuses before its hooks run: an address that is not well formed. The reply's type is generic here.
    frameworkErrors: (error, request, reply) =>
      void options.answerError(error, withoutCookies(request), reply as object as ErrorSink),
  }).withTypeProvider<TypeBoxTypeProvider>();
  app.setErrorHandler((error: Error, request, reply) => options.answerError(error, request, reply));
  app.removeContentTypeParser('text/plain');
  app.setValidatorCompiler(TypeBoxValidatorCompiler);
  // What leaves is built field by field from typed views; a test holds every answer against its schema.
  app.setSerializerCompiler(() => (data) => JSON.stringify(data));

  const knownRoutes: KnownRoute[] = [];
  app.decorate('knownRoutes', knownRoutes);
  app.addHook('onRoute', ({ method, url }) => {
    for (const each of [method].flat()) if (each !== 'HEAD') knownRoutes.push({ method: each, path: url });
  });
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(answerHeaders(request.id));
    if (request.url.length > urlCharactersMax(request.url)) {
      throw new PortalProblem('uri_too_long', 'The address of this request is longer than any of ours.');
    }
  });
  await app.register(fastifyRateLimit, rateLimitOptions(options.limits));
  await app.register(fastifyCookie);
  await app.register(fastifyFormbody, { bodyLimit: httpLimits.bodyBytesMax });
  await app.register(fastifySwagger, openApiOptions(options.publicUrl));
  return app;
}

/** What an identity provider adds to the address of its return is the provider's to say. */
function urlCharactersMax(url: string): number {
  const isReturn = url.startsWith('/sign-in/return/');
  return isReturn ? httpLimits.providerReturnCharactersMax : httpLimits.urlCharactersMax;
}

/** Cookies are read by a hook, which has not run for such a request. */
function withoutCookies({ id, method, url, headers }: Omit<FailedRequest, 'cookies'>): FailedRequest {
  return { id, method, url, headers, cookies: {} };
}

function rateLimitOptions(limits: PortalLimits) {
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
