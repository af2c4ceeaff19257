// Field schemas that several method tables share, with the limits on what may cross a link.
// Times are milliseconds since 1970 UTC and end in `AtMs`; sizes are bytes and end in `Bytes`.
import { documentBytesMax } from '../limits.ts';
import {
  fileNameCharactersMax,
  fileNamePattern,
  idPattern,
  sha256Pattern,
  slugPattern,
  versionCharactersMax,
  versionPattern,
} from '../name-patterns.ts';
import { Type, strictObject, type Static } from '../schema.ts';

/** A record's id: three-letter kind, underscore, 128 random bits in base64url (`dlv_…`). */
export const Id = Type.String({ pattern: idPattern });
/** A node id: RFC 7638 thumbprint of the node's Ed25519 key, base64url. */
export const NodeId = Type.String({ pattern: '^[A-Za-z0-9_-]{43}$' });
/** A name in paths and commands (account, product, node): lower-case letters, digits, dot, dash. */
export const Slug = Type.String({ pattern: slugPattern });
/** A semantic version (semver.org 2.0.0). */
export const Version = Type.String({
  minLength: 1,
  maxLength: versionCharactersMax,
  pattern: versionPattern,
});
/** A file's name inside its release: one path segment, no control characters, no leading dot. */
export const FileName = Type.String({
  minLength: 1,
  maxLength: fileNameCharactersMax,
  pattern: fileNamePattern,
});
/** Lower-case hexadecimal SHA-256. */
export const Sha256 = Type.String({ pattern: sha256Pattern });
/** Milliseconds since 1970 UTC. */
export const AtMs = Type.Integer({ minimum: 0, maximum: 8_640_000_000_000_000 });
/** A count of bytes, up to 2^53 - 1. */
export const Bytes = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });
/** A person-readable line. */
export const Line = Type.String({ maxLength: 500 });
/** A secret that a client presents: session token, personal token. */
export const Secret = Type.String({ minLength: 1, maxLength: 256 });
/** An IP address in text form. */
export const Address = Type.String({ minLength: 2, maxLength: 45 });
/** A signed document (see signed-document.ts): base64url payload, dot, base64url signature. */
export const SignedText = Type.String({
  minLength: 90,
  maxLength: documentBytesMax,
  pattern: '^[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]{86}$',
});

/** A part of an artifact, sealed to the node that asked for it: base64url. */
export const SealedSlice = Type.String({ minLength: 60, maxLength: 400_000, pattern: '^[A-Za-z0-9_-]+$' });
/** What a customer fetches with. `http`: in clear, for what is signed and encrypted in itself. */
export const Protocol = Type.Union([
  Type.Literal('https'),
  Type.Literal('http'),
  Type.Literal('ftp'),
  Type.Literal('ftps'),
  Type.Literal('sftp'),
]);
/** A staged file's place in its account's directory: `<product>/<version>/<file>`. */
export const StagedPath = Type.String({ maxLength: 512 });
/** A release's state. */
export const ReleaseState = Type.Union([
  Type.Literal('draft'),
  Type.Literal('published'),
  Type.Literal('withdrawn'),
]);

/** A node's way of delivering a file. */
export type Protocol = Static<typeof Protocol>;

/** Why a customer may not have a file. One of these is given by the entitlement decision, and shown by `consign why`. */
export const RefusalReason = Type.Union([
  Type.Literal('account_unknown'),
  Type.Literal('account_suspended'),
  Type.Literal('product_unknown'),
  Type.Literal('release_unknown'),
  Type.Literal('file_unknown'),
  Type.Literal('release_draft'),
  Type.Literal('release_withdrawn'),
  Type.Literal('not_entitled'),
  Type.Literal('revoked'),
  Type.Literal('not_yet_valid'),
  Type.Literal('expired'),
  Type.Literal('version_outside_range'),
  Type.Literal('channel_not_included'),
  Type.Literal('licence_not_accepted'),
  Type.Literal('download_limit_reached'),
]);
export type RefusalReason = Static<typeof RefusalReason>;

/** A file as customers see it. */
export const CatalogFile = strictObject({
  name: FileName,
  sizeBytes: Bytes,
  sha256: Sha256,
  platform: Type.Union([Type.String({ maxLength: 64 }), Type.Null()]),
  mediaType: Type.String({ maxLength: 128 }),
  publishedAtMs: AtMs,
});
export type CatalogFile = Static<typeof CatalogFile>;

/** Where a delivery stands: asked for, staged at its node, failed to stage, or ended. */
export const DeliveryState = Type.Union([
  Type.Literal('requested'),
  Type.Literal('staged'),
  Type.Literal('failed'),
  Type.Literal('expired'),
  Type.Literal('revoked'),
  Type.Literal('cancelled'),
]);
export type DeliveryState = Static<typeof DeliveryState>;

/** How a download stands or ended. `complete` only when the transport acknowledged every byte. */
export const DownloadOutcome = Type.Union([
  Type.Literal('running'),
  Type.Literal('complete'),
  Type.Literal('partial'),
  Type.Literal('aborted'),
  Type.Literal('revoked'),
  Type.Literal('lost'),
]);
export type DownloadOutcome = Static<typeof DownloadOutcome>;

/** What a download record and a node's report of it share. `endedAtMs` is null while it runs. */
export const transferFields = {
  delivery: Id,
  account: Slug,
  path: StagedPath,
  protocol: Protocol,
  address: Address,
  offsetBytes: Bytes,
  sentBytes: Bytes,
  sizeBytes: Bytes,
  startedAtMs: AtMs,
  endedAtMs: Type.Union([AtMs, Type.Null()]),
  outcome: DownloadOutcome,
} as const;

/** One transfer of one file by one client. */
export const Download = strictObject({ id: Id, ...transferFields });
export type Download = Static<typeof Download>;

/** A delivery: one file made ready at one node for one account. */
export const Delivery = strictObject({
  id: Id,
  account: Slug,
  product: Slug,
  version: Version,
  file: FileName,
  path: StagedPath,
  sizeBytes: Bytes,
  sha256: Sha256,
  node: Slug,
  login: Type.String({ maxLength: 64 }),
  state: DeliveryState,
  requestedBy: Type.String({ maxLength: 128 }),
  requestedAtMs: AtMs,
  stagedAtMs: Type.Union([AtMs, Type.Null()]),
  expiresAtMs: AtMs,
  endedAtMs: Type.Union([AtMs, Type.Null()]),
  /** How much of the file has come to the node while it is on the way there; null: it is there. */
  arrivedBytes: Type.Union([Bytes, Type.Null()]),
});
export type Delivery = Static<typeof Delivery>;

/** An expected refusal, with a plain sentence for a person. */
export const Refusal = strictObject({
  allowed: Type.Literal(false),
  reason: RefusalReason,
  explanation: Line,
});
export type Refusal = Static<typeof Refusal>;

/** The verdict on a login: whose directory the session sees and until when, or why not. */
export const LoginVerdict = Type.Union([
  strictObject({
    allowed: Type.Literal(true),
    account: Slug,
    /** `delivery:<id>`, `user:<name>`, `token:<id>`, `key:<id>` or `appliance:<uid>`: who is logged in, for logs and download records. */
    principal: Type.String({ maxLength: 128 }),
    /** When the credential itself ends; the session is closed then. */
    expiresAtMs: AtMs,
    /** The session sees this delivery's file, and nothing else of the account's. */
    only: Type.Optional(strictObject({ delivery: Id, path: StagedPath })),
  }),
  strictObject({
    allowed: Type.Literal(false),
    reason: Type.Union([
      Type.Literal('credentials'),
      Type.Literal('throttled'),
      Type.Literal('suspended'),
      /** The answer to a public key without a signature: it would do. Nobody is let in by it. */
      Type.Literal('signature_needed'),
    ]),
  }),
]);
export type LoginVerdict = Static<typeof LoginVerdict>;
