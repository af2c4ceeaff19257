// Operations about deliveries and downloads of customers.
import { Delivery, Download, DownloadOutcome, AtMs, Id, Line, Slug } from '#commlink/methods/fields.ts';
import { cutPage, decodeCursor, pageParams, pageResult } from '#commlink/methods/paging.ts';
import { RpcError } from '#commlink/rpc-error.ts';
import { Type, strictObject } from '#commlink/schema.ts';
import { findAccount } from '../../admin/find-by-name.ts';
import { viewDelivery, viewDownload } from '../../deliveries/delivery-view.ts';
import { customerDownloadsPerDeliveryMax } from '../../limits.ts';
import { Nullable } from './operation-schemas.ts';
import { ofCommand, operation, type Operation } from './operation.ts';

const tag = 'deliveries';

const listDeliveries = operation({
  id: 'listDeliveries',
  route: 'GET /accounts/:account/deliveries',
  summary:
    'Files made ready for a customer, the newest first: all, those that can be fetched now, or those that ended',
  tag,
  action: 'read',
  params: strictObject({
    account: Slug,
    product: Nullable(Slug),
    live: Nullable(Type.Boolean()),
    ...pageParams,
  }),
  result: strictObject({ deliveries: Type.Array(Delivery), ...pageResult }),
  run: async ({ context }, { account: name, product, live, after, limit }) => {
    const { read } = context.store;
    const { id: accountId } = await findAccount(read, name);
    const key = decodeCursor(after, ['number', 'string']);
    const place = key && { requestedAtMs: key[0], id: key[1] };
    const wanted = { accountId, product, live, requestedBy: null, after: place, limit: limit + 1 };
    const found = await read.deliveries.page(wanted);
    const { rows, next } = cutPage(found, limit, ({ requestedAtMs, id }) => [requestedAtMs, id]);
    return { deliveries: rows.map(viewDelivery), next };
  },
});

const getDelivery = operation({
  id: 'getDelivery',
  route: 'GET /deliveries/:delivery',
  summary: 'A delivery with its downloads',
  tag,
  action: 'read',
  params: strictObject({ delivery: Id }),
  result: strictObject({ delivery: Delivery, downloads: Type.Array(Download) }),
  run: async ({ context }, { delivery: id }) => {
    const { deliveries, downloads } = context.store.read;
    const delivery = await deliveries.byId(id);
    if (!delivery) throw new RpcError('not_found', `There is no delivery ${id}.`);
    const own = await downloads.ofDelivery(id, customerDownloadsPerDeliveryMax);
    return { delivery: viewDelivery(delivery), downloads: own.map(viewDownload) };
  },
});

const listDownloads = operation({
  id: 'listDownloads',
  route: 'GET /accounts/:account/downloads',
  summary: 'What a customer has downloaded, the newest first',
  tag,
  action: 'read',
  params: strictObject({
    account: Slug,
    product: Nullable(Slug),
    outcome: Nullable(DownloadOutcome),
    fromMs: Nullable(AtMs),
    untilMs: Nullable(AtMs),
    ...pageParams,
  }),
  result: strictObject({
    /** `by`: `user:<name>`, or who of the staff made it. */
    downloads: Type.Array(strictObject({ ...Download.properties, by: Line })),
    ...pageResult,
  }),
  run: async ({ context }, { account: name, after, limit, ...filter }) => {
    const { read } = context.store;
    const { id: accountId } = await findAccount(read, name);
    const key = decodeCursor(after, ['number', 'string']);
    const place = key && { startedAtMs: key[0], id: key[1] };
    const wanted = { accountId, ...filter, downloadedBy: null, after: place, limit: limit + 1 };
    const found = await read.downloads.page(wanted);
    const { rows, next } = cutPage(found, limit, ({ startedAtMs, id }) => [startedAtMs, id]);
    const view = ({ downloadedBy, ...download }: (typeof rows)[number]) => ({
      ...viewDownload(download),
      by: downloadedBy,
    });
    return { downloads: rows.map(view), next };
  },
});

/** The rows. */
export const deliveryOperations: readonly Operation[] = [
  listDeliveries,
  getDelivery,
  ofCommand('delivery.cancel', {
    id: 'cancelDelivery',
    route: 'POST /deliveries/:delivery/cancellation',
    summary: 'End a delivery: the file goes from the node, and its transfers are cut',
    tag,
    action: 'delivery.cancel',
    fails: [409],
  }),
  listDownloads,
];
