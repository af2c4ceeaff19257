// The keys that packages are encrypted with, by the packages' digests: sealed in the database, opened when a catalog is made, and
// then kept for a while. Called by fleet-metadata.ts and install-metadata.ts.
import type { DatabaseSeal } from '../../database-keys/database-seal.ts';
import type { Store, Transaction } from '../../store/store.ts';
import { openedContentKeysMax } from './limits.ts';

const purpose = 'package content key';

/** The keys. */
export class ContentKeys {
  readonly #store: Pick<Store, 'read'>;
  readonly #seal: DatabaseSeal;
  readonly #opened = new Map<string, Uint8Array>();

  constructor(store: Pick<Store, 'read'>, seal: DatabaseSeal) {
    this.#store = store;
    this.#seal = seal;
  }

  /** The key of the package with this SHA-256; undefined when none is known. */
  async find(sha256: string): Promise<Uint8Array | undefined> {
    const known = this.#opened.get(sha256);
    if (known) return known;
    const sealed = await this.#store.read.fleetMetadata.packageKey(sha256);
    if (sealed === undefined) return undefined;
    const key = await this.#seal.open({ purpose, associated: sha256 }, sealed);
    if (this.#opened.size >= openedContentKeysMax) this.#opened.clear();
    this.#opened.set(sha256, key);
    return key;
  }

  /** Seals a key, to be kept by `put` within a transaction, which awaits nothing else. */
  async seal(sha256: string, key: Uint8Array): Promise<string> {
    return await this.#seal.seal({ purpose, associated: sha256 }, key);
  }

  /** Keeps sealed keys. */
  async put(
    transaction: Transaction,
    sealed: readonly { readonly sha256: string; readonly sealedKey: string }[],
    atMs: number,
  ): Promise<void> {
    for (const { sha256, sealedKey } of sealed) {
      await transaction.fleetMetadata.putPackageKey(sha256, sealedKey, atMs);
      this.#opened.delete(sha256);
    }
  }
}
