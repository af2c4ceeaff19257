// The console's JSON API under /api/v1: everything that its pages do, for programs of the staff. Put together here with what all
// of its routes share: rate limit, problem details, validators, Idempotency-Key, and the description. Registered by
// start-console.ts beside the pages, whose services and roles it has.
import fastifyRateLimit from '@fastify/rate-limit';
import fastifySwagger from '@fastify/swagger';
import { TypeBoxValidatorCompiler } from '@fastify/type-provider-typebox';
import { entityTagOf, isNamed } from '#commlink/api/entity-tag.ts';
import { KeyedRequests } from '#commlink/api/idempotency-key.ts';
import { limiterHeaderNames, rateLimitHeaders } from '#commlink/api/rate-limit-headers.ts';
import { createAdminHandlers } from '../../admin/admin-handlers.ts';
import type { ProcessFacts } from '../../admin/describe-status.ts';
import { replyFor } from '../../error-replies.ts';
import { beginRequest, finishRequest } from '../../idempotency/idempotent-requests.ts';
import type { ServiceContext } from '../../service-context.ts';
import type { ConsoleApp, ConsoleReply, ConsoleRequest } from '../console-app.ts';
import { addOperation } from './add-operation.ts';
import type { ApiCaller } from './api-caller.ts';
import { ApiProblem, problemOf, problemTable } from './api-problems.ts';
import { addDescriptionRoutes, descriptionOptions } from './api-description.ts';
import { addAuditExport } from './audit-export-route.ts';
import { operations } from './operations.ts';
import { addUploadPieceRoute } from './upload-piece-route.ts';
import { addressesCountedMax, rateWindowMs, requestsPerAddressMax } from './limits.ts';

const jsonType = 'application/json; charset=utf-8';

/** Registers it. */
export function registerStaffApi(app: ConsoleApp, context: ServiceContext, facts: ProcessFacts): void {
  const addRoutes = async (api: ConsoleApp) => {
    api.removeContentTypeParser('application/x-www-form-urlencoded');
    // The one of Fastify, which the console's pages have taken away, and which refuses __proto__.
    const parseJson = api.getDefaultJsonParser('error', 'error');
    api.addContentTypeParser('application/json', { parseAs: 'string' }, parseJson);
    api.setValidatorCompiler(TypeBoxValidatorCompiler);
    api.setSerializerCompiler(() => (data) => JSON.stringify(data));
    api.setErrorHandler((error, request, reply) => answerProblem(context, { error, request, reply }));
    api.setNotFoundHandler((request, reply) => {
      const error = new ApiProblem('not_found', 'There is no such operation. See /api/v1/.');
      return answerProblem(context, { error, request, reply });
    });
    await api.register(fastifyRateLimit, rateLimitOptions);
    await api.register(fastifySwagger, descriptionOptions());
    addAnswerHeaders(api);
    const callers = new WeakMap<object, ApiCaller>();
    const services = { context, facts, admin: createAdminHandlers(context, facts) };
    const beforeChange = addIdempotency(api, context, callers);
    for (const row of operations) addOperation(api, { services, callers, beforeChange }, row);
    addAuditExport(api, context);
    addUploadPieceRoute(api, context);
    addDescriptionRoutes(api, context);
  };
  void app.register(addRoutes, { prefix: '/api/v1' });
}

const rateLimitOptions = {
  max: requestsPerAddressMax,
  timeWindow: rateWindowMs,
  cache: addressesCountedMax,
  errorResponseBuilder: (_request: unknown, { ttl }: { ttl: number }) => {
    const retryAfterSeconds = Math.max(1, Math.ceil(ttl / 1000));
    const sentence = `Too many requests came from your address. Wait ${retryAfterSeconds} seconds.`;
    return new ApiProblem('rate_limited', sentence, { retryAfterSeconds });
  },
};

/** How many requests are left, on refusals too; and validators of what is read. */
function addAnswerHeaders(api: ConsoleApp): void {
  api.addHook('onSend', async (_request, reply) => {
    const values = limiterHeaderNames.map((name) => Number(reply.getHeader(name)));
    for (const name of limiterHeaderNames) reply.removeHeader(name);
    void reply.headers(rateLimitHeaders(values, rateWindowMs) ?? {});
  });
  api.addHook('onSend', async (request, reply, payload) => {
    if (request.method !== 'GET' || reply.statusCode !== 200 || typeof payload !== 'string') return payload;
    const tag = entityTagOf(payload);
    void reply.header('etag', tag);
    if (!isNamed(tag, request.headers['if-none-match'])) return payload;
    reply.code(304).removeHeader('content-type').removeHeader('content-length');
    return null;
  });
}

/** Has a POST with an Idempotency-Key done once. Returns what runs before each change. */
function addIdempotency(api: ConsoleApp, context: ServiceContext, callers: WeakMap<object, ApiCaller>) {
  const requests = new KeyedRequests({
    begin: (wish) => beginRequest(context, wish),
    finish: (wish) => finishRequest(context, wish),
    refuse: ({ code, detail, reason }) => new ApiProblem(code, detail, { reason }),
  });
  api.addHook('onSend', async (request, reply, payload) => {
    const body = typeof payload === 'string' ? payload : '';
    try {
      await requests.finish(request, { status: reply.statusCode, location: null, body });
    } catch (error) {
      // The work is done, and its answer must get out; asked again, how it ended is not known.
      context.log.warn(
        { incident: request.id, err: error },
        'the answer to a request with a key was not kept',
      );
    }
  });
  return async (request: ConsoleRequest, reply: ConsoleReply): Promise<unknown> => {
    const answer = await requests.begin(request, () => callers.get(request)?.secret ?? '');
    if (answer === null) return undefined;
    void reply.code(answer.status).header('idempotency-replayed', 'true');
    return reply.type(jsonType).send(answer.body);
  };
}

/** Answers with problem details; a fault goes to the log, under the incident's number. */
function answerProblem(
  { log }: ServiceContext,
  { error, request, reply }: { error: unknown; request: ConsoleRequest; reply: ConsoleReply },
): ConsoleReply {
  const incident = request.id;
  const told = problemOf(
    replyFor(error, (code) => log.error({ incident, code }, 'request to the API failed')),
  );
  if (told === null)
    log.error({ incident, route: request.routeOptions.url, err: error }, 'request to the API failed');
  const problem = told ?? new ApiProblem('internal', `The log has it as incident ${incident}.`);
  const { code, message: detail, reason, retryAfterSeconds } = problem;
  const { status, title } = problemTable[code];
  if (retryAfterSeconds !== null) void reply.header('retry-after', retryAfterSeconds);
  else if (status === 503) void reply.header('retry-after', 5);
  const details = { type: `urn:consign:problem:${code}`, title, status, detail, code, incident };
  return reply
    .code(status)
    .type('application/problem+json')
    .send({ ...details, ...(reason === null ? {} : { reason }) });
}
