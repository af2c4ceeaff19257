// Store interface: artifacts whose bytes internal-db keeps, the nodes that hold them, and uploads that are under way.
// Implemented by each engine, used by artifacts/.

/** An artifact that is kept here, by its SHA-256. */
export interface OriginalRecord {
  readonly sha256: string;
  readonly sizeBytes: number;
  /** When it came, or something that needed it ended. */
  readonly keptAtMs: number;
}

/** What a node is told of one. */
export type KeptFile = Pick<OriginalRecord, 'sha256' | 'sizeBytes'>;

/** The files that are placed at a node: all of some products, and some by digest. */
export interface PlacedFiles {
  readonly productIds: readonly string[];
  readonly sha256s: readonly string[];
}

/** What an uploaded file becomes. */
export interface ReleaseFile {
  readonly product: string;
  readonly version: string;
  readonly channel: string;
  readonly platform: string | null;
  readonly mediaType: string;
}

/**
 * An upload. `fingerprint` tells two files of one name and size apart as far as their sender can, so that only the same file is
 * gone on with. `releaseFile` null: the sender makes the release itself. `sha256` is set when the whole was hashed. What is
 * finished is remembered for a while, so that finishing may be asked for again.
 */
export interface UploadRecord {
  readonly id: string;
  readonly startedBy: string;
  readonly name: string;
  readonly sizeBytes: number;
  readonly fingerprint: string;
  readonly releaseFile: ReleaseFile | null;
  readonly sha256: string | null;
  readonly createdAtMs: number;
  /** Null while it is under way. */
  readonly finishedAtMs: number | null;
}

/** Reading them. */
export interface OriginalReads {
  bySha256(sha256: string): Promise<OriginalRecord | undefined>;
  /** Originals that deliveries at this node wait for, and that it does not hold. */
  awaitedAt(nodeId: string, limit: number): Promise<KeptFile[]>;
  /** Whether a live delivery is at this node, or may be, of that file. */
  isOfLiveDelivery(nodeId: string, sha256: string): Promise<boolean>;
  /** Whether the original is one of the placed files. */
  isPlaced(sha256: string, placed: PlacedFiles): Promise<boolean>;
  /** Originals that are placed there, and that the node does not hold for that reason; the oldest first. */
  placedButNotPinned(nodeId: string, placed: PlacedFiles, limit: number): Promise<KeptFile[]>;
  /** Originals that the node holds as placed there, and that are not any more. */
  pinnedButNotPlaced(nodeId: string, placed: PlacedFiles, limit: number): Promise<KeptFile[]>;
  /** Digests of originals of a product that so many deliveries were asked for since then. */
  popularIn(
    productId: string,
    popular: { sinceMs: number; deliveriesMin: number; limit: number },
  ): Promise<string[]>;
  /** Ids of the nodes that hold it. */
  holdersOf(sha256: string): Promise<string[]>;
  /** The originals among a release's files, a row for each node that holds one; `nodeId` null when none does. */
  holdersInRelease(releaseId: string): Promise<{ sha256: string; nodeId: string | null }[]>;
  upload(id: string): Promise<UploadRecord | undefined>;
  /** Uploads of one person, finished or not, the oldest first. */
  uploadsOf(startedBy: string): Promise<UploadRecord[]>;
  /** Everybody's uploads that are under way. */
  openUploads(): Promise<UploadRecord[]>;
  uploadsBefore(atMs: number, limit: number): Promise<UploadRecord[]>;
}

/** Writing them. */
export interface OriginalWrites extends OriginalReads {
  /** Of one that is there the time alone is changed. */
  put(original: OriginalRecord): Promise<void>;
  /** Something that needed the files of a release has ended. */
  noteNeeded(releaseId: string, atMs: number): Promise<void>;
  /** Notes that the node holds it, and whether as placed there; does nothing when it is no original. */
  noteHeld(nodeId: string, held: { sha256: string; isPinned: boolean; atMs: number }): Promise<void>;
  /** The node holds it no more; tells whether it was known to. */
  noteLost(nodeId: string, sha256: string): Promise<boolean>;
  insertUpload(upload: UploadRecord): Promise<void>;
  setUploadSize(id: string, sizeBytes: number): Promise<void>;
  setUploadDigest(id: string, sha256: string): Promise<void>;
  finishUpload(id: string, atMs: number): Promise<void>;
  removeUpload(id: string): Promise<void>;
}
