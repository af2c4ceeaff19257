// Store interface: products, their releases and the releases' artifacts.
// Implemented by each engine, used by the services.

/** A product as stored. */
export interface ProductRecord {
  readonly id: string;
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly createdAtMs: number;
}

/** A release as stored. `publishedAtMs` is when it was first published; null for a draft that never was. */
export interface ReleaseRecord {
  readonly id: string;
  readonly productId: string;
  readonly version: string;
  readonly channel: string;
  readonly state: 'draft' | 'published' | 'withdrawn';
  readonly createdAtMs: number;
  readonly publishedAtMs: number | null;
}

/** A file of a release. Its bytes are in the storerooms, under `sha256` (lower-case hexadecimal). */
export interface ArtifactRecord {
  readonly id: string;
  readonly releaseId: string;
  readonly name: string;
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly platform: string | null;
  readonly mediaType: string;
  readonly createdAtMs: number;
}

/** Reading the catalog. Orders: products by name, releases by creation, artifacts by name. */
export interface CatalogReads {
  /** A name for how products, releases and files stand: another one after each change of any of them, never the same again. */
  stateName(): Promise<string>;
  productById(id: string): Promise<ProductRecord | undefined>;
  productsByIds(ids: readonly string[]): Promise<ProductRecord[]>;
  productByName(name: string): Promise<ProductRecord | undefined>;
  products(): Promise<ProductRecord[]>;
  release(productId: string, version: string): Promise<ReleaseRecord | undefined>;
  releasesOf(productId: string): Promise<ReleaseRecord[]>;
  /** A release's notes, Markdown; empty when there are none. */
  notesOf(releaseId: string): Promise<string>;
  /** The platforms that the product's files are listed by; those that it does not name come last. */
  platformOrderOf(productId: string): Promise<string[]>;
  /** Where its files are kept (commlink/artifacts/placement.ts); null: as the settings say. */
  placementOf(productId: string): Promise<string | null>;
  /** The same of all products. */
  placements(): Promise<{ readonly productId: string; readonly placement: string | null }[]>;
  artifact(releaseId: string, name: string): Promise<ArtifactRecord | undefined>;
  artifactsOf(releaseId: string): Promise<ArtifactRecord[]>;
  artifactsOfProduct(productId: string): Promise<ArtifactRecord[]>;
}

/** Writing the catalog. A name or version that exists is `taken`. */
export interface CatalogWrites extends CatalogReads {
  insertProduct(product: ProductRecord): Promise<void>;
  insertRelease(release: ReleaseRecord): Promise<void>;
  /** Sets the state; `publishedAtMs` too, when the release had none. */
  setReleaseState(id: string, state: ReleaseRecord['state'], publishedAtMs: number | null): Promise<void>;
  setNotes(releaseId: string, notes: string): Promise<void>;
  setPlatformOrder(productId: string, platforms: readonly string[]): Promise<void>;
  setPlacement(productId: string, placement: string | null): Promise<void>;
  insertArtifact(artifact: ArtifactRecord): Promise<void>;
}
