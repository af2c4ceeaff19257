// A customer's deliveries with their downloads: by id, which is what a page's progress is asked for with, and all of them in
// pages. Called for `delivery.describe` and `delivery.list`.
import type { DeliveryWithDownloads } from '#commlink/methods/delivery-methods.ts';
import { cutPage, decodeCursor, type Cursor, type PageRequest } from '#commlink/methods/paging.ts';
import type { AuthenticatedCaller } from '../identity/authenticate-secret.ts';
import { customerDownloadsPerDeliveryMax } from '../limits.ts';
import type { ServiceContext } from '../service-context.ts';
import type { DeliveryRecord } from '../store/deliveries.ts';
import { viewDelivery, viewDownload } from './delivery-view.ts';
import { maySee, visibleTo } from './visible-to.ts';

/** Those of the deliveries that the caller may see, newest first. */
export async function describeDeliveries(
  context: ServiceContext,
  caller: AuthenticatedCaller,
  ids: readonly string[],
): Promise<DeliveryWithDownloads[]> {
  const found = await context.store.read.deliveries.byIds(ids);
  return await withDownloads(
    context,
    found.filter((delivery) => maySee(caller, delivery)),
  );
}

/** A page of the deliveries that the caller may see. RpcError `bad_request` for a cursor of another list. */
export async function listCustomerDeliveries(
  context: ServiceContext,
  caller: AuthenticatedCaller,
  wanted: PageRequest & { readonly product: string | null; readonly live: boolean | null },
): Promise<{ deliveries: DeliveryWithDownloads[]; next: Cursor | null }> {
  const { product, live, limit } = wanted;
  const place = decodeCursor(wanted.after, ['number', 'string']);
  const after = place && { requestedAtMs: place[0], id: place[1] };
  const filter = { ...visibleTo(caller), product, live, after, limit: limit + 1 };
  const found = await context.store.read.deliveries.page(filter);
  const { rows, next } = cutPage(found, limit, ({ requestedAtMs, id }) => [requestedAtMs, id]);
  return { deliveries: await withDownloads(context, rows), next };
}

async function withDownloads(
  { store }: ServiceContext,
  deliveries: readonly DeliveryRecord[],
): Promise<DeliveryWithDownloads[]> {
  const records: DeliveryWithDownloads[] = [];
  for (const delivery of deliveries) {
    const downloads = await store.read.downloads.ofDelivery(delivery.id, customerDownloadsPerDeliveryMax);
    records.push({ delivery: viewDelivery(delivery), downloads: downloads.map(viewDownload) });
  }
  return records;
}
