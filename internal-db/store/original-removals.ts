// Store interface: originals that nothing needs any more, taken out of the records before their bytes are deleted.
// Implemented by each engine, used by artifacts/.
import type { KeptFile } from './originals.ts';

/** Bytes that are to be deleted. `place`: where they are; `remover`: the internal-db, by id, that deletes them. */
export interface NotedRemoval {
  readonly sha256: string;
  readonly place: string;
  readonly remover: string;
  readonly notedAtMs: number;
}

/** Reading them. */
export interface OriginalRemovalReads {
  /**
   * Originals that were kept or needed last before that time, that no release but withdrawn ones has, no live delivery and no
   * upload under way, and that none of these nodes holds as placed there; the oldest first.
   */
  unneeded(by: { beforeMs: number; nodeIds: readonly string[]; limit: number }): Promise<KeptFile[]>;
  /** Of these digests, those that are originals. */
  knownOf(sha256s: readonly string[]): Promise<string[]>;
  /** Whether files of the release were removed, and not kept again since. */
  hasRemoved(releaseId: string): Promise<boolean>;
  /** Those of one remover at these places, the one that was noted longest ago first. */
  removalsBy(remover: string, places: readonly string[], limit: number): Promise<NotedRemoval[]>;
  /** Whether the file is being deleted at that place. */
  isBeingRemoved(sha256: string, place: string): Promise<boolean>;
}

/** Writing them. */
export interface OriginalRemovalWrites extends OriginalRemovalReads {
  /** Takes the original out, with what is known of its holders and its finished uploads, and notes it at its artifacts. */
  takeOut(sha256: string, atMs: number): Promise<void>;
  /** Does nothing when it is noted already. */
  noteRemoval(removal: NotedRemoval): Promise<void>;
  /** Renews the note; false: it is another's, or gone. */
  renewRemoval(removal: NotedRemoval, atMs: number): Promise<boolean>;
  forgetRemoval(removal: NotedRemoval): Promise<void>;
  /** Makes the notes at that place, which their removers have not renewed since then, this one's. */
  adoptRemovals(adopted: { place: string; remover: string; beforeMs: number; atMs: number }): Promise<void>;
}
