// What every node offers operators, over its Unix socket (0600) and its administration listener (where operators prove
// their key): to see how the cluster's configuration stands, and to hand in versions. What is handed in counts by the
// signatures on it alone, so it does not matter which node takes it. Callers: the `consign` command, and the launcher.
import { ClusterVersion } from '../configuration/protocol/cluster-version.ts';
import {
  ManifestMember,
  LinkGenerations,
  SealedSection,
  SignedManifest,
} from '../configuration/blocks/manifest.ts';
import { JoinRequest, Phase, StagingRefusal } from '../configuration/protocol/version-message.ts';
import { method } from '../method-table.ts';
import { Type, strictObject, type Static } from '../schema.ts';
import { AtMs, Line, NodeId, Slug } from './fields.ts';

const operator = { callers: ['operator'] as const, deadlineMs: 20_000 };
const Nullable = <S extends Parameters<typeof Type.Union>[0][number]>(schema: S) =>
  Type.Union([schema, Type.Null()]);
const Count = Type.Integer({ minimum: 0 });

/** A member as the asked node sees it. */
export const MemberStatus = strictObject({
  name: Slug,
  role: ManifestMember.properties.role,
  state: ManifestMember.properties.state,
  id: NodeId,
  /** Whether its consent is needed by the version under way. */
  inBarrier: Type.Boolean(),
  /** Since its last version message, on the asked node's steady clock; 0 for itself; null when none came yet. */
  heardAgoMs: Nullable(Count),
  installed: Nullable(ClusterVersion),
  candidate: Nullable(ClusterVersion),
  phase: Nullable(Phase),
  declining: Type.Boolean(),
  links: Type.Array(strictObject({ peer: NodeId, generation: Type.Integer(), count: Count })),
  refusal: Nullable(StagingRefusal),
});
export type MemberStatus = Static<typeof MemberStatus>;

/** How the cluster's configuration stands, as the asked node sees it. */
export const ClusterStatus = strictObject({
  cluster: Slug,
  /** The node that answers. */
  node: NodeId,
  installed: ClusterVersion,
  candidate: Nullable(ClusterVersion),
  members: Type.Array(MemberStatus, { maxItems: 1000 }),
  links: Type.Array(LinkGenerations, { maxItems: 10_000 }),
  joinRequests: Type.Array(JoinRequest, { maxItems: 64 }),
  /** Versions that still lack signatures. */
  proposals: Type.Array(
    strictObject({
      version: ClusterVersion,
      reason: Line,
      publishedBy: Slug,
      publishedAtMs: AtMs,
      signers: Type.Array(Slug),
      signaturesMissing: Count,
    }),
    { maxItems: 16 },
  ),
  /** Messages and blocks that were refused since the node started, by code. */
  refused: Type.Record(Type.String({ maxLength: 40 }), Count),
});
export type ClusterStatus = Static<typeof ClusterStatus>;

/** What became of a version that was handed in. Codes of refusals are in commlink/configuration/submission-refusal.ts. */
export const SubmissionAnswer = Type.Union([
  strictObject({ accepted: Type.Literal(true), version: ClusterVersion, signaturesMissing: Count }),
  strictObject({
    accepted: Type.Literal(false),
    code: Type.String({ pattern: '^[a-z_]{1,40}$' }),
    reason: Line,
  }),
]);
export type SubmissionAnswer = Static<typeof SubmissionAnswer>;

const HistoryEntry = strictObject({
  version: ClusterVersion,
  reason: Line,
  publishedBy: Slug,
  publishedAtMs: AtMs,
  signers: Type.Array(Slug),
});

/** The table. */
export const operatorMethods = {
  'config.status': method({ ...operator, mutates: false, params: strictObject({}), result: ClusterStatus }),
  /** A version's signed manifest and the sections sealed to `recipient`; the installed version for null. */
  'config.block': method({
    ...operator,
    mutates: false,
    params: strictObject({ version: Nullable(ClusterVersion), recipient: NodeId }),
    result: strictObject({
      manifest: SignedManifest,
      sections: Type.Array(SealedSection, { maxItems: 64 }),
    }),
  }),
  /** Hands in a new version: its manifest, and those sections that the parent's block does not have. */
  'config.submit': method({
    ...operator,
    mutates: true,
    params: strictObject({
      manifest: SignedManifest,
      sections: Type.Array(SealedSection, { maxItems: 50_000 }),
    }),
    result: SubmissionAnswer,
  }),
  /** Adds an operator's signature to a proposal that this node holds. */
  'config.sign': method({
    ...operator,
    mutates: true,
    params: strictObject({
      version: ClusterVersion,
      signature: SignedManifest.properties.signatures.items,
    }),
    result: SubmissionAnswer,
  }),
  /** The installed versions, newest first. */
  'config.history': method({
    ...operator,
    mutates: false,
    params: strictObject({}),
    result: strictObject({ versions: Type.Array(HistoryEntry, { maxItems: 1000 }) }),
  }),
} as const;
