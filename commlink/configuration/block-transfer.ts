// Fetches versions that other nodes announced: the manifests that lead from the installed version to it, each verified as
// the successor of the one before, then the sections that are not at hand. From the announcer first, then from whoever has
// it. What was verified is kept, so that a fetch that was cut short goes on at the next source.
// Caller: the shell. Trusts operators' signatures; the source is only a courier.
import type { Logger } from '../log.ts';
import { configurationMethods, sectionsPerPullMax } from '../methods/configuration-methods.ts';
import type { ParamsOf, ResultOf } from '../method-table.ts';
import { RpcError } from '../rpc-error.ts';
import { completeBlock, type BlockShelf } from './block-shelf.ts';
import type { DecodedManifest } from './blocks/block.ts';
import { formatVersion, isSameVersion, type ClusterVersion } from './protocol/cluster-version.ts';
import { ConfigurationError } from './configuration-error.ts';
import { historyVersionsMax, pullMsMax, refusedVersionsMax, wrongAnswersPerSourceMax } from './limits.ts';
import type { Manifest, SealedSection } from './blocks/manifest.ts';
import { assembleSections } from './blocks/section-list.ts';
import { decodeManifest } from './blocks/signed-manifest.ts';
import { assertSuccessor } from './blocks/successor.ts';

type Table = typeof configurationMethods;

/** Places a call that fetches something. `M` is one of the two that do. */
export type PullCall = <M extends 'config.manifests' | 'config.sections'>(
  peer: string,
  method: M,
  call: { readonly params: ParamsOf<Table, M>; readonly signal: AbortSignal },
) => Promise<ResultOf<Table, M>>;

/** What a transfer needs. */
export interface BlockTransferOptions {
  readonly shelf: BlockShelf;
  readonly call: PullCall;
  /** The ids of the nodes that have a link, those that say that they have the version first. */
  readonly sources: (version: ClusterVersion) => string[];
  readonly refuse: (code: string, detail: string, by: string) => void;
  readonly log: Logger;
}

/** Fetches blocks onto the shelf. */
export class BlockTransfer {
  readonly #options: BlockTransferOptions;
  readonly #underWay = new Map<string, Promise<readonly DecodedManifest[] | undefined>>();
  readonly #refused = new Set<string>();
  readonly #wrongAnswers = new Map<string, number>();
  readonly #closing = new AbortController();

  constructor(options: BlockTransferOptions) {
    this.#options = options;
  }

  /**
   * Fetches a version and puts it, and the manifests that lead to it, on the shelf. Resolves to them, oldest first; to
   * undefined when nobody could give it, which is tried again with the next message that names it, or when it is under
   * way already. Never rejects but for a fault.
   */
  async fetch(version: ClusterVersion, announcer: string): Promise<readonly DecodedManifest[] | undefined> {
    const key = formatVersion(version);
    if (this.#underWay.has(key) || this.#closing.signal.aborted) return undefined;
    const fetching = this.#fromAnybody(version, announcer);
    this.#underWay.set(key, fetching);
    try {
      return await fetching;
    } finally {
      this.#underWay.delete(key);
    }
  }

  /** What was refused under the old version may be right under the new one. */
  forgetRefusals(): void {
    this.#refused.clear();
    this.#wrongAnswers.clear();
  }

  /** Cancels whatever is under way. */
  close(): void {
    this.#closing.abort();
  }

  async #fromAnybody(version: ClusterVersion, announcer: string): Promise<DecodedManifest[] | undefined> {
    const signal = AbortSignal.any([AbortSignal.timeout(pullMsMax), this.#closing.signal]);
    const linked = this.#options.sources(version);
    const sources = [announcer, ...linked.filter((id) => id !== announcer)].filter((id) =>
      linked.includes(id),
    );
    const gathered: SealedSection[] = [];
    for (const source of sources) {
      if (signal.aborted) return undefined;
      if (this.#refused.has(refusalKey(version, source)) || this.#isLiar(source)) continue;
      try {
        const lineage = await this.#manifests(version, source, signal);
        await this.#sections({ version, source, gathered }, lineage, signal);
        return lineage;
      } catch (error) {
        this.#noteFailure(error, version, source);
      }
    }
    return undefined;
  }

  async #manifests(version: ClusterVersion, source: string, signal: AbortSignal): Promise<DecodedManifest[]> {
    const lineage: DecodedManifest[] = [];
    let last: DecodedManifest = this.#options.shelf.installed;
    while (!isSameVersion(last.version, version)) {
      const params = { after: last.version, version };
      const { manifests } = await this.#options.call(source, 'config.manifests', { params, signal });
      if (manifests.length === 0 || lineage.length + manifests.length > historyVersionsMax)
        throw new ConfigurationError(
          'malformed',
          'The manifests that came do not lead to the version that was asked for.',
        );
      for (const signed of manifests) {
        assertSuccessor(last, signed);
        last = { ...decodeManifest(signed), signed };
        lineage.push(last);
      }
    }
    return lineage;
  }

  /** Fetches what is missing, and puts all of it on the shelf. */
  async #sections(
    { version, source, gathered }: { version: ClusterVersion; source: string; gathered: SealedSection[] },
    lineage: readonly DecodedManifest[],
    signal: AbortSignal,
  ): Promise<void> {
    const { shelf, call } = this.#options;
    const target = lineage.at(-1);
    if (!target) return;
    const missing = (): Manifest['sections'] =>
      assembleSections(target.manifest, [...shelf.sections(), ...gathered]).missing;
    for (let rest = missing(); rest.length > 0;) {
      const params = { version, sections: rest.slice(0, sectionsPerPullMax) };
      const { sections } = await call(source, 'config.sections', { params, signal });
      gathered.push(...sections);
      const left = missing();
      if (left.length >= rest.length)
        throw new ConfigurationError(
          sections.length === 0 ? 'missing_section' : 'damaged_section',
          `${rest.length} sections of version ${version.seq} did not come, or not as they were signed.`,
        );
      rest = left;
    }
    for (const entry of lineage.slice(0, -1)) shelf.put(entry);
    shelf.put(completeBlock(target.signed, [...shelf.sections(), ...gathered]));
  }

  /** Each of its answers is reported, so one that makes up versions without end could fill logs with them. */
  #isLiar(source: string): boolean {
    return (this.#wrongAnswers.get(source) ?? 0) >= wrongAnswersPerSourceMax;
  }

  #noteFailure(error: unknown, version: ClusterVersion, source: string): void {
    if (error instanceof RpcError) {
      this.#options.log.debug(
        { source, seq: version.seq, code: error.code },
        'a version could not be fetched here',
      );
      return;
    }
    if (!(error instanceof ConfigurationError)) throw error;
    if (this.#refused.size >= refusedVersionsMax) this.#refused.clear();
    this.#refused.add(refusalKey(version, source));
    this.#wrongAnswers.set(source, (this.#wrongAnswers.get(source) ?? 0) + 1);
    this.#options.refuse(error.code, `Version ${version.seq} was refused: ${error.message}`, source);
  }
}

function refusalKey(version: ClusterVersion, source: string): string {
  return `${formatVersion(version)}|${source}`;
}
