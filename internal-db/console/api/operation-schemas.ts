// Schemas of what the console shows and no message between rooms carries: previews, timelines, statistics, holders. As in those,
// moments are milliseconds; public-shape.ts makes what the API says of them.
import { Account } from '#commlink/methods/admin-methods.ts';
import { Entitlement } from '#commlink/methods/administration-fields.ts';
import {
  AtMs,
  Bytes,
  Delivery,
  Download,
  FileName,
  Id,
  Line,
  ReleaseState,
  Sha256,
  Slug,
  Version,
} from '#commlink/methods/fields.ts';
import { Type, strictObject, type TSchema } from '#commlink/schema.ts';
import { DangerousChangeKind } from '#commlink/settings/second-person-settings.ts';

const Count = Type.Integer({ minimum: 0 });

/** Or null. */
export const Nullable = <S extends TSchema>(schema: S) => Type.Union([schema, Type.Null()]);

/** What a change of an entitlement would do. */
export const Preview = strictObject({
  account: Slug,
  product: Slug,
  /** What is extended or revoked; null for a grant. */
  entitlement: Nullable(Entitlement),
  gained: Type.Array(strictObject({ version: Version, channel: Slug, files: Type.Array(FileName) })),
  lost: Type.Array(strictObject({ version: Version, channel: Slug, files: Type.Array(FileName) })),
  keptCount: Count,
  endedDeliveries: Type.Array(Delivery),
  /** Transfers of these that run now, and would be cut. */
  runningCount: Count,
  /** The licence agreement that a grant asks for, where it has no text in force: nobody can download until it has. */
  missingAgreement: Nullable(Slug),
});

/** What a row of a timeline can be about. */
export const TimelineKindName = Type.Union([
  Type.Literal('change'),
  Type.Literal('delivery'),
  Type.Literal('download'),
  Type.Literal('login'),
  Type.Literal('refusal'),
]);
/** A row of a customer's timeline: of the audit log, a download, or a login. What does not apply is null. */
export const TimelineRow = strictObject({
  atMs: AtMs,
  kind: TimelineKindName,
  actor: Nullable(Line),
  action: Nullable(Type.String({ maxLength: 64 })),
  subject: Nullable(Line),
  /** JSON, as the audit log has it. */
  detail: Nullable(Type.String()),
  download: Nullable(Download),
  login: Nullable(
    strictObject({
      door: Line,
      protocol: Nullable(Line),
      principal: Line,
      address: Line,
      refusal: Nullable(Line),
      eventCount: Count,
    }),
  ),
});

/** A customer with what their page says at its top. */
export const AccountDetail = strictObject({
  ...Account.properties,
  entitlementCount: Count,
  entitlementInForceCount: Count,
  liveDeliveryCount: Count,
  /** Licence agreements that an entitlement asks for and that were not accepted. */
  openAgreements: Type.Array(Slug),
});

const totals = { complete: Count, partial: Count, failed: Count, revoked: Count, sentBytes: Bytes };

/** Sums of downloads. */
export const DownloadSums = strictObject({
  daysInSpan: Type.Integer(),
  spans: Type.Array(strictObject({ day: Type.String(), ...totals })),
  products: Type.Array(strictObject({ name: Type.String(), ...totals })),
  nodes: Type.Array(strictObject({ name: Type.String(), ...totals })),
  total: strictObject(totals),
});

/** A product among others. */
export const ProductSummary = strictObject({
  name: Slug,
  title: Line,
  newestVersion: Nullable(Version),
  publishedCount: Count,
  draftCount: Count,
  withdrawnCount: Count,
});

const releaseFields = {
  version: Version,
  channel: Slug,
  state: ReleaseState,
  createdAtMs: AtMs,
  publishedAtMs: Nullable(AtMs),
};

/** A product with its releases, and how many customers stopped at which. */
export const ProductDetail = strictObject({
  name: Slug,
  title: Line,
  description: Type.String(),
  platforms: Type.Array(Type.String()),
  /** Which download servers keep its files; null: as the settings say. */
  placement: Type.Union([Type.String(), Type.Null()]),
  releases: Type.Array(strictObject({ ...releaseFields, holderCount: Count })),
  upToDateCount: Count,
  behindCount: Count,
});

/** A release with its files and notes, and what depends on it. */
export const ReleaseDetail = strictObject({
  product: Slug,
  ...releaseFields,
  notes: Type.String(),
  files: Type.Array(
    strictObject({
      name: FileName,
      sizeBytes: Bytes,
      sha256: Sha256,
      platform: Nullable(Type.String()),
      mediaType: Type.String(),
    }),
  ),
  /** Customers who have a whole file of it. */
  holderCount: Count,
  liveDeliveryCount: Count,
});

/** A customer who has a release: has downloaded it, or has nothing newer. */
export const ReleaseCustomer = strictObject({
  account: Slug,
  displayName: Line,
  firstAtMs: Nullable(AtMs),
  lastAtMs: Nullable(AtMs),
  downloadCount: Nullable(Count),
});

/** Something that an operator should look at. */
export const AlertRow = strictObject({
  kind: Type.String(),
  severity: Type.Union([Type.Literal('warning'), Type.Literal('critical')]),
  subject: Type.String(),
  text: Type.String(),
  advice: Type.String(),
  sinceMs: AtMs,
});

/** A dangerous change that waits for a second person, or was decided. */
export const Proposal = strictObject({
  id: Id,
  kind: DangerousChangeKind,
  subject: Type.String(),
  reason: Line,
  proposedBy: Slug,
  proposedAtMs: AtMs,
  expiresAtMs: AtMs,
  state: Type.Union([
    Type.Literal('open'),
    Type.Literal('approved'),
    Type.Literal('declined'),
    Type.Literal('withdrawn'),
    Type.Literal('expired'),
  ]),
  decidedBy: Nullable(Slug),
  decidedAtMs: Nullable(AtMs),
});

/** A name that was found. */
const FoundName = strictObject({
  name: Slug,
  title: Line,
  account: Nullable(Slug),
  email: Nullable(Type.String()),
});
/** What the search box finds. */
export const Found = strictObject({
  accounts: Type.Array(FoundName),
  people: Type.Array(FoundName),
  products: Type.Array(FoundName),
  releases: Type.Array(strictObject({ product: Slug, version: Version, channel: Slug, state: ReleaseState })),
  deliveries: Type.Array(Delivery),
  entitlements: Type.Array(Entitlement),
  files: Type.Array(strictObject({ product: Slug, version: Version, file: FileName, sha256: Sha256 })),
  records: Type.Array(
    strictObject({
      kind: Type.Union([
        Type.Literal('account'),
        Type.Literal('address'),
        Type.Literal('appliance'),
        Type.Literal('ban'),
        Type.Literal('licence'),
        Type.Literal('node'),
        Type.Literal('person'),
        Type.Literal('product'),
        Type.Literal('proposal'),
        Type.Literal('rollout'),
        Type.Literal('session'),
        Type.Literal('sshKey'),
        Type.Literal('staff'),
        Type.Literal('token'),
        Type.Literal('webhook'),
      ]),
      name: Line,
      account: Nullable(Slug),
      page: Line,
    }),
  ),
});

/** An entitlement with what was changed of its end. */
export const EntitlementDetail = strictObject({
  ...Entitlement.properties,
  extensions: Type.Array(
    strictObject({
      id: Id,
      atMs: AtMs,
      fromMs: Nullable(AtMs),
      toMs: Nullable(AtMs),
      extendedBy: Line,
      reason: Line,
    }),
  ),
});
