// The manifest of one version of the configuration: who belongs to the cluster, whose consent the version needs, which
// bag generations each link has, and the digest of every sealed section. Operators sign it; nodes never do.
// A block is the signed manifest with its sections. Callers: all of this folder, and commlink/operator/.
import { NodeId, Line, Slug, AtMs } from '../../methods/fields.ts';
import { Member, NodeRole } from '../../node-config.ts';
import { Type, strictObject, type Static } from '../../schema.ts';
import { ClusterPolicy } from '../../settings/cluster-configuration.ts';
import { ClusterVersion } from '../protocol/cluster-version.ts';

const PublicKey = Type.String({ pattern: '^[A-Za-z0-9_-]{43}$' });
const Digest = Type.String({ pattern: '^[A-Za-z0-9_-]{43}$' });
const Seq = ClusterVersion.properties.seq;
const membersMax = 1000;

/** A bag generation's number. */
export const Generation = Type.Integer({ minimum: 1, maximum: 4_294_967_295 });

/** A member, and whether it takes part (`active`) or only follows until it has caught up (`learner`). */
export const ManifestMember = strictObject({
  ...Member.properties,
  state: Type.Union([Type.Literal('learner'), Type.Literal('active')]),
});
export type ManifestMember = Static<typeof ManifestMember>;

/** The key bag of one ordered pair (`from` dials): what the listener takes, and what the dialler uses. */
export const LinkGenerations = strictObject({
  from: NodeId,
  to: NodeId,
  accept: Type.Array(Generation, { minItems: 1, maxItems: 3 }),
  send: Generation,
  /** When the generation to send was made; shows when a rotation is due. Decides nothing. */
  sendSinceMs: AtMs,
});
export type LinkGenerations = Static<typeof LinkGenerations>;

/**
 * What a section holds: `settings`, `identity`, `bag.<from>.<to>.<generation>`, `invitation.<ticket>`; for an operator,
 * `configuration`.
 */
export const SectionId = Type.String({
  pattern:
    '^(?:settings|identity|configuration|bag(?:\\.[A-Za-z0-9_-]{43}){2}\\.[0-9]{1,10}|invitation\\.[A-Za-z0-9_-]{22})$',
});

/** A section as the manifest names it. `seq` is the version that sealed it: unchanged ones are carried over verbatim. */
export const SectionReference = strictObject({
  /** The node id, or operator id, that it is sealed to: the digest of the recipient's public key. */
  recipient: NodeId,
  id: SectionId,
  seq: Seq,
  /** base64url SHA-256 of the sealed text. */
  digest: Digest,
});
export type SectionReference = Static<typeof SectionReference>;

/** A section with its content: HPKE, base64url of encapsulated key and ciphertext. */
export const SealedSection = strictObject({
  recipient: NodeId,
  id: SectionId,
  seq: Seq,
  sealed: Type.String({ minLength: 64, maxLength: 1_000_000, pattern: '^[A-Za-z0-9_-]+$' }),
});
export type SealedSection = Static<typeof SealedSection>;

/** An operator: public keys only. `id` is the RFC 7638 thumbprint of the signing key, as with nodes. */
export const Operator = strictObject({
  name: Slug,
  id: NodeId,
  signingKey: PublicKey,
  sealingKey: PublicKey,
});
export type Operator = Static<typeof Operator>;

/** An open invitation. The ticket's secret is in the contact's sealed section, and nowhere else in the block. */
export const Invitation = strictObject({
  ticket: Type.String({ pattern: '^[A-Za-z0-9_-]{22}$' }),
  name: Slug,
  role: NodeRole,
  /** The member that the new node dials to join. */
  contact: NodeId,
  expiresAtMs: AtMs,
});
export type Invitation = Static<typeof Invitation>;

/** The manifest's body. */
export const Manifest = strictObject({
  format: Type.Literal(1),
  cluster: Slug,
  seq: Seq,
  /** The version that this one replaces; null for the first. */
  parent: Type.Union([ClusterVersion, Type.Null()]),
  /** The internal-db that installs first. */
  anchor: NodeId,
  members: Type.Array(ManifestMember, { minItems: 1, maxItems: membersMax }),
  /** Whose STAGED and READY this version needs: the parent's active members less those it evicts, and the anchor. */
  barrier: Type.Array(NodeId, { minItems: 1, maxItems: membersMax }),
  links: Type.Array(LinkGenerations, { maxItems: 10_000 }),
  sections: Type.Array(SectionReference, { maxItems: 50_000 }),
  operators: strictObject({
    /** How many of the operators must sign a version that follows this one. */
    threshold: Type.Integer({ minimum: 1, maximum: 16 }),
    keys: Type.Array(Operator, { minItems: 1, maxItems: 16 }),
  }),
  invitations: Type.Array(Invitation, { maxItems: 64 }),
  policy: ClusterPolicy,
  /** Why, for the history; who made it and when, which decides nothing. */
  reason: Line,
  publishedBy: Slug,
  publishedAtMs: AtMs,
});
export type Manifest = Static<typeof Manifest>;

/** A manifest with its signatures. The signatures are not part of the digest, so operators may sign one by one. */
export const SignedManifest = strictObject({
  /** base64url of the body's JSON. */
  payload: Type.String({ minLength: 1, maxLength: 6_000_000, pattern: '^[A-Za-z0-9_-]+$' }),
  signatures: Type.Array(
    strictObject({ operator: NodeId, signature: Type.String({ pattern: '^[A-Za-z0-9_-]{86}$' }) }),
    { maxItems: 16 },
  ),
});
export type SignedManifest = Static<typeof SignedManifest>;
