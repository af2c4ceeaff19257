// The version message: what each node tells all others, signed, periodically and at each change, about the version that
// it has installed and the one that it is going to. Relayed unchanged; only an increasing (incarnation, n) counts.
// Callers: the protocol core and its shell. Signed as a document of kind `version-message` (signed-document.ts).
import { AtMs, Line, NodeId, Slug } from '../../methods/fields.ts';
import { NodeRole } from '../../node-config.ts';
import { Type, strictObject, type Static } from '../../schema.ts';
import { ClusterVersion } from './cluster-version.ts';

const PublicKey = Type.String({ pattern: '^[A-Za-z0-9_-]{43}$' });
const Count = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });

/** Where a node stands towards its candidate. */
export const Phase = Type.Union([Type.Literal('idle'), Type.Literal('staged'), Type.Literal('ready')]);
export type Phase = Static<typeof Phase>;

/** A machine that has shown a valid ticket and waits for an operator's signature. */
export const JoinRequest = strictObject({
  ticket: Type.String({ pattern: '^[A-Za-z0-9_-]{22}$' }),
  name: Slug,
  role: NodeRole,
  /** The raw public keys that it made; its node id follows from the first. */
  signingKey: PublicKey,
  sealingKey: PublicKey,
});
export type JoinRequest = Static<typeof JoinRequest>;

/** Why a node can't take a version: `code` is stable, `reason` a sentence for the operator. */
export const StagingRefusal = strictObject({
  version: ClusterVersion,
  code: Type.String({ pattern: '^[a-z_]{1,40}$' }),
  reason: Line,
});
export type StagingRefusal = Static<typeof StagingRefusal>;

/** The message's body. */
export const VersionMessage = strictObject({
  cluster: Slug,
  from: NodeId,
  /** Increases at each start of the node, durably; `n` increases with each message of an incarnation. */
  incarnation: Count,
  n: Count,
  installed: ClusterVersion,
  candidate: Type.Union([ClusterVersion, Type.Null()]),
  phase: Phase,
  /** Whether it declines client requests now. */
  declining: Type.Boolean(),
  /** The digests of the keys of the nodes that it knows. Who is not in it drops the message. */
  knows: Type.Array(NodeId, { maxItems: 1000 }),
  /** Its links in use, by peer and bag generation, both directions. */
  links: Type.Array(strictObject({ peer: NodeId, generation: Type.Integer({ minimum: 1 }), count: Count }), {
    maxItems: 3000,
  }),
  refusal: Type.Union([StagingRefusal, Type.Null()]),
  joinRequests: Type.Array(JoinRequest, { maxItems: 8 }),
  /** The sender's clock, for people to look at. Decides nothing. */
  sentAtMs: AtMs,
});
export type VersionMessage = Static<typeof VersionMessage>;
