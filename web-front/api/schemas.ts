// The shapes of the JSON API, as its description serves them. Times are RFC 3339 in UTC; sizes are bytes.
import { Time } from '#commlink/api/moment.ts';
import { problemSchema } from '#commlink/api/problem-responses.ts';
import { Type, strictObject, type Static, type TSchema } from '#commlink/schema.ts';
import {
  Bytes,
  DeliveryState,
  DownloadOutcome,
  FileName,
  Id,
  Line,
  Protocol,
  Sha256,
  Slug,
  Version,
} from '#commlink/methods/fields.ts';
import { NodeEndpoints } from '#commlink/methods/ftp-node-methods.ts';
import { Cursor, pageRowsMax } from '#commlink/methods/paging.ts';
import { EmailAddress, UserRole } from '#commlink/methods/people-fields.ts';
import { TokenScopes } from '#commlink/methods/session-owner.ts';
import { pagePresetRows, sshKeyInputMax, sshKeyLifetimeDays, tokenLifetimeDays } from '../limits.ts';
import { problemCodes } from '../portal-problem.ts';

const OrNull = <S extends TSchema>(schema: S) => Type.Union([schema, Type.Null()]);
const Url = Type.String({ maxLength: 20_000 });

/** GET /me. */
export const MeView = strictObject({
  user: strictObject({
    id: Id,
    name: Slug,
    displayName: Line,
    role: UserRole,
    email: OrNull(EmailAddress),
  }),
  account: strictObject({ id: Id, name: Slug, displayName: Line }),
  credential: strictObject({
    kind: Type.Union([Type.Literal('session'), Type.Literal('token')]),
    scopes: TokenScopes,
    expiresAt: Time,
  }),
});
export type MeView = Static<typeof MeView>;

const DownloadView = strictObject({
  id: Id,
  protocol: Protocol,
  address: Type.String(),
  offsetBytes: Bytes,
  sentBytes: Bytes,
  sizeBytes: Bytes,
  startedAt: Time,
  endedAt: OrNull(Time),
  outcome: DownloadOutcome,
});

/** One delivery with its downloads: GET /deliveries/{id}, and each of GET /deliveries. */
export const DeliveryView = strictObject({
  id: Id,
  product: Slug,
  version: Version,
  file: FileName,
  path: Type.String(),
  sizeBytes: Bytes,
  sha256: Sha256,
  node: Slug,
  login: Type.String(),
  state: DeliveryState,
  requestedBy: Line,
  requestedAt: Time,
  stagedAt: OrNull(Time),
  expiresAt: Time,
  endedAt: OrNull(Time),
  /** While the file is on its way to its download server (`requested`): how much of it is there. Null: all of it. */
  arrivedBytes: OrNull(Bytes),
  page: Url,
  downloads: Type.Array(DownloadView),
});
export type DeliveryView = Static<typeof DeliveryView>;

/** What every paged list takes: the `next` of the page before, and how many rows. */
const pageQuery = {
  after: Type.Optional(Cursor),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: pageRowsMax, default: pagePresetRows })),
} as const;

/** The filters and the place of GET /deliveries. `live`: those that can be fetched now, or those that have ended. */
export const DeliveriesQuery = strictObject({
  product: Type.Optional(Slug),
  live: Type.Optional(Type.Boolean()),
  ...pageQuery,
});

/** GET /deliveries. `next` is null on the last page. */
export const DeliveriesView = strictObject({ deliveries: Type.Array(DeliveryView), next: OrNull(Cursor) });

/** The filters and the place of GET /downloads. `until` is the first moment that is left out. */
export const DownloadsQuery = strictObject({
  product: Type.Optional(Slug),
  by: Type.Optional(Slug),
  outcome: Type.Optional(DownloadOutcome),
  from: Type.Optional(Time),
  until: Type.Optional(Time),
  ...pageQuery,
});

/** A download in the history. `by`: the user's name; `appliance`: its uid; both null for the vendor's own people. */
export const PastDownloadView = strictObject({
  ...DownloadView.properties,
  delivery: Id,
  path: Type.String(),
  by: OrNull(Slug),
  appliance: OrNull(Id),
});
export type PastDownloadView = Static<typeof PastDownloadView>;

/** GET /downloads. `next` is null on the last page. */
export const PastDownloadsView = strictObject({
  downloads: Type.Array(PastDownloadView),
  next: OrNull(Cursor),
});

/** POST /deliveries: what to deliver. */
export const DeliveryWishBody = strictObject({ product: Slug, version: Version, file: FileName });

/**
 * POST /deliveries: the delivery, and everything to fetch it with. The password is given here alone, once. What belongs to
 * a protocol that the node does not offer is null.
 */
export const ReadyDeliveryView = strictObject({
  ...DeliveryView.properties,
  password: Type.String(),
  urls: strictObject({ https: OrNull(Url), ftp: OrNull(Url), sftp: OrNull(Url) }),
  endpoints: NodeEndpoints,
  commands: strictObject({
    curlHttps: OrNull(Type.String()),
    wget: OrNull(Type.String()),
    aria2: OrNull(Type.String()),
    curlFtps: OrNull(Type.String()),
    lftp: OrNull(Type.String()),
    sftp: OrNull(Type.String()),
    scp: OrNull(Type.String()),
    sha256sum: Type.String(),
    shasum: Type.String(),
    powershell: Type.String(),
  }),
});
export type ReadyDeliveryView = Static<typeof ReadyDeliveryView>;

/** A personal token without its secret. */
export const TokenView = strictObject({
  id: Id,
  name: Line,
  scopes: TokenScopes,
  createdAt: Time,
  expiresAt: Time,
  lastUsedAt: OrNull(Time),
});
export type TokenView = Static<typeof TokenView>;

/** GET /tokens. */
export const TokensView = strictObject({ tokens: Type.Array(TokenView) });

/** POST /tokens. */
export const TokenBody = strictObject({
  name: Type.String({ minLength: 1, maxLength: 100 }),
  scopes: Type.Optional(TokenScopes),
  lifetimeDays: Type.Optional(
    Type.Integer({
      minimum: tokenLifetimeDays.min,
      maximum: tokenLifetimeDays.max,
      default: tokenLifetimeDays.preset,
    }),
  ),
});

/** POST /tokens: the new token with its secret, which is given here alone, once. */
export const CreatedTokenView = strictObject({ ...TokenView.properties, secret: Type.String() });

/** A public SSH key. */
export const SshKeyView = strictObject({
  id: Id,
  name: Line,
  keyType: Type.String(),
  keyBits: Type.Integer(),
  fingerprint: Type.String({ pattern: '^SHA256:[A-Za-z0-9+/]{43}$' }),
  createdAt: Time,
  expiresAt: OrNull(Time),
  lastUsedAt: OrNull(Time),
});
export type SshKeyView = Static<typeof SshKeyView>;

/** GET /ssh-keys. */
export const SshKeysView = strictObject({ keys: Type.Array(SshKeyView) });

/** POST /ssh-keys: the line of a .pub file. */
export const SshKeyBody = strictObject({
  publicKey: Type.String({ minLength: 1, maxLength: sshKeyInputMax.lineCharacters }),
  name: Type.Optional(Type.String({ minLength: 1, maxLength: sshKeyInputMax.nameCharacters })),
  lifetimeDays: Type.Optional(
    Type.Integer({ minimum: sshKeyLifetimeDays.min, maximum: sshKeyLifetimeDays.max }),
  ),
});

/** {id} in a path. */
export const IdParams = strictObject({ id: Id });

/** Problem details (RFC 9457), for every answer that is not a success. */
export const ProblemView = problemSchema(problemCodes);
