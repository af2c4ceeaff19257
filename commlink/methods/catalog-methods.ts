// What a web-front may ask for a customer about products, releases and licence agreements: always in pages, and always only
// what the session's account may see. Spread into internalDbMethods.
import { method } from '../method-table.ts';
import { Type, strictObject, type Static } from '../schema.ts';
import { LicenceText, LicenceVersion, NotesText } from './catalog-admin-methods.ts';
import { SessionRefusal, customerCall, withSession } from './customer-call.ts';
import { Address, AtMs, Bytes, CatalogFile, FileName, Id, Line, Slug, Version } from './fields.ts';
import { pageParams, pageResult } from './paging.ts';
import { SessionOwner } from './session-owner.ts';

const Nullable = <S extends Parameters<typeof Type.Union>[0][number]>(schema: S) =>
  Type.Union([schema, Type.Null()]);
const Platform = Type.String({ maxLength: 64 });

/** How an account stands to a product that it is shown. Only with `open` all that it includes can be downloaded. */
export const ProductStanding = Type.Union([
  Type.Literal('open'),
  /** A licence agreement must be accepted first. */
  Type.Literal('licence'),
  Type.Literal('used_up'),
  Type.Literal('ended'),
  Type.Literal('not_begun'),
]);
export type ProductStanding = Static<typeof ProductStanding>;

/** A product in a list. `endsAtMs`: when the right to it ends, or ended; null is without end. */
const productFields = {
  name: Slug,
  title: Line,
  description: Type.String({ maxLength: 4000 }),
  standing: ProductStanding,
  endsAtMs: Nullable(AtMs),
  /** The agreement to be accepted, where the standing is `licence`. */
  licence: Nullable(Slug),
} as const;

/** A release in a list. */
const releaseFields = {
  version: Version,
  channel: Slug,
  publishedAtMs: AtMs,
  /** The agreement that must be accepted before it can be downloaded; null when none is missing. */
  licence: Nullable(Slug),
} as const;

/** A release without its files. */
export const ReleaseSummary = strictObject(releaseFields);
export type ReleaseSummary = Static<typeof ReleaseSummary>;

/** A release with its files and notes; `notes` is Markdown. */
export const FullRelease = strictObject({
  ...releaseFields,
  notes: NotesText,
  files: Type.Array(CatalogFile, { maxItems: 500 }),
});
export type FullRelease = Static<typeof FullRelease>;

/** A product with its newest release. */
export const ProductSummary = strictObject({ ...productFields, newest: Nullable(ReleaseSummary) });
export type ProductSummary = Static<typeof ProductSummary>;

/** A product as its page shows it. */
export const ProductDetail = strictObject({ ...productFields, platformOrder: Type.Array(Platform) });
export type ProductDetail = Static<typeof ProductDetail>;

/** What a customer's search found. A null says what it is not: a product has no version, a release no file. */
export const SearchMatch = strictObject({
  product: Slug,
  productTitle: Line,
  version: Nullable(Version),
  channel: Nullable(Slug),
  file: Nullable(FileName),
  platform: Nullable(Platform),
  sizeBytes: Nullable(Bytes),
  /** The agreement that a download waits for. */
  licence: Nullable(Slug),
});
export type SearchMatch = Static<typeof SearchMatch>;

/** A release, or a grant, as news. */
export const NewsItem = strictObject({
  product: Slug,
  productTitle: Line,
  /** Null: the product itself is new to the account. */
  version: Nullable(Version),
  channel: Nullable(Slug),
  atMs: AtMs,
});
export type NewsItem = Static<typeof NewsItem>;

/** A right that ends soon. */
export const EndingRight = strictObject({ product: Slug, productTitle: Line, notAfterMs: AtMs });
export type EndingRight = Static<typeof EndingRight>;

/** A version of a licence agreement as the customer sees it. */
export const OwnLicence = strictObject({
  name: Slug,
  /** Empty where the vendor keeps the text elsewhere. */
  version: Type.Union([LicenceVersion, Type.Literal('')]),
  title: Line,
  inForceAtMs: AtMs,
  state: Type.Union([
    Type.Literal('accepted'),
    /** In force and not accepted: downloads wait for it. */
    Type.Literal('needed'),
    /** Will be in force; it can be accepted now, so that nothing has to wait then. */
    Type.Literal('announced'),
    /** Not accepted; the vendor records the acceptance, since there is no text here. */
    Type.Literal('without_text'),
  ]),
  acceptedAtMs: Nullable(AtMs),
});
export type OwnLicence = Static<typeof OwnLicence>;

/** A right as the customer sees it. */
export const OwnEntitlement = strictObject({
  id: Id,
  product: Slug,
  versions: Line,
  channels: Nullable(Type.Array(Slug, { maxItems: 20 })),
  notBeforeMs: Nullable(AtMs),
  notAfterMs: Nullable(AtMs),
  downloadsMax: Nullable(Type.Integer({ minimum: 1 })),
  licenceAgreement: Nullable(Slug),
  grantedAtMs: AtMs,
  revokedAtMs: Nullable(AtMs),
});
export type OwnEntitlement = Static<typeof OwnEntitlement>;

/** The digests of a release's files, and their signature as `ssh-keygen -Y verify` checks it. */
export const SignedSums = strictObject({
  /** As sha256sum writes and checks it. */
  sums: Type.String({ maxLength: 200_000 }),
  /** In OpenSSH's armor (PROTOCOL.sshsig). */
  signature: Type.String({ maxLength: 1000 }),
  /** The line for an allowed_signers file. */
  signer: Line,
});
export type SignedSums = Static<typeof SignedSums>;

const read = { ...customerCall, mutates: false };
const valid = { valid: Type.Literal(true) };
const found = { ...valid, found: Type.Literal(true) };
/** Goes along with what most pages show, so that a page needs no second call to say whose it is. */
const owned = { owner: SessionOwner };
const NotFound = strictObject({ ...valid, found: Type.Literal(false) });
const ofRelease = strictObject({ ...withSession, product: Slug, version: Version });

/** The rows. What the account may not see is not found, as what does not exist. */
export const catalogMethods = {
  /** What is new since the person's last visit, which is noted by it, what ends soon, and which agreements wait. */
  'catalog.home': method({
    ...customerCall,
    mutates: true,
    params: strictObject(withSession),
    result: Type.Union([
      strictObject({
        ...valid,
        /** Null on the first visit: news are those of the last month then. */
        lastVisitAtMs: Nullable(AtMs),
        news: Type.Array(NewsItem, { maxItems: 40 }),
        ending: Type.Array(EndingRight, { maxItems: 20 }),
        licences: Type.Array(OwnLicence, { maxItems: 100 }),
      }),
      SessionRefusal,
    ]),
  }),
  /** By name. */
  'catalog.products': method({
    ...read,
    params: strictObject({ ...withSession, ...pageParams }),
    result: Type.Union([
      strictObject({ ...valid, ...owned, products: Type.Array(ProductSummary), ...pageResult }),
      SessionRefusal,
    ]),
  }),
  /** A product with the newest release of a channel, or of all, and a page of releases, newest version first. */
  'catalog.product': method({
    ...read,
    params: strictObject({ ...withSession, product: Slug, channel: Nullable(Slug), ...pageParams }),
    result: Type.Union([
      strictObject({
        ...found,
        ...owned,
        product: ProductDetail,
        channels: Type.Array(Slug, { maxItems: 20 }),
        newest: Nullable(FullRelease),
        releases: Type.Array(ReleaseSummary),
        ...pageResult,
      }),
      NotFound,
      SessionRefusal,
    ]),
  }),
  'catalog.release': method({
    ...read,
    params: ofRelease,
    result: Type.Union([
      strictObject({ ...found, ...owned, product: ProductDetail, release: FullRelease }),
      NotFound,
      SessionRefusal,
    ]),
  }),
  'catalog.sums': method({
    ...read,
    params: ofRelease,
    result: Type.Union([strictObject({ ...found, ...SignedSums.properties }), NotFound, SessionRefusal]),
  }),
  'catalog.search': method({
    ...read,
    params: strictObject({ ...withSession, query: Type.String({ maxLength: 200 }) }),
    result: Type.Union([
      strictObject({ ...valid, matches: Type.Array(SearchMatch, { maxItems: 50 }) }),
      SessionRefusal,
    ]),
  }),
  /** The latest grant first; revoked and ended ones too. */
  'entitlement.listOwn': method({
    ...read,
    params: strictObject({ ...withSession, ...pageParams }),
    result: Type.Union([
      strictObject({ ...valid, entitlements: Type.Array(OwnEntitlement), ...pageResult }),
      SessionRefusal,
    ]),
  }),
  'licence.listOwn': method({
    ...read,
    params: strictObject(withSession),
    result: Type.Union([
      strictObject({ ...valid, licences: Type.Array(OwnLicence, { maxItems: 100 }) }),
      SessionRefusal,
    ]),
  }),
  'licence.read': method({
    ...read,
    params: strictObject({ ...withSession, name: Slug, version: LicenceVersion }),
    result: Type.Union([
      strictObject({ ...found, licence: OwnLicence, text: Type.Union([LicenceText, Type.Literal('')]) }),
      NotFound,
      SessionRefusal,
    ]),
  }),
  /** For the whole organization. Refused: not an owner, a token, an agreement that nothing of the account asks for. */
  'licence.accept': method({
    ...customerCall,
    mutates: true,
    params: strictObject({ ...withSession, name: Slug, version: LicenceVersion, address: Address }),
    result: Type.Union([strictObject({ ...valid, accepted: Type.Literal(true) }), SessionRefusal]),
  }),
} as const;
