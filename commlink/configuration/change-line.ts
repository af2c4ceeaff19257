// The line in which changes of the configuration are prepared and made: one at a time, in the order of the protocol.
// Caller: the shell. What fails here is reported, never thrown: the process stays up on what it has.
import type { Logger } from '../log.ts';
import type { NodeRole } from '../node-config.ts';
import type { BlockShelf } from './block-shelf.ts';
import type { DecodedManifest, WholeBlock } from './blocks/block.ts';
import { isSameVersion, type ClusterVersion } from './protocol/cluster-version.ts';
import type { ConfigurationStore } from './configuration-store.ts';
import { refusalOf, type OpenedVersion, type StagedChange } from './staged-change.ts';
import type { StagingRefusal } from './protocol/version-message.ts';

/** What the line works on, and whom it tells. */
export interface ChangeLineOptions<R extends NodeRole> {
  readonly staged: StagedChange<R>;
  readonly store: ConfigurationStore;
  readonly shelf: BlockShelf;
  readonly log: Logger;
  /** The version that the node goes to now. */
  readonly candidate: () => ClusterVersion | null;
  /** Fetches the sections of a version of which only the manifest is at hand. */
  readonly complete: (version: ClusterVersion) => Promise<WholeBlock | undefined>;
  /** Both resolve when the core has dealt with it: what it then is, is on the disk. */
  readonly prepared: (version: ClusterVersion) => Promise<void>;
  readonly unprepared: (refusal: StagingRefusal) => Promise<void>;
}

/** An installed version that is to be put in force. */
export interface Installation {
  readonly block: WholeBlock;
  readonly lineage: readonly DecodedManifest[];
}

/** The line. */
export class ChangeLine<R extends NodeRole> {
  readonly #options: ChangeLineOptions<R>;
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: ChangeLineOptions<R>) {
    this.#options = options;
  }

  /** Prepares a version, unless the node no longer goes to it when its turn comes. */
  prepare(version: ClusterVersion): void {
    void this.#inTurn(async () => {
      const { candidate, shelf, complete, prepared, unprepared, log } = this.#options;
      if (!isSameVersion(candidate(), version)) return;
      try {
        const block = shelf.block(version) ?? (await complete(version));
        // Its manifest came as a link of the chain to a later one; somebody will have its sections.
        if (!block) return;
        await this.#stage(block);
        await prepared(version);
      } catch (error) {
        await unprepared(refusalOf(version, error, log));
      }
    });
  }

  /** Prepares a version that was handed in here, before anybody hears of it; not while there is a candidate. */
  tryOut(block: WholeBlock): Promise<StagingRefusal | null> {
    return this.#inTurn(async () => {
      const { candidate, staged, log } = this.#options;
      if (candidate() !== null) return null;
      try {
        await this.#stage(block);
        return null;
      } catch (error) {
        await staged.discard();
        await this.#clean();
        return refusalOf(block.version, error, log);
      }
    });
  }

  /** Puts an installed version in force, `enforce` being given its opened part before it is. */
  install(
    { block, lineage }: Installation,
    enforce: (opened: OpenedVersion<R>) => void,
  ): Promise<StagingRefusal | null> {
    return this.#inTurn(async () => {
      const { staged, store, log } = this.#options;
      try {
        await store.appendHistory(block, lineage);
        // Not held after a restart, when installed elsewhere meanwhile, or when a trial displaced it.
        await staged.prepare(block);
        if (staged.opened) enforce(staged.opened);
        await staged.commit();
        return null;
      } catch (error) {
        log.error({ err: error, seq: block.version.seq }, 'an installed version is not fully in force');
        const { version, reason } = refusalOf(block.version, error, log);
        return { version, code: 'commit_failed', reason };
      } finally {
        // Clients are let in before the old block is erased.
        void this.#inTurn(() => this.#clean());
      }
    });
  }

  /** Resolves when what stands in the line now was dealt with. */
  settled(): Promise<void> {
    return this.#inTurn(() => Promise.resolve());
  }

  /** Gives up what is prepared, after whatever is being done. */
  async close(): Promise<void> {
    await this.#inTurn(() => this.#options.staged.discard());
  }

  async #stage(block: WholeBlock): Promise<void> {
    const { staged, store } = this.#options;
    if (staged.holds(block.version)) return;
    // The write comes first: it is what a full disk refuses, and nothing has to be taken back then.
    await store.writeBlock(block);
    await staged.prepare(block);
  }

  async #clean(): Promise<void> {
    const { store, shelf, candidate, log } = this.#options;
    await store
      .eraseOtherBlocks([shelf.installed.version, candidate()])
      .catch((error: unknown) => log.error({ err: error }, 'old blocks could not be erased'));
  }

  #inTurn<T>(act: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(act);
    this.#last = turn.catch((error: unknown) =>
      this.#options.log.error({ err: error }, 'a change of the configuration failed'),
    );
    return turn;
  }
}
