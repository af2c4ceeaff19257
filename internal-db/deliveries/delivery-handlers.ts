// What internal-db answers a web-front about deliveries and downloads: one handler for each row of deliveryMethods. Put
// together with the others in customer-handlers.ts.
import type { Handlers } from '#commlink/method-table.ts';
import type { deliveryMethods } from '#commlink/methods/delivery-methods.ts';
import type { WithCaller } from '../catalog/catalog-handlers.ts';
import { refusalForCustomer } from '../decision/customer-refusal.ts';
import type { AuthenticatedCaller } from '../identity/authenticate-secret.ts';
import type { ServiceContext } from '../service-context.ts';
import { cancelOwnDelivery } from './cancel-delivery.ts';
import { describeDeliveries, listCustomerDeliveries } from './customer-deliveries.ts';
import { listPastDownloads } from './customer-history.ts';
import { viewDelivery } from './delivery-view.ts';
import { requestDelivery } from './request-delivery.ts';

/** The handlers. `reading` and `downloading` find the caller of a secret that may do that. */
export function createDeliveryHandlers(
  context: ServiceContext,
  { reading, downloading }: { readonly reading: WithCaller; readonly downloading: WithCaller },
): Handlers<typeof deliveryMethods> {
  return {
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
  };
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
