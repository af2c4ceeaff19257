// What internal-db answers the web-fronts: one handler for each row of internalDbMethods. A web-front gets nothing
// without a customer's live session; what it relays for nodes is signed by them.
import type { Logger } from '#commlink/log.ts';
import type { Handlers } from '#commlink/method-table.ts';
import type { internalDbMethods } from '#commlink/methods/internal-db-methods.ts';
import type { TokenScope } from '#commlink/methods/session-owner.ts';
import { createCatalogHandlers } from './catalog/catalog-handlers.ts';
import { refusalForCustomer } from './decision/customer-refusal.ts';
import { cancelOwnDelivery } from './deliveries/cancel-delivery.ts';
import { describeDeliveries, listCustomerDeliveries } from './deliveries/customer-deliveries.ts';
import { listPastDownloads } from './deliveries/customer-history.ts';
import { viewDelivery } from './deliveries/delivery-view.ts';
import { requestDelivery } from './deliveries/request-delivery.ts';
import { createIdempotencyHandlers } from './idempotency/idempotency-handlers.ts';
import { answerErrors } from './error-replies.ts';
import {
  authenticateSecret,
  requireScope,
  viewOwner,
  type AuthenticatedCaller,
} from './identity/authenticate-secret.ts';
import { decideLogin } from './identity/decide-login.ts';
import { closeSession, openSession } from './identity/open-session.ts';
import { createToken, listTokens, revokeToken } from './identity/personal-tokens.ts';
import { applyReports } from './nodes/apply-reports.ts';
import { reconcileStatement } from './nodes/reconcile-statement.ts';
import { createPeopleHandlers } from './people-handlers.ts';
import type { ServiceContext } from './service-context.ts';
import { addKey, listKeys, removeKey } from './ssh-keys/own-keys.ts';

const noSession = { valid: false } as const;

/** The handlers of internalDbMethods. */
export function createCustomerHandlers(
  context: ServiceContext,
  log: Logger,
): Handlers<typeof internalDbMethods> {
  const withCaller = async <T>(
    secret: string,
    work: (caller: AuthenticatedCaller) => Promise<T>,
  ): Promise<T | typeof noSession> => {
    const caller = await authenticateSecret(context, secret);
    return caller ? await work(caller) : noSession;
  };
  const withScope =
    (scope: TokenScope): typeof withCaller =>
    (secret, work) =>
      withCaller(secret, (caller) => {
        requireScope(caller, scope);
        return work(caller);
      });
  const reading = withScope('read');
  const downloading = withScope('downloads');
  const handlers: Handlers<typeof internalDbMethods> = {
    ...createIdempotencyHandlers(context, withCaller),
    ...createCatalogHandlers(context, reading),
    ...createPeopleHandlers(context, withCaller),
    'session.open': (params) => openSession(context, params),
    'session.describe': ({ session }) =>
      withCaller(session, async (caller) => ({ valid: true as const, owner: viewOwner(caller) })),
    'session.close': ({ session }) => closeSession(context, session),
    'token.create': ({ session, ...wanted }) =>
      withCaller(session, async (caller) => ({
        valid: true as const,
        ...(await createToken(context, caller, wanted)),
      })),
    'token.list': ({ session }) =>
      withCaller(session, async (caller) => ({
        valid: true as const,
        tokens: await listTokens(context, caller),
      })),
    'token.revoke': ({ session, id }) =>
      withCaller(session, async (caller) => ({
        valid: true as const,
        revoked: await revokeToken(context, caller, id),
      })),
    'sshKey.add': ({ session, ...wanted }) =>
      withCaller(session, async (caller) => ({
        valid: true as const,
        ...(await addKey(context, caller, wanted)),
      })),
    'sshKey.list': ({ session }) =>
      withCaller(session, async (caller) => ({
        valid: true as const,
        keys: await listKeys(context, caller),
      })),
    'sshKey.remove': ({ session, id }) =>
      withCaller(session, async (caller) => ({
        valid: true as const,
        removed: await removeKey(context, caller, id),
      })),
    'delivery.request': ({ session, ...wanted }) =>
      downloading(session, (caller) => requestForCustomer(context, caller, wanted)),
    'delivery.describe': ({ session, deliveries }) =>
      reading(session, async (caller) => ({
        valid: true as const,
        deliveries: await describeDeliveries(context, caller, deliveries),
      })),
    'delivery.list': ({ session, ...wanted }) =>
      reading(session, async (caller) => ({
        valid: true as const,
        ...(await listCustomerDeliveries(context, caller, wanted)),
      })),
    'download.list': ({ session, ...wanted }) =>
      reading(session, async (caller) => ({
        valid: true as const,
        ...(await listPastDownloads(context, caller, wanted)),
      })),
    'delivery.cancel': ({ session, delivery }) =>
      downloading(session, async (caller) => ({
        valid: true as const,
        cancelled: await cancelOwnDelivery(context, caller, delivery),
      })),
    'login.decide': ({ node, sealed }) => decideLogin(context, node, sealed),
    'node.report': ({ node, reports }) => applyReports(context, node, reports),
    'node.reconcile': ({ node, statement }) => reconcileStatement(context, node, statement),
  };
  return answerErrors(handlers, log);
}

async function requestForCustomer(
  context: ServiceContext,
  caller: AuthenticatedCaller,
  wanted: { product: string; version: string; file: string; address: string; insteadOf?: string[] },
) {
  const outcome = await requestDelivery(context, {
    ...wanted,
    insteadOf: wanted.insteadOf ?? [],
    account: caller.account.name,
    requestedBy: `user:${caller.user.name}`,
    lifetimeMs: context.settings().deliveryLifetimeMs,
  });
  if (!outcome.allowed) {
    const refusal = refusalForCustomer(outcome.refusal, outcome.everEntitled);
    return { valid: true as const, allowed: false as const, ...refusal };
  }
  const { delivery, grant, credentials } = outcome;
  return {
    valid: true as const,
    allowed: true as const,
    delivery: viewDelivery(delivery),
    nodeId: delivery.nodeId,
    grant,
    credentials,
  };
}
