// What internal-db answers a web-front about requests with an Idempotency-Key: one handler for each row of
// idempotencyMethods. Put together with the others in customer-handlers.ts.
import type { Handlers } from '#commlink/method-table.ts';
import type { idempotencyMethods } from '#commlink/methods/idempotency-methods.ts';
import type { WithCaller } from '../catalog/catalog-handlers.ts';
import type { ServiceContext } from '../service-context.ts';
import { beginRequest, finishRequest } from './idempotent-requests.ts';

/** The handlers. */
export function createIdempotencyHandlers(
  context: ServiceContext,
  withCaller: WithCaller,
): Handlers<typeof idempotencyMethods> {
  return {
    'request.begin': (params) => withCaller(params.session, () => beginRequest(context, params)),
    'request.finish': (params) => withCaller(params.session, () => finishRequest(context, params)),
  };
}
