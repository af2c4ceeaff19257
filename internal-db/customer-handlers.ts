// What internal-db answers the web-fronts: one handler for each row of internalDbMethods. A web-front gets nothing
// without a customer's live session; what it relays for nodes is signed by them.
import type { Logger } from '#commlink/log.ts';
import type { Handlers } from '#commlink/method-table.ts';
import type { internalDbMethods } from '#commlink/methods/internal-db-methods.ts';
import type { TokenScope } from '#commlink/methods/session-owner.ts';
import { createCatalogHandlers } from './catalog/catalog-handlers.ts';
import { createDeliveryHandlers } from './deliveries/delivery-handlers.ts';
import { createFleetHandlers } from './fleet/fleet-handlers.ts';
import { createIdempotencyHandlers } from './idempotency/idempotency-handlers.ts';
import { answerErrors } from './error-replies.ts';
import {
  authenticateSecret,
  requireScope,
  viewOwner,
  type AuthenticatedCaller,
} from './identity/authenticate-secret.ts';
import { closeSession, openSession } from './identity/open-session.ts';
import { createToken, listTokens, revokeToken } from './identity/personal-tokens.ts';
import { createNodeHandlers } from './nodes/node-handlers.ts';
import { createIdentityHandlers } from './identity-providers/identity-handlers.ts';
import { createPeopleHandlers } from './people-handlers.ts';
import { createPortalViewHandlers } from './portal-views/portal-view-handlers.ts';
import { refuseChangesInViews } from './portal-views/refuse-changes.ts';
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
    ...createFleetHandlers(context, { withCaller, reading }),
    ...createIdempotencyHandlers(context, withCaller),
    ...createCatalogHandlers(context, reading),
    ...createDeliveryHandlers(context, { reading, downloading }),
    ...createPeopleHandlers(context, { withCaller, reading }),
    ...createIdentityHandlers(context, withCaller),
    ...createPortalViewHandlers(context, reading),
    ...createNodeHandlers(context),
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
      reading(session, async (caller) => ({
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
      reading(session, async (caller) => ({
        valid: true as const,
        keys: await listKeys(context, caller),
      })),
    'sshKey.remove': ({ session, id }) =>
      withCaller(session, async (caller) => ({
        valid: true as const,
        removed: await removeKey(context, caller, id),
      })),
  };
  return answerErrors(refuseChangesInViews(context, handlers), log);
}
