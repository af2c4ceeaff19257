// A customer's own deliveries with their downloads, newest first; what the portal's page asks for progress.
// Called for `delivery.list`. Another account's delivery looks like one that does not exist.
import type { Delivery, Download } from '#commlink/methods/fields.ts';
import { customerDeliveriesMax, customerDownloadsPerDeliveryMax } from '../limits.ts';
import type { ServiceContext } from '../service-context.ts';
import type { DeliveryRecord } from '../store/deliveries.ts';
import { viewDelivery, viewDownload } from './delivery-view.ts';

/** One delivery with its downloads. */
export interface DeliveryWithDownloads {
  readonly delivery: Delivery;
  readonly downloads: Download[];
}

/** The account's deliveries, or the one with the id given. */
export async function listCustomerDeliveries(
  context: ServiceContext,
  accountId: string,
  id: string | null,
): Promise<DeliveryWithDownloads[]> {
  const { read } = context.store;
  const deliveries = await findDeliveries(context, accountId, id);
  const withDownloads: DeliveryWithDownloads[] = [];
  for (const delivery of deliveries) {
    const downloads = await read.downloads.ofDelivery(delivery.id, customerDownloadsPerDeliveryMax);
    withDownloads.push({ delivery: viewDelivery(delivery), downloads: downloads.map(viewDownload) });
  }
  return withDownloads;
}

async function findDeliveries(
  context: ServiceContext,
  accountId: string,
  id: string | null,
): Promise<DeliveryRecord[]> {
  const { deliveries } = context.store.read;
  if (id === null) return deliveries.list({ accountId, state: null, limit: customerDeliveriesMax });
  const delivery = await deliveries.byId(id);
  return delivery?.accountId === accountId ? [delivery] : [];
}
