// Fetches versions that others announced over the node's links, and tells the core what it may go to. Caller:
// protocol-shell.ts. Who has a version is known from the version messages.
import type { Commlink } from '../commlink.ts';
import type { Logger } from '../log.ts';
import { configurationMethods } from '../methods/configuration-methods.ts';
import type { BlockShelf } from './block-shelf.ts';
import { BlockTransfer } from './block-transfer.ts';
import type { DecodedManifest, WholeBlock } from './blocks/block.ts';
import { isSameVersion, type ClusterVersion } from './protocol/cluster-version.ts';
import { obtainsPerAnnouncerMax, pullCallMsMax } from './limits.ts';
import type { CoreState } from './protocol/protocol-state.ts';

/** What fetching needs of the node. */
export interface VersionFetcherOptions {
  readonly shelf: BlockShelf;
  readonly log: Logger;
  readonly links: () => Commlink;
  readonly core: () => CoreState;
  /** Manifests came, oldest first. */
  readonly obtained: (lineage: readonly DecodedManifest[]) => void;
  readonly refuse: (code: string, detail: string, by: string) => void;
}

/** The node's way to other nodes' blocks. */
export class VersionFetcher {
  readonly #options: VersionFetcherOptions;
  readonly #transfer: BlockTransfer;
  readonly #obtainingFrom = new Map<string, number>();

  constructor(options: VersionFetcherOptions) {
    const { shelf, log, links, refuse } = options;
    this.#options = options;
    this.#transfer = new BlockTransfer({
      shelf,
      log,
      refuse,
      call: (peer, method, { params, signal }) =>
        links().call(peer, configurationMethods, method, params, { signal, deadlineMs: pullCallMsMax }),
      sources: (version) => this.#sourcesOf(version),
    });
  }

  /**
   * Fetches what a node announced. Never rejects. One that announces many at once has the others wait for its next
   * message: each costs a question to every node that is linked, and it may have made them up.
   */
  async obtain(version: ClusterVersion, announcer: string): Promise<void> {
    const { obtained, log } = this.#options;
    const running = this.#obtainingFrom.get(announcer) ?? 0;
    if (running >= obtainsPerAnnouncerMax) return;
    this.#obtainingFrom.set(announcer, running + 1);
    try {
      const lineage = await this.#transfer.fetch(version, announcer);
      if (lineage) obtained(lineage);
    } catch (error) {
      log.error({ err: error, seq: version.seq }, 'a version could not be fetched');
    } finally {
      const left = (this.#obtainingFrom.get(announcer) ?? 1) - 1;
      if (left > 0) this.#obtainingFrom.set(announcer, left);
      else this.#obtainingFrom.delete(announcer);
    }
  }

  /** Fetches the sections of a version whose manifest came as a link of the chain to a later one. */
  async complete(version: ClusterVersion): Promise<WholeBlock | undefined> {
    const { shelf, core } = this.#options;
    await this.#transfer.fetch(version, core().installed.anchor);
    return shelf.block(version);
  }

  /** What was refused under the old version may be right under the new one. */
  forgetRefusals(): void {
    this.#transfer.forgetRefusals();
  }

  /** Cancels whatever is under way. */
  close(): void {
    this.#transfer.close();
  }

  #sourcesOf(version: ClusterVersion): string[] {
    const { links, core } = this.#options;
    const { reports } = core();
    const has = (id: string): boolean => {
      const report = reports.get(id);
      return [report?.installed, report?.candidate].some((each) => isSameVersion(each ?? null, version));
    };
    const linked = links()
      .linked()
      .map(({ id }) => id);
    return [...linked.filter(has), ...linked.filter((id) => !has(id))];
  }
}
