// The part of a node's configuration that the commlink needs: who I am, who the others are, which links I keep.
// Callers: the shell of the configuration makes a plan of each version; commlink.ts takes it; manifests have members.
import type { KeyBag } from './key-bag.ts';
import { Type, strictObject, type Static } from './schema.ts';
import { NodeId, Slug } from './methods/fields.ts';

/** The roles a cluster member can have. */
export const NodeRole = Type.Union([
  Type.Literal('web-front'),
  Type.Literal('internal-db'),
  Type.Literal('ftp-node'),
]);
export type NodeRole = Static<typeof NodeRole>;

const PublicKey = Type.String({ pattern: '^[A-Za-z0-9_-]{43}$' });
/** A member of the cluster as every node knows it: names, and public keys only. */
export const Member = strictObject({
  name: Slug,
  role: NodeRole,
  id: NodeId,
  /** Raw Ed25519 public key, base64url: proves the node, verifies its documents. */
  signingKey: PublicKey,
  /** Raw X25519 public key, base64url: what is sealed to the node. */
  sealingKey: PublicKey,
});
export type Member = Static<typeof Member>;

/** A host name or address, and a TCP port; as an address to listen on, port 0 lets the system choose. */
interface Address {
  readonly host: string;
  readonly port: number;
}

/** A member to dial, by name, and how many connections to keep to it. */
export interface DialPlan extends Address {
  readonly peer: string;
  readonly connections: number;
}

/**
 * Which links a node has, as one version of the configuration has it: plain data, no files. The bags' keys belong to the
 * commlink that takes the plan, which zeroes them when no link uses them any more.
 */
export interface LinkPlan {
  readonly cluster: string;
  /** This node. */
  readonly name: string;
  /** All members, this node included. */
  readonly members: readonly Member[];
  /** The bags of every pair that this node is part of. */
  readonly bags: readonly KeyBag[];
  /** Where to accept links; null when this node only dials. */
  readonly listen: Address | null;
  readonly dial: readonly DialPlan[];
  /** By name, the members whose ports are rewritten on the way to this node. Others' names are passed over. */
  readonly behindNat: readonly string[];
  /** A link older than this is replaced by one from another port, hence another key. */
  readonly linkAgeMaxMs: number;
}
