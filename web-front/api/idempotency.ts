// Requests with an Idempotency-Key: what was answered before is answered again. internal-db and this process keep nothing that
// either could read alone. Called by api-routes.ts.
import { KeyedRequests } from '#commlink/api/idempotency-key.ts';
import type { PortalApp } from '../http/portal-app.ts';
import { requireCredential } from '../http/session.ts';
import { PortalProblem } from '../portal-problem.ts';
import type { PortalServices } from '../portal-services.ts';

const jsonType = 'application/json; charset=utf-8';

/** Adds the hooks to the API's part of the app. */
export function addIdempotency(api: PortalApp, { internalDb, publicUrl, log }: PortalServices): void {
  const requests = new KeyedRequests({
    begin: (wish) => internalDb.callForSession('request.begin', wish),
    finish: (wish) => internalDb.callForSession('request.finish', wish),
    refuse: ({ code, detail, reason }) => new PortalProblem(code, detail, reason ? { reason } : {}),
  });

  api.addHook('preHandler', async (request, reply) => {
    const answer = await requests.begin(request, () =>
      requireCredential(request, { mutates: true, publicUrl }),
    );
    if (answer === null) return;
    const { status, location, body } = answer;
    void reply.code(status).header('idempotency-replayed', 'true');
    if (location !== null) reply.header('location', location);
    return body === '' ? reply.send() : reply.type(jsonType).send(body);
  });

  const answerError = api.errorHandler;
  api.setErrorHandler((error, request, reply) => {
    if (error instanceof PortalProblem && error.isUncertain) requests.leaveOpen(request);
    return answerError.call(api, error, request, reply);
  });

  api.addHook('onSend', async (request, reply, payload) => {
    const location = reply.getHeader('location');
    const answer = {
      status: reply.statusCode,
      location: typeof location === 'string' ? location : null,
      body: typeof payload === 'string' ? payload : '',
    };
    try {
      await requests.finish(request, answer);
    } catch (error) {
      // The work is done, and its answer must reach the customer; asked again, how it ended is not known.
      log.warn({ incident: request.id, err: error }, 'the answer to a request with a key was not kept');
    }
  });
}
