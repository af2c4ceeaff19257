// A block: a version's signed manifest with its sealed sections, as it is kept, handed in and fetched.
// Callers: the shell of this folder. No signature is judged here; sections are checked against the manifest.
import { compileSchema, strictObject, Type, type Static } from '../../schema.ts';
import type { ClusterVersion } from '../protocol/cluster-version.ts';
import { SealedSection, SignedManifest } from './manifest.ts';
import { assertBlock } from './section-list.ts';
import { decodeManifest, type VersionedManifest } from './signed-manifest.ts';

/** A block as it is written. */
export const Block = strictObject({
  manifest: SignedManifest,
  sections: Type.Array(SealedSection, { maxItems: 50_000 }),
});
export type Block = Static<typeof Block>;

/** Checks the shape of what was read from a file. */
export const blockCheck = compileSchema('block', Block);

/** A decoded manifest with the text and the signatures that it came with. */
export interface DecodedManifest extends VersionedManifest {
  readonly signed: SignedManifest;
}

/** A whole block: all sections that its manifest names, each the one that it names. */
export interface WholeBlock extends DecodedManifest {
  readonly sections: readonly SealedSection[];
}

/** Decodes a block and checks that it is whole. Throws ConfigurationError as decodeManifest and assertBlock do. */
export function decodeBlock({ manifest: signed, sections }: Block): WholeBlock {
  const decoded = decodeManifest(signed);
  assertBlock(decoded.manifest, sections);
  return { ...decoded, signed, sections };
}

/** The part of a block that the history keeps: its signed manifest, and the sections that are sealed to operators. */
export function historyOf({ signed, manifest, sections }: WholeBlock): Block {
  const operators = new Set(manifest.operators.keys.map(({ id }) => id));
  return { manifest: signed, sections: sections.filter(({ recipient }) => operators.has(recipient)) };
}

/** Who published a version, and why, for people. */
export function describeVersion({ manifest, version, signed }: DecodedManifest): {
  version: ClusterVersion;
  reason: string;
  publishedBy: string;
  publishedAtMs: number;
  signers: string[];
} {
  const { reason, publishedBy, publishedAtMs } = manifest;
  const names = new Map(manifest.operators.keys.map(({ id, name }) => [id, name]));
  // A version that takes an operator away may still bear its signature.
  const signers = signed.signatures.map(({ operator }) => names.get(operator) ?? 'former-operator');
  return { version, reason, publishedBy, publishedAtMs, signers };
}
