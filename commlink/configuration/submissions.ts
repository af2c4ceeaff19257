// What operators hand in at this node: new versions, and signatures on versions that still lack some. A version is taken
// when enough operators signed it, it follows the installed one, everybody whose consent it needs is there, and this node
// itself can take it. Caller: operator-handlers.ts. What counts are the signatures, not who hands it in.
import type { SubmissionAnswer } from '../methods/operator-methods.ts';
import { completeBlock, type BlockShelf } from './block-shelf.ts';
import { describeVersion, type Block, type DecodedManifest, type WholeBlock } from './blocks/block.ts';
import { isSameVersion, type ClusterVersion } from './protocol/cluster-version.ts';
import { ConfigurationError } from './configuration-error.ts';
import type { ConfigurationStore } from './configuration-store.ts';
import type { Manifest, SealedSection, SignedManifest } from './blocks/manifest.ts';
import type { ConfigurationEvent } from './node-configuration.ts';
import { assertBarrierHeard, type Heard } from './preflight.ts';
import { Proposals, type Proposal } from './proposals.ts';
import {
  countValidSignatures,
  decodeManifest,
  verifyManifest,
  withSignature,
} from './blocks/signed-manifest.ts';
import type { ManifestSignature } from './blocks/signed-manifest.ts';
import { SubmissionRefusal, answerOf, refusedByStaging } from './submission-refusal.ts';
import { assertLineage } from './blocks/successor.ts';
import type { StagingRefusal } from './protocol/version-message.ts';

/** What submissions need of the node. */
export interface SubmissionHost {
  readonly shelf: BlockShelf;
  readonly store: ConfigurationStore;
  heard(): Heard;
  /** The version that the node goes to. */
  candidate(): ClusterVersion | null;
  /** Prepares a version on trial, unless another one is under way. */
  tryOut(block: WholeBlock): Promise<StagingRefusal | null>;
  /** Gives the version to the protocol; resolves to whether the node goes to it. */
  take(block: WholeBlock): Promise<boolean>;
  refuse(code: string): void;
  event(event: ConfigurationEvent): void;
}

/** Versions handed in at one node. */
export class Submissions {
  readonly #host: SubmissionHost;
  readonly #proposals: Proposals;
  #last: Promise<unknown> = Promise.resolve();

  /** `kept` is what the store had. */
  constructor(host: SubmissionHost, kept: readonly Block[]) {
    this.#host = host;
    this.#proposals = new Proposals(host.store, kept);
  }

  /** The versions that wait for signatures. */
  get proposals(): readonly Proposal[] {
    return this.#proposals.all;
  }

  /** A new version. The same one twice is no error. */
  submit({
    manifest,
    sections,
  }: {
    manifest: SignedManifest;
    sections: readonly SealedSection[];
  }): Promise<SubmissionAnswer> {
    return this.#inTurn(manifest, () => {
      const version = decodeManifest(manifest).version;
      const kept = this.#proposals.find(version);
      const signed = kept ? manifest.signatures.reduce(withSignature, kept.signed) : manifest;
      return this.#judge(signed, [...sections, ...(kept?.sections ?? [])]);
    });
  }

  /** One more signature on a version that waits for it. */
  sign(version: ClusterVersion, signature: ManifestSignature): Promise<SubmissionAnswer> {
    return this.#inTurn(null, async () => {
      if (this.#isTaken(version)) return { accepted: true, version, signaturesMissing: 0 };
      const kept = this.#proposals.find(version);
      if (!kept)
        throw new SubmissionRefusal(
          'unknown_proposal',
          'No such version waits for signatures at this node. Sign it at the node where it was handed in: consign config show',
        );
      return this.#judge(withSignature(kept.signed, signature), kept.sections);
    });
  }

  /** Forgets what no longer follows the installed version. */
  async prune(): Promise<void> {
    await this.#proposals.prune(this.#host.shelf.installed.version);
  }

  /** One after another, so that of two at once the second meets the first. */
  async #inTurn(
    signed: SignedManifest | null,
    judge: () => Promise<SubmissionAnswer>,
  ): Promise<SubmissionAnswer> {
    const turn = this.#last.then(judge);
    this.#last = turn.catch(() => undefined as unknown);
    try {
      return await turn;
    } catch (error) {
      const answer = answerOf(error);
      if (!answer) throw error;
      this.#host.refuse(answer.code);
      const { version, by } = labelOf(signed);
      this.#host.event({ type: 'refused', version, code: answer.code, detail: answer.reason, by });
      return answer;
    }
  }

  async #judge(signed: SignedManifest, sections: readonly SealedSection[]): Promise<SubmissionAnswer> {
    const { shelf } = this.#host;
    const { installed } = shelf;
    const { keys, threshold } = installed.manifest.operators;
    const { manifest, version } = decodeManifest(signed);
    if (this.#isTaken(version)) return { accepted: true, version, signaturesMissing: 0 };
    this.#assertNext(manifest);
    verifyManifest(signed, { threshold: 1, keys });
    assertLineage(installed, manifest);
    const block = completeBlock(signed, [...shelf.sections(), ...sections]);
    const signaturesMissing = Math.max(0, threshold - countValidSignatures(signed, keys).length);
    if (signaturesMissing > 0) await this.#propose({ ...block, sections }, signaturesMissing);
    else await this.#take(block);
    return { accepted: true, version, signaturesMissing };
  }

  async #take(block: WholeBlock): Promise<void> {
    assertBarrierHeard(block.manifest, this.#host.heard());
    const refusal = await this.#host.tryOut(block);
    if (refusal) throw refusedByStaging(refusal);
    if (!(await this.#host.take(block)))
      throw new ConfigurationError(
        'stale',
        'Another version came first. Look at it, then make your change again.',
      );
    await this.#proposals.remove(block.version);
  }

  async #propose(proposal: Proposal, signaturesMissing: number): Promise<void> {
    await this.#proposals.put(proposal);
    const { version, manifest } = proposal;
    const detail = `${manifest.reason} (${signaturesMissing} more signatures needed)`;
    // Whose keys it bears, not whose name its author wrote.
    const by = describeVersion(proposal).signers.join(', ');
    this.#host.event({ type: 'proposed', version, code: null, detail, by });
  }

  /** Which of several changes made at once is to be made again, and upon what. */
  #assertNext({ parent, seq, cluster }: Manifest): void {
    const { installed } = this.#host.shelf;
    if (cluster !== installed.manifest.cluster)
      throw new ConfigurationError(
        'wrong_cluster',
        `This node belongs to the cluster ${installed.manifest.cluster}.`,
      );
    if (!isSameVersion(parent, installed.version)) throw stale(installed, 'was published meanwhile');
    const candidate = this.#host.candidate();
    if (candidate && seq <= candidate.seq) {
      const underWay = this.#host.shelf.manifest(candidate);
      throw stale(underWay ?? installed, 'is under way');
    }
  }

  #isTaken(version: ClusterVersion): boolean {
    return (
      isSameVersion(version, this.#host.shelf.installed.version) ||
      isSameVersion(version, this.#host.candidate())
    );
  }
}

function stale({ version, manifest }: DecodedManifest, what: string): ConfigurationError {
  const { publishedBy, reason } = manifest;
  return new ConfigurationError(
    'stale',
    `Version ${version.seq} ${what} by ${publishedBy} (${reason}). Look at it, then make your change again upon it.`,
  );
}

/** What a refused text calls itself, for the audit log. */
function labelOf(signed: SignedManifest | null): { version: ClusterVersion | null; by: string } {
  try {
    const { version, manifest } = decodeManifest(signed ?? { payload: '', signatures: [] });
    return { version, by: manifest.publishedBy };
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return { version: null, by: 'unknown' };
  }
}
