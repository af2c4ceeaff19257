// What the place of originals can do, be it a folder or a bucket. Implemented by origin-folder.ts and s3/s3-origin.ts; chosen by
// configured-origin.ts.
import type { KeptFile } from '../store/originals.ts';

/** The place. Its methods throw RpcError `unavailable` or `refused` when it can't be used, or the disk's own errors. */
export interface KeptOriginals {
  /** Whether it can be used. */
  look(): Promise<void>;
  /** Whether the artifact is here, in this size. */
  has(original: KeptFile): Promise<boolean>;
  /** A part of an artifact; shorter at its end. Null: it is not here in this size. */
  readSlice(original: KeptFile, offsetBytes: number, lengthBytes: number): Promise<Buffer | null>;
  /** Takes the whole file in, whose digest the caller has computed; it is gone from where it was then. */
  keep(file: string, original: KeptFile): Promise<void>;
  /** Removes it; one that is not here is no error. */
  remove(sha256: string): Promise<void>;
}
