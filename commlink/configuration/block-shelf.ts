// The blocks that a node has at hand: the installed one, and those of its successors that it was handed or fetched.
// It serves them to the other nodes, and says whose messages may be believed. Callers: the shell of this folder.
// Everything on the shelf was verified; nothing on it is in force but the installed block.
import { RpcError } from '../rpc-error.ts';
import type { Member } from '../node-config.ts';
import {
  compareVersions,
  formatVersion,
  isSameVersion,
  type ClusterVersion,
} from './protocol/cluster-version.ts';
import { decodeBlock, type DecodedManifest, type WholeBlock } from './blocks/block.ts';
import { heldBlocksMax, sectionsAnswerCharactersMax } from './limits.ts';
import type { ConfigurationStore } from './configuration-store.ts';
import type { SealedSection, SectionReference, SignedManifest } from './blocks/manifest.ts';
import { placeKey, assembleSections } from './blocks/section-list.ts';
import { manifestsPerPullMax } from '../methods/configuration-methods.ts';
import { decodeManifest } from './blocks/signed-manifest.ts';

/** The blocks at hand. */
export class BlockShelf {
  readonly #store: ConfigurationStore;
  readonly #held = new Map<string, DecodedManifest & { readonly sections?: readonly SealedSection[] }>();
  #installed: WholeBlock;

  constructor(store: ConfigurationStore, installed: WholeBlock) {
    this.#store = store;
    this.#installed = installed;
  }

  get installed(): WholeBlock {
    return this.#installed;
  }

  /** Puts a whole block, or the manifest of one that only leads to another, on the shelf. */
  put(entry: DecodedManifest | WholeBlock): void {
    const key = formatVersion(entry.version);
    if ('sections' in (this.#held.get(key) ?? {}) && !('sections' in entry)) return;
    this.#held.set(key, entry);
    const versions = [...this.#held.values()].map(({ version }) => version).toSorted(compareVersions);
    for (const version of versions.slice(0, Math.max(0, versions.length - heldBlocksMax)))
      this.#held.delete(formatVersion(version));
  }

  /** A manifest at hand. */
  manifest(version: ClusterVersion): DecodedManifest | undefined {
    if (isSameVersion(version, this.#installed.version)) return this.#installed;
    return this.#held.get(formatVersion(version));
  }

  /** A whole block at hand. */
  block(version: ClusterVersion): WholeBlock | undefined {
    const entry = this.manifest(version);
    return entry && 'sections' in entry ? (entry as WholeBlock) : undefined;
  }

  /** Every section at hand, of whatever version: unchanged ones are not fetched again. */
  sections(): SealedSection[] {
    return [this.#installed, ...this.#held.values()].flatMap(
      (entry) => ('sections' in entry ? entry.sections : []) ?? [],
    );
  }

  /** The member with this id, in the installed version or in a successor of it. */
  member(id: string): Member | undefined {
    for (const { manifest } of [this.#installed, ...this.#held.values()]) {
      const found = manifest.members.find((member) => member.id === id);
      if (found) return found;
    }
    return undefined;
  }

  /**
   * Makes a held block the installed one, and returns the manifests between the old and the new one. What does not follow
   * it is taken off the shelf.
   */
  install(version: ClusterVersion): { block: WholeBlock; lineage: DecodedManifest[]; before: WholeBlock } {
    const block = this.block(version);
    if (!block) throw new Error(`Version ${formatVersion(version)} is to be installed and is not at hand.`);
    const before = this.#installed;
    const lineage = this.#lineageTo(block, before.version);
    this.#installed = block;
    for (const [key, held] of this.#held)
      if (compareVersions(held.version, version) <= 0) this.#held.delete(key);
    return { block, lineage, before };
  }

  /**
   * The signed manifests that lead from (not including) `after` to `version`, oldest first, as many as go into one answer;
   * the version's alone when `after` is null. Throws RpcError `not_found`.
   */
  async manifestsBetween(after: ClusterVersion | null, version: ClusterVersion): Promise<SignedManifest[]> {
    const found: SignedManifest[] = [];
    for (let at: ClusterVersion | null = version; at && !isSameVersion(at, after);) {
      const signed: SignedManifest = await this.#find(at);
      found.unshift(signed);
      if (after === null) break;
      at = decodeManifest(signed).manifest.parent;
      if (at === null || compareVersions(at, after) < 0) throw notFound(after);
    }
    return found.slice(0, manifestsPerPullMax);
  }

  /** Sections of a version's block, as many as go into one answer. Throws RpcError `not_found`. */
  sectionsOf(version: ClusterVersion, references: readonly SectionReference[]): SealedSection[] {
    const entry = this.manifest(version);
    if (!entry) throw notFound(version);
    const wanted = new Set(references.map((reference) => `${placeKey(reference)}|${reference.digest}`));
    const named = entry.manifest.sections.filter((reference) =>
      wanted.has(`${placeKey(reference)}|${reference.digest}`),
    );
    const { sections } = assembleSections({ ...entry.manifest, sections: named }, this.sections());
    let characters = 0;
    return sections.filter(({ sealed }, index) => {
      characters += sealed.length;
      return index === 0 || characters <= sectionsAnswerCharactersMax;
    });
  }

  async #find(version: ClusterVersion): Promise<SignedManifest> {
    const held = this.manifest(version)?.signed ?? (await this.#store.readHistory(version))?.manifest;
    if (!held) throw notFound(version);
    return held;
  }

  #lineageTo(block: WholeBlock, installed: ClusterVersion): DecodedManifest[] {
    const lineage: DecodedManifest[] = [];
    for (let { parent } = block.manifest; parent && !isSameVersion(parent, installed);) {
      const entry = this.#held.get(formatVersion(parent));
      if (!entry) break;
      lineage.unshift(entry);
      ({ parent } = entry.manifest);
    }
    return lineage;
  }
}

/** A whole block out of a signed manifest and what is at hand. Throws ConfigurationError as decodeBlock does. */
export function completeBlock(signed: SignedManifest, atHand: readonly SealedSection[]): WholeBlock {
  const { manifest } = decodeManifest(signed);
  return decodeBlock({ manifest: signed, sections: assembleSections(manifest, atHand).sections });
}

function notFound({ seq }: ClusterVersion): RpcError {
  return new RpcError('not_found', `This node does not have version ${seq} of the configuration.`);
}
