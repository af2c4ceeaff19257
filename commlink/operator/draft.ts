// A version that is composed and not yet signed: its manifest, and those sections that the installed block does not have.
// Callers: every compose file makes one; publishing signs it; with k of n operators the others sign its payload later.
import type { Manifest, SealedSection, SignedManifest } from '../configuration/blocks/manifest.ts';
import {
  encodeManifest,
  signManifest,
  type VersionedManifest,
} from '../configuration/blocks/signed-manifest.ts';
import type { ClusterConfiguration } from '../settings/cluster-configuration.ts';
import type { OperatorKeys } from './operator-keys.ts';

/** The installed version, which every change starts from, with its configuration opened. */
export interface InstalledVersion extends VersionedManifest {
  readonly configuration: ClusterConfiguration;
}

/** What a change starts from, and what it says of itself. */
export interface Edition {
  readonly installed: InstalledVersion;
  /** The highest number that was seen, of the installed version or of candidates: the new one is above it. */
  readonly highestSeq: number;
  /** Why, for the history. */
  readonly reason: string;
  /** The operator's name. */
  readonly publishedBy: string;
  /** For people, for the age of keys, and to leave out invitations that have expired. */
  readonly nowMs: number;
}

/** A version to be signed. */
export interface Draft {
  readonly manifest: Manifest;
  /** Only new ones: the others are carried over from the installed block. */
  readonly sections: readonly SealedSection[];
}

/** What is handed in at a node. */
export interface SignedDraft {
  manifest: SignedManifest;
  sections: SealedSection[];
}

/** Signs a draft, as the first operator. Throws ConfigurationError for a draft that no node would take. */
export function signDraft({ manifest, sections }: Draft, operator: OperatorKeys): SignedDraft {
  const { payload } = encodeManifest(manifest);
  return { manifest: { payload, signatures: [signManifest(payload, operator)] }, sections: [...sections] };
}
