// What a web-front may ask of internal-db about deliveries and downloads, for a customer. An owner of the account sees all of
// it; others see the deliveries that they asked for, and their own downloads. What they may not see looks as if it did
// not exist.
import { method } from '../method-table.ts';
import { Type, strictObject, type Static } from '../schema.ts';
import { SessionRefusal, customerCall, withSession } from './customer-call.ts';
import {
  Address,
  AtMs,
  Delivery,
  Download,
  DownloadOutcome,
  FileName,
  Id,
  Line,
  NodeId,
  Refusal,
  SignedText,
  Slug,
  Version,
} from './fields.ts';
import { pageParams, pageResult } from './paging.ts';

/** What a customer needs to fetch a staged file, beside the node's public endpoints. */
export const DeliveryCredentials = strictObject({
  login: Type.String({ maxLength: 64 }),
  password: Type.String({ maxLength: 64 }),
  /** Signed claims for the HTTPS URL: `<node https base>/d/<urlToken>/<file name, percent-encoded>`. */
  urlToken: SignedText,
});
export type DeliveryCredentials = Static<typeof DeliveryCredentials>;

/** A delivery with its newest downloads. */
export const DeliveryWithDownloads = strictObject({
  delivery: Delivery,
  downloads: Type.Array(Download, { maxItems: 50 }),
});
export type DeliveryWithDownloads = Static<typeof DeliveryWithDownloads>;

/** A download in the account's history. `by`: the user's name; `appliance`: its uid; both null for the vendor's own people. */
export const PastDownload = strictObject({
  ...Download.properties,
  by: Type.Union([Slug, Type.Null()]),
  appliance: Type.Union([Id, Type.Null()]),
});
export type PastDownload = Static<typeof PastDownload>;

const OrNull = <S extends Parameters<typeof Type.Union>[0][number]>(schema: S) =>
  Type.Union([schema, Type.Null()]);

/** What the history is narrowed to; null: not by this. `untilMs` is the first moment that is left out. */
export const HistoryFilter = strictObject({
  product: OrNull(Slug),
  by: OrNull(Slug),
  outcome: OrNull(DownloadOutcome),
  fromMs: OrNull(AtMs),
  untilMs: OrNull(AtMs),
});
export type HistoryFilter = Static<typeof HistoryFilter>;

/** Who has asked for what an account's appliances fetch. */
export const fleetRequester = 'fleet';

/** Deliveries that may be asked for by their ids at once. */
export const describedDeliveriesMax = 50;
/** Deliveries of one wish that may have failed at their nodes before the next one is asked for. */
export const failedDeliveriesMax = 4;

const Ids = (maxItems: number) => Type.Array(Id, { maxItems, uniqueItems: true });

/** The rows. */
export const deliveryMethods = {
  /**
   * Decides, records, audits; the grant is for the node named in the delivery. `insteadOf` are deliveries of the same wish
   * that their nodes did not stage: they end as failed, and none of these nodes is chosen again. `grant` null: the file is on
   * its way to the node, and staged there by itself when it has come. RpcError `unavailable`: there is no (other) node.
   */
  'delivery.request': method({
    ...customerCall,
    mutates: true,
    params: strictObject({
      ...withSession,
      product: Slug,
      version: Version,
      file: FileName,
      address: Address,
      insteadOf: Type.Optional(Ids(failedDeliveriesMax)),
    }),
    result: Type.Union([
      strictObject({
        valid: Type.Literal(true),
        allowed: Type.Literal(true),
        delivery: Delivery,
        nodeId: NodeId,
        grant: OrNull(SignedText),
        credentials: DeliveryCredentials,
      }),
      strictObject({
        valid: Type.Literal(true),
        allowed: Type.Literal(false),
        reason: Refusal.properties.reason,
        explanation: Line,
      }),
      SessionRefusal,
    ]),
  }),
  /** Those of the deliveries that there are for this caller: a delivery's page, and its progress. */
  'delivery.describe': method({
    ...customerCall,
    mutates: false,
    params: strictObject({ ...withSession, deliveries: Ids(describedDeliveriesMax) }),
    result: Type.Union([
      strictObject({
        valid: Type.Literal(true),
        deliveries: Type.Array(DeliveryWithDownloads, { maxItems: describedDeliveriesMax }),
      }),
      SessionRefusal,
    ]),
  }),
  /** The deliveries, newest first; `live`: only those that can be fetched now, or only those that have ended. */
  'delivery.list': method({
    ...customerCall,
    mutates: false,
    params: strictObject({
      ...withSession,
      product: OrNull(Slug),
      live: OrNull(Type.Boolean()),
      ...pageParams,
    }),
    result: Type.Union([
      strictObject({
        valid: Type.Literal(true),
        deliveries: Type.Array(DeliveryWithDownloads, { maxItems: 100 }),
        ...pageResult,
      }),
      SessionRefusal,
    ]),
  }),
  /** Ends one delivery early: it is unstaged and its transfers are cut. */
  'delivery.cancel': method({
    ...customerCall,
    mutates: true,
    params: strictObject({ ...withSession, delivery: Id }),
    result: Type.Union([
      strictObject({ valid: Type.Literal(true), cancelled: Type.Boolean() }),
      SessionRefusal,
    ]),
  }),
  /** Downloads, newest first. */
  'download.list': method({
    ...customerCall,
    mutates: false,
    params: strictObject({ ...withSession, filter: HistoryFilter, ...pageParams }),
    result: Type.Union([
      strictObject({
        valid: Type.Literal(true),
        downloads: Type.Array(PastDownload, { maxItems: 100 }),
        ...pageResult,
      }),
      SessionRefusal,
    ]),
  }),
} as const;
