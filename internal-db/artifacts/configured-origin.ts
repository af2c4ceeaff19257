// The place of originals that the settings name, at each use; and whether it can be used. What the folder kept before a bucket was
// configured is still read from there. Built by build-context.ts.
import type { Logger } from '#commlink/log.ts';
import type { OriginSettings, S3OriginSettings } from '#commlink/settings/origin-settings.ts';
import type { KeptFile } from '../store/originals.ts';
import type { KeptOriginals } from './kept-originals.ts';
import type { OriginFolder } from './origin-folder.ts';
import type { S3Origin } from './s3/s3-origin.ts';

/** What the bucket is called where removals are noted. */
export const bucketPlace = 'bucket';

interface OriginParts {
  /** This internal-db's id. */
  readonly node: string;
  readonly folder: OriginFolder;
  readonly settings: () => { readonly origin: OriginSettings };
  readonly log: Logger;
}

/** The place. */
export class ConfiguredOrigin implements Omit<KeptOriginals, 'remove'> {
  readonly #parts: OriginParts;
  #opened: { readonly fingerprint: string; readonly bucket: Promise<S3Origin> } | null = null;
  #trouble: string | null = null;

  constructor(parts: OriginParts) {
    this.#parts = parts;
  }

  /** Why the bucket can't be used, as of the last time that it was asked for something; null: it can, or there is none. */
  get trouble(): string | null {
    return this.#parts.settings().origin.kind === 's3' ? this.#trouble : null;
  }

  /** Asks the bucket whether it can be used; the log hears of each change. */
  async look(): Promise<void> {
    const before = this.#trouble;
    try {
      await this.#within((place) => place.look());
      if (before !== null) this.#parts.log.info('the bucket of the originals can be used again');
    } catch (error) {
      if (before !== this.#trouble)
        this.#parts.log.warn({ err: error }, 'the bucket of the originals can not be used');
    }
  }

  /** This internal-db's id. */
  get node(): string {
    return this.#parts.node;
  }

  /** What the place is called where removals are noted: `bucket`, or for a folder the id of the internal-db whose it is. */
  get place(): string {
    return this.#parts.settings().origin.kind === 's3' ? bucketPlace : this.#parts.node;
  }

  async has(original: KeptFile): Promise<boolean> {
    return await this.#within((place) => place.has(original));
  }

  async readSlice(original: KeptFile, offsetBytes: number, lengthBytes: number): Promise<Buffer | null> {
    const kept = await this.#parts.folder.readSlice(original, offsetBytes, lengthBytes);
    if (kept !== null || this.#parts.settings().origin.kind === 'folder') return kept;
    return await this.#within((place) => place.readSlice(original, offsetBytes, lengthBytes));
  }

  async keep(file: string, original: KeptFile): Promise<void> {
    await this.#within((place) => place.keep(file, original));
  }

  /** Removes it from a place as `place` names them; one that is not there is no error. */
  async removeAt(place: string, sha256: string): Promise<void> {
    if (place === bucketPlace) await this.#within((bucket) => bucket.remove(sha256));
    else await this.#parts.folder.remove(sha256);
  }

  close(): void {
    void this.#opened?.bucket.then(
      (bucket) => bucket.close(),
      () => {},
    );
    this.#opened = null;
  }

  async #within<T>(work: (place: OriginFolder | S3Origin) => Promise<T>): Promise<T> {
    const { origin } = this.#parts.settings();
    if (origin.kind === 'folder') return await work(this.#parts.folder);
    try {
      const result = await work(await this.#bucketOf(origin));
      this.#trouble = null;
      return result;
    } catch (error) {
      this.#trouble = error instanceof Error ? error.message : String(error);
      throw error;
    }
  }

  /** The library is loaded, and a bucket opened, when one is configured; again when the settings have changed. */
  async #bucketOf(settings: S3OriginSettings): Promise<S3Origin> {
    const fingerprint = JSON.stringify(settings);
    if (this.#opened?.fingerprint === fingerprint) return await this.#opened.bucket;
    this.close();
    const { log } = this.#parts;
    const bucket = import('./s3/s3-origin.ts').then(({ S3Origin: Opened }) => Opened.open(settings, log));
    this.#opened = { fingerprint, bucket };
    try {
      return await bucket;
    } catch (error) {
      this.#opened = null;
      throw error;
    }
  }
}
