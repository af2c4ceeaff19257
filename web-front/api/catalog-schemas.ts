// The shapes of products, releases, rights and licence agreements in the JSON API. Times are RFC 3339 in UTC.
import { Time } from '#commlink/api/moment.ts';
import { LicenceVersion } from '#commlink/methods/catalog-admin-methods.ts';
import { OwnLicence, ProductStanding, SignedSums } from '#commlink/methods/catalog-methods.ts';
import { Bytes, FileName, Id, Line, Sha256, Slug, Version } from '#commlink/methods/fields.ts';
import { Cursor, pageRowsMax } from '#commlink/methods/paging.ts';
import { Type, strictObject, type Static, type TSchema } from '#commlink/schema.ts';
import { pagePresetRows } from '../limits.ts';
import { ReadyDeliveryView } from './schemas.ts';

const OrNull = <S extends TSchema>(schema: S) => Type.Union([schema, Type.Null()]);
const next = { next: OrNull(Cursor) };
const page = {
  after: Type.Optional(Cursor),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: pageRowsMax, default: pagePresetRows })),
} as const;

/** The place in a list. */
export const PageQuery = strictObject(page);
/** The same for the releases of a product, in one channel or all. */
export const ReleasesQuery = strictObject({ channel: Type.Optional(Slug), ...page });
/** A search. */
export const SearchQuery = strictObject({ q: Type.String({ minLength: 1, maxLength: 200 }) });
/** Which product. */
export const ProductParams = strictObject({ product: Slug });
/** Which release. */
export const ReleaseParams = strictObject({ product: Slug, version: Version });
/** Which version of which agreement. */
export const LicenceParams = strictObject({ name: Slug, version: LicenceVersion });

const releaseFields = {
  version: Version,
  channel: Slug,
  publishedAt: Time,
  /** The agreement that must be accepted before it can be downloaded. */
  licence: OrNull(Slug),
};
const ReleaseSummaryView = strictObject(releaseFields);
const productFields = {
  name: Slug,
  title: Line,
  description: Type.String(),
  /** `open`, or why nothing can be downloaded at the moment. */
  standing: ProductStanding,
  endsAt: OrNull(Time),
  licence: OrNull(Slug),
};

/** A release with its files and its notes, which are Markdown. */
export const ReleaseView = strictObject({
  ...releaseFields,
  notes: Type.String(),
  files: Type.Array(
    strictObject({
      name: FileName,
      sizeBytes: Bytes,
      sha256: Sha256,
      platform: OrNull(Type.String()),
      mediaType: Type.String(),
    }),
  ),
});
export type ReleaseView = Static<typeof ReleaseView>;

/** GET /products. */
export const ProductsView = strictObject({
  products: Type.Array(strictObject({ ...productFields, newest: OrNull(ReleaseSummaryView) })),
  ...next,
});
export type ProductsView = Static<typeof ProductsView>;

/** GET /products/{product}. `next` is of the releases. */
export const ProductView = strictObject({
  ...productFields,
  channels: Type.Array(Slug),
  newest: OrNull(ReleaseView),
  releases: Type.Array(ReleaseSummaryView),
  ...next,
});
export type ProductView = Static<typeof ProductView>;

/** GET /products/{product}/releases/{version}/sums: `sums` as sha256sum has it, `signature` for `ssh-keygen -Y verify`. */
export const SumsView = SignedSums;

/** POST /products/{product}/releases/{version}/set. */
export const ReadySetView = strictObject({ deliveries: Type.Array(ReadyDeliveryView) });

/** GET /search. A null says what a match is not: a product has no version, a release no file. */
export const SearchView = strictObject({
  matches: Type.Array(
    strictObject({
      product: Slug,
      productTitle: Line,
      version: OrNull(Version),
      channel: OrNull(Slug),
      file: OrNull(FileName),
      platform: OrNull(Type.String()),
      sizeBytes: OrNull(Bytes),
      licence: OrNull(Slug),
    }),
  ),
});

/** GET /entitlements. */
export const EntitlementsView = strictObject({
  entitlements: Type.Array(
    strictObject({
      id: Id,
      product: Slug,
      versions: Line,
      channels: OrNull(Type.Array(Slug)),
      notBefore: OrNull(Time),
      notAfter: OrNull(Time),
      downloadsMax: OrNull(Type.Integer()),
      licenceAgreement: OrNull(Slug),
      grantedAt: Time,
      revokedAt: OrNull(Time),
    }),
  ),
  ...next,
});
export type EntitlementsView = Static<typeof EntitlementsView>;

const licenceFields = {
  name: Slug,
  /** Empty where the vendor keeps the text elsewhere. */
  version: Type.String(),
  title: Line,
  inForceAt: Time,
  state: OwnLicence.properties.state,
  acceptedAt: OrNull(Time),
};
/** GET /licences. */
export const LicencesView = strictObject({ licences: Type.Array(strictObject(licenceFields)) });
export type LicencesView = Static<typeof LicencesView>;

/** GET /home. A null version says that the product itself is new. */
export const HomeView = strictObject({
  lastVisitAt: OrNull(Time),
  news: Type.Array(
    strictObject({
      product: Slug,
      productTitle: Line,
      version: OrNull(Version),
      channel: OrNull(Slug),
      at: Time,
    }),
  ),
  ending: Type.Array(strictObject({ product: Slug, productTitle: Line, notAfter: Time })),
  licences: Type.Array(strictObject(licenceFields)),
});

/** GET /licences/{name}/{version}; `text` is Markdown. */
export const LicenceView = strictObject({ ...licenceFields, text: Type.String() });
