// The versions at one node that wait for more signatures, kept on its disk. Caller: submissions.ts, which has verified
// what it keeps here. A proposal is forgotten when it was taken, or no longer follows the installed version.
import type { Block, DecodedManifest } from './blocks/block.ts';
import { isSameVersion, type ClusterVersion } from './protocol/cluster-version.ts';
import type { ConfigurationStore } from './configuration-store.ts';
import { proposalsMax } from './limits.ts';
import type { SealedSection } from './blocks/manifest.ts';
import { decodeManifest } from './blocks/signed-manifest.ts';
import { SubmissionRefusal } from './submission-refusal.ts';

/** A version that waits. */
export interface Proposal extends DecodedManifest {
  /** Those that were handed in with it. */
  readonly sections: readonly SealedSection[];
}

/** The proposals of one node. Every change is on the disk when it resolves; SubmissionRefusal `disk_full` else. */
export class Proposals {
  readonly #store: ConfigurationStore;
  #all: readonly Proposal[];

  /** `kept` is what the store had. */
  constructor(store: ConfigurationStore, kept: readonly Block[]) {
    this.#store = store;
    this.#all = kept.map(({ manifest: signed, sections }) => ({
      ...decodeManifest(signed),
      signed,
      sections,
    }));
  }

  /** All of them. */
  get all(): readonly Proposal[] {
    return this.#all;
  }

  /** The one of this version. */
  find(version: ClusterVersion): Proposal | undefined {
    return this.#all.find((proposal) => isSameVersion(proposal.version, version));
  }

  /** Adds one, in the place of the same with fewer signatures. Throws SubmissionRefusal `too_many_proposals`. */
  async put(proposal: Proposal): Promise<void> {
    const others = this.#all.filter(({ version }) => !isSameVersion(version, proposal.version));
    if (others.length >= proposalsMax)
      throw new SubmissionRefusal(
        'too_many_proposals',
        `${proposalsMax} versions wait for signatures at this node. Sign or replace them first.`,
      );
    await this.#keep([...others, proposal]);
  }

  /** Forgets the one of this version, if there is one. */
  async remove(version: ClusterVersion): Promise<void> {
    await this.#keepOnly((proposal) => !isSameVersion(proposal.version, version));
  }

  /** Forgets those that do not follow this version. */
  async prune(installed: ClusterVersion): Promise<void> {
    await this.#keepOnly(({ manifest }) => isSameVersion(manifest.parent, installed));
  }

  async #keepOnly(isKept: (proposal: Proposal) => boolean): Promise<void> {
    const kept = this.#all.filter(isKept);
    if (kept.length < this.#all.length) await this.#keep(kept);
  }

  async #keep(proposals: readonly Proposal[]): Promise<void> {
    try {
      await this.#store.writeProposals(
        proposals.map(({ signed, sections }) => ({ manifest: signed, sections: [...sections] })),
      );
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
      throw new SubmissionRefusal(
        'disk_full',
        'The disk of this node is full: the version could not be kept.',
      );
    }
    this.#all = proposals;
  }
}
