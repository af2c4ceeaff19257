// The signed documents that travel end to end through a relay that can neither forge nor, where sealed, read them.
// internal-db signs grants, login answers, orders, ban lists and download URLs; an ftp-node signs its reports and requests.
// The envelope (signing, verifying, domain separation by kind) is in signed-document.ts.
import { VersionMessage } from '../configuration/protocol/version-message.ts';
import { Type, strictObject, type Static } from '../schema.ts';
import { BanListDocument } from './ban-list.ts';
import { CutOrder } from './live-session.ts';
import { LoginCredential } from './login-credential.ts';
import {
  Address,
  AtMs,
  Bytes,
  FileName,
  Id,
  Line,
  LoginVerdict,
  NodeId,
  Protocol,
  Sha256,
  SignedText,
  Slug,
  Version,
  StagedPath,
  transferFields,
} from './fields.ts';

const Cluster = Slug;

/** A delivery's login, and the SHA-256 of its password, which has 144 random bits: what a node may let in by while internal-db is away. */
export const GrantedLogin = strictObject({
  name: Type.String({ minLength: 1, maxLength: 128 }),
  passwordSha256: Sha256,
});
export type GrantedLogin = Static<typeof GrantedLogin>;

/** Permission for one node to stage one file for one account, once (`grant` is the nonce), before `useBeforeMs`. */
export const StagingGrant = strictObject({
  cluster: Cluster,
  grant: Id,
  delivery: Id,
  node: NodeId,
  account: Slug,
  product: Slug,
  version: Version,
  file: FileName,
  sha256: Sha256,
  sizeBytes: Bytes,
  mediaType: Type.String({ maxLength: 128 }),
  publishedAtMs: AtMs,
  issuedAtMs: AtMs,
  useBeforeMs: AtMs,
  stagedUntilMs: AtMs,
  login: Type.Optional(GrantedLogin),
});
export type StagingGrant = Static<typeof StagingGrant>;

/** internal-db's answer to one login attempt, bound to the asking node and its nonce. */
export const LoginAnswer = strictObject({
  cluster: Cluster,
  node: NodeId,
  nonce: Type.String({ minLength: 22, maxLength: 22 }),
  verdict: LoginVerdict,
});
export type LoginAnswer = Static<typeof LoginAnswer>;

/** What is sealed (HPKE) to internal-db for a login: the relay sees only ciphertext. */
export const LoginAttempt = strictObject({
  cluster: Cluster,
  node: NodeId,
  nonce: Type.String({ minLength: 22, maxLength: 22 }),
  protocol: Protocol,
  address: Address,
  username: Type.String({ minLength: 1, maxLength: 128 }),
  credential: LoginCredential,
  attemptedAtMs: AtMs,
});
export type LoginAttempt = Static<typeof LoginAttempt>;

/** Order to remove deliveries from one node and cut their running transfers. Idempotent; `order` is its id. */
export const UnstageOrder = strictObject({
  cluster: Cluster,
  order: Id,
  node: NodeId,
  deliveries: Type.Array(
    strictObject({
      delivery: Id,
      reason: Type.Union([
        Type.Literal('revoked'),
        Type.Literal('cancelled'),
        Type.Literal('expired'),
        Type.Literal('unknown'),
      ]),
    }),
    { maxItems: 500 },
  ),
  issuedAtMs: AtMs,
});
export type UnstageOrder = Static<typeof UnstageOrder>;

/**
 * Why a node holds an artifact. `delivery`: a customer waits for it. `placement`: it is placed there, and stays. `cache`: it is
 * there, and may be dropped for others.
 */
export const HoldingPurpose = Type.Union([
  Type.Literal('delivery'),
  Type.Literal('placement'),
  Type.Literal('cache'),
]);
export type HoldingPurpose = Static<typeof HoldingPurpose>;

/** Other nodes that have an artifact, and internal-db's permit to fetch it from them. */
export const ArtifactSource = strictObject({
  nodes: Type.Array(NodeId, { minItems: 1, maxItems: 8 }),
  permit: SignedText,
});

/** Which artifacts a node is to hold otherwise than internal-db has heard of it to do. It fetches them in its own time. */
export const HoldingOrder = strictObject({
  cluster: Cluster,
  node: NodeId,
  artifacts: Type.Array(
    strictObject({
      sha256: Sha256,
      sizeBytes: Bytes,
      purpose: HoldingPurpose,
      source: Type.Optional(ArtifactSource),
    }),
    { minItems: 1, maxItems: 200 },
  ),
  /** The order's number: by the time, but never less than that of an earlier one, whichever internal-db it was of. */
  issuedAtMs: AtMs,
});
export type HoldingOrder = Static<typeof HoldingOrder>;

/** A node may fetch an artifact from others that have it, for a while. */
export const ArtifactPermit = strictObject({
  cluster: Cluster,
  node: NodeId,
  sha256: Sha256,
  expiresAtMs: AtMs,
});
export type ArtifactPermit = Static<typeof ArtifactPermit>;

/** A node asks for a part of an artifact, from `offsetBytes` on. The part is sealed to it, so repeating this tells nobody anything. */
export const ArtifactRequest = strictObject({
  cluster: Cluster,
  node: NodeId,
  sha256: Sha256,
  offsetBytes: Bytes,
  /** For another node than internal-db. */
  permit: Type.Optional(SignedText),
});
export type ArtifactRequest = Static<typeof ArtifactRequest>;

/** The claims of a signed HTTPS download URL, verified by a session server without a call. */
export const DownloadUrl = strictObject({
  cluster: Cluster,
  /** Where the delivery was to be staged; where it is staged since, the link is as good. */
  node: NodeId,
  delivery: Id,
  account: Slug,
  /** `<product>/<version>/<file>` inside the account's directory. */
  path: StagedPath,
  sha256: Sha256,
  sizeBytes: Bytes,
  mediaType: Type.String({ maxLength: 128 }),
  expiresAtMs: AtMs,
  /** The file is signed and encrypted in itself, so that it may be fetched in clear (plain HTTP). */
  plain: Type.Optional(Type.Literal(true)),
  /** The appliance that it was made for: what is fetched with it is recorded as this one's. */
  appliance: Type.Optional(Id),
});
export type DownloadUrl = Static<typeof DownloadUrl>;

/**
 * What an appliance logs in with over FTP and SFTP: this document is its password, its uid the name. A node verifies it without a
 * call, and shows such a session the one file of the delivery.
 */
export const ApplianceLogin = strictObject({
  cluster: Cluster,
  appliance: Id,
  delivery: Id,
  expiresAtMs: AtMs,
  /** As in a DownloadUrl: FTP without TLS will do. */
  plain: Type.Optional(Type.Literal(true)),
});
export type ApplianceLogin = Static<typeof ApplianceLogin>;

/** One thing that happened at a node, signed by it. `sequence` increases by one per node; replays are ignored. */
export const NodeReport = strictObject({
  cluster: Cluster,
  node: NodeId,
  sequence: Type.Integer({ minimum: 1 }),
  atMs: AtMs,
  event: Type.Union([
    strictObject({ type: Type.Literal('delivery.staged'), delivery: Id }),
    strictObject({ type: Type.Literal('delivery.failed'), delivery: Id, explanation: Line }),
    strictObject({
      type: Type.Literal('delivery.ended'),
      delivery: Id,
      reason: Type.Union([
        Type.Literal('expired'),
        Type.Literal('revoked'),
        Type.Literal('cancelled'),
        Type.Literal('unknown'),
      ]),
    }),
    /** All of it is in the node's storeroom; `pinned`: as placed there, so that it is not dropped for others. */
    strictObject({ type: Type.Literal('artifact.held'), sha256: Sha256, pinned: Type.Boolean() }),
    /** It is there no more: dropped for others, found damaged, or found missing. */
    strictObject({
      type: Type.Literal('artifact.lost'),
      sha256: Sha256,
      why: Type.Union([Type.Literal('dropped'), Type.Literal('damaged'), Type.Literal('missing')]),
    }),
    strictObject({
      type: Type.Literal('download'),
      download: Id,
      principal: Type.String({ maxLength: 128 }),
      ...transferFields,
    }),
  ]),
});
export type NodeReport = Static<typeof NodeReport>;

/** internal-db's receipt for one batch of reports: all up to `acceptedSequence` is durable, and need not come again. */
export const ReportReceipt = strictObject({
  cluster: Cluster,
  node: NodeId,
  /** `digestReports` of the batch, so that a relay can't answer with the receipt of another one. */
  batch: Sha256,
  acceptedSequence: Type.Integer({ minimum: 0 }),
});
export type ReportReceipt = Static<typeof ReportReceipt>;

/** A node's list of what it has staged, signed, for internal-db to compare with its records. At most 500 at a time. */
export const StagingStatement = strictObject({
  cluster: Cluster,
  node: NodeId,
  atMs: AtMs,
  deliveries: Type.Array(Id, { maxItems: 500 }),
});
export type StagingStatement = Static<typeof StagingStatement>;

/** The keys that all internal-dbs of a database share, sealed to the one that asked for them. */
export const DatabaseKeysDocument = strictObject({
  cluster: Cluster,
  node: NodeId,
  sealed: Type.String({ minLength: 60, maxLength: 4096, pattern: '^[A-Za-z0-9_-]+$' }),
});

/** Every kind of signed document and its schema; the kind is part of what is signed. */
export const documentSchemas = {
  'staging-grant': StagingGrant,
  'login-answer': LoginAnswer,
  'unstage-order': UnstageOrder,
  'cut-order': CutOrder,
  'holding-order': HoldingOrder,
  'artifact-permit': ArtifactPermit,
  'artifact-request': ArtifactRequest,
  'ban-list': BanListDocument,
  'download-url': DownloadUrl,
  'appliance-login': ApplianceLogin,
  'node-report': NodeReport,
  'report-receipt': ReportReceipt,
  'staging-statement': StagingStatement,
  'version-message': VersionMessage,
  'database-keys': DatabaseKeysDocument,
} as const;
/** A kind of signed document. */
export type DocumentKind = keyof typeof documentSchemas;
/** The body of a signed document of kind K. */
export type DocumentBody<K extends DocumentKind> = Static<(typeof documentSchemas)[K]>;

/** The purpose (see sealed-message.ts) that a LoginAttempt, as UTF-8 JSON, is sealed for. */
export const loginSealingPurpose = 'login-attempt';

/** The purpose that a part of an artifact is sealed for. */
export const artifactSlicePurpose = 'artifact-slice';
/** The place that it is bound to: which artifact, from which offset on. */
export function artifactSlicePlace({
  sha256,
  offsetBytes,
}: Pick<ArtifactRequest, 'sha256' | 'offsetBytes'>): string {
  return `${sha256}@${offsetBytes}`;
}
