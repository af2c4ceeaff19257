// What an ftp-node offers to web-fronts: staging on a signed grant, unstaging and ending sessions on a signed order, the
// signed list of bans, its own description and that of its sessions.
import { method } from '../method-table.ts';
import { Type, strictObject, type Static } from '../schema.ts';
import { NodeIdentity } from '../settings/cluster-configuration.ts';
import { BanSequence } from './ban-list.ts';
import { Bytes, Line, NodeId, SealedSlice, Sha256, SignedText, Slug, StagedPath } from './fields.ts';
import { SessionListing } from './live-session.ts';

/** Why a node could not stage. The explanation says what to do and is safe to show to a customer. */
export const StagingFailure = Type.Union([
  Type.Literal('grant_invalid'),
  Type.Literal('grant_expired'),
  Type.Literal('grant_used'),
  Type.Literal('artifact_missing'),
  Type.Literal('artifact_damaged'),
  Type.Literal('path_taken'),
  Type.Literal('disk_full'),
  Type.Literal('other_file_system'),
  Type.Literal('draining'),
]);
export type StagingFailure = Static<typeof StagingFailure>;

const publicAddress = {
  host: Type.String({ maxLength: 253 }),
  port: Type.Integer({ minimum: 1, maximum: 65_535 }),
};

/** Where customers reach a node, as its operator configured it; null where the protocol is disabled. */
export const NodeEndpoints = strictObject({
  /** Base URL without a trailing slash, e.g. `https://download.example.com:8442`. */
  https: Type.Union([Type.String({ maxLength: 256 }), Type.Null()]),
  ftp: Type.Union([strictObject(publicAddress), Type.Null()]),
  sftp: Type.Union([
    strictObject({
      ...publicAddress,
      /** `SHA256:…` of each host key, as ssh-keygen prints it. */
      hostKeyFingerprints: Type.Array(Type.String({ maxLength: 64 }), { maxItems: 8 }),
    }),
    Type.Null(),
  ]),
});
export type NodeEndpoints = Static<typeof NodeEndpoints>;

/** What appliances reach a node by, beside its ordinary endpoints. */
export const FleetEntrances = strictObject({
  /** Base URL of plain HTTP, for packages; null: there is none. */
  http: Type.Union([Type.String({ maxLength: 256 }), Type.Null()]),
  /** Whether FTP serves packages without TLS. */
  plainFtp: Type.Boolean(),
  /** PEM of who issued the node's certificate, where machines do not know it. */
  authority: NodeIdentity.properties.authority,
});
export type FleetEntrances = Static<typeof FleetEntrances>;

const caller = { callers: ['web-front'] as const, deadlineMs: 10_000 };

/** The table. */
export const ftpNodeMethods = {
  'delivery.stage': method({
    ...caller,
    mutates: true,
    admits: true,
    params: strictObject({ grant: SignedText }),
    result: Type.Union([
      /** The hard link exists and is recorded. `path` is `<product>/<version>/<file>`, as the customer sees it. */
      strictObject({
        staged: Type.Literal(true),
        path: StagedPath,
        endpoints: NodeEndpoints,
      }),
      strictObject({ staged: Type.Literal(false), failure: StagingFailure, explanation: Line }),
    ]),
  }),
  'delivery.unstage': method({
    ...caller,
    mutates: true,
    params: strictObject({ order: SignedText }),
    result: strictObject({
      unstagedCount: Type.Integer({ minimum: 0 }),
      cutTransferCount: Type.Integer({ minimum: 0 }),
    }),
  }),
  /** Takes a signed list of bans, unless it has a newer one. Answers with the sequence of the one in force. */
  'bans.replace': method({
    ...caller,
    mutates: true,
    params: strictObject({ list: SignedText }),
    result: strictObject({ sequence: BanSequence }),
  }),
  /** The sessions of one account, or all, those before their login included. */
  'sessions.list': method({
    ...caller,
    mutates: false,
    params: strictObject({ account: Type.Union([Slug, Type.Null()]) }),
    result: SessionListing,
  }),
  'sessions.cut': method({
    ...caller,
    mutates: true,
    params: strictObject({ order: SignedText }),
    result: strictObject({ cutSessionCount: Type.Integer({ minimum: 0 }) }),
  }),
  /** Takes note of what the node is to hold, and says how far it is with what it does not hold yet. */
  'artifacts.hold': method({
    ...caller,
    mutates: true,
    params: strictObject({ order: SignedText }),
    result: strictObject({
      arriving: Type.Array(strictObject({ sha256: Sha256, arrivedBytes: Bytes, sizeBytes: Bytes }), {
        maxItems: 200,
      }),
    }),
  }),
  /** Gives another ftp-node, by its signed ArtifactRequest with internal-db's permit, a part of an artifact that is here. */
  'artifact.read': method({
    ...caller,
    mutates: false,
    params: strictObject({ node: NodeId, request: SignedText }),
    result: strictObject({ sealed: SealedSlice }),
  }),
  'node.describe': method({
    ...caller,
    mutates: false,
    params: strictObject({}),
    result: strictObject({
      name: Slug,
      endpoints: NodeEndpoints,
      /** A node that knows of no fleet yet does not say it. */
      fleet: Type.Optional(FleetEntrances),
      jailed: Type.Boolean(),
      /** Whether the kernel refuses session servers the system calls that they have no use for. */
      seccomp: Type.Boolean(),
      sshNativeCrypto: Type.Boolean(),
      stagedCount: Type.Integer({ minimum: 0 }),
      sessionCount: Type.Integer({ minimum: 0 }),
      transferCount: Type.Integer({ minimum: 0 }),
      /** How full the fullest of its limits is now: connections, transfers, or bytes a second. */
      loadPercent: Type.Integer({ minimum: 0, maximum: 100 }),
      draining: Type.Boolean(),
      banSequence: BanSequence,
      storeroomFreeBytes: Bytes,
      pids: Type.Record(Type.String({ maxLength: 32 }), Type.Integer()),
    }),
  }),
} as const;
