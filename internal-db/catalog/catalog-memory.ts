// What the catalog says to everybody alike, remembered while it stands as it did: most pages are of the few products and newest
// releases that everybody wants. Each change gives the catalog's state another name in the same transaction, whichever internal-db
// makes it, so one short question tells whether what is remembered is still true. What an account may see is decided afresh each
// time, from its own rights. Called by this folder's services.
import { rememberedRowsMax } from '../limits.ts';
import type { ArtifactRecord, ProductRecord } from '../store/catalog.ts';
import type { PublishedRelease } from '../store/published.ts';
import type { StoreReads } from '../store/store.ts';

const charactersPerRow = 500;

/** The catalog as it stood at one moment, or later. */
export interface StandingCatalog {
  productByName(name: string): Promise<ProductRecord | undefined>;
  /** As PublishedReads has it. */
  releases(page: {
    readonly productId: string;
    readonly channel: string | null;
    readonly belowPrecedence: string | null;
    readonly limit: number;
  }): Promise<readonly PublishedRelease[]>;
  channels(productId: string, limit: number): Promise<readonly string[]>;
  platformOrderOf(productId: string): Promise<readonly string[]>;
  artifactsOf(releaseId: string): Promise<readonly ArtifactRecord[]>;
  notesOf(releaseId: string): Promise<string>;
}

/** Remembers one state of the catalog at a time. */
export class CatalogMemory {
  readonly #read: StoreReads;
  #remembered: RememberedCatalog | null = null;

  constructor(read: StoreReads) {
    this.#read = read;
  }

  /** The catalog as it stands now: whatever was committed before is in it. */
  async current(): Promise<StandingCatalog> {
    const stateName = await this.#read.catalog.stateName();
    if (this.#remembered?.stateName !== stateName)
      this.#remembered = new RememberedCatalog(this.#read, stateName);
    return this.#remembered;
  }
}

/** What is read later than the state's name may be newer, never older: it is forgotten with that name. */
class RememberedCatalog implements StandingCatalog {
  readonly stateName: string;
  readonly #read: StoreReads;
  readonly #answers = new Map<string, unknown>();
  #rowCount = 0;

  constructor(read: StoreReads, stateName: string) {
    this.#read = read;
    this.stateName = stateName;
  }

  productByName(name: string): Promise<ProductRecord | undefined> {
    return this.#remember(`product ${name}`, () => this.#read.catalog.productByName(name));
  }

  /** Further pages are read as they are asked for: there are as many as somebody likes to make up. */
  releases(page: Parameters<StandingCatalog['releases']>[0]): Promise<readonly PublishedRelease[]> {
    const { productId, channel, belowPrecedence, limit } = page;
    if (belowPrecedence !== null) return this.#read.published.releases(page);
    const key = `releases ${productId} ${limit} ${channel ?? ''}`;
    return this.#remember(key, () => this.#read.published.releases(page));
  }

  channels(productId: string, limit: number): Promise<readonly string[]> {
    return this.#remember(`channels ${productId} ${limit}`, () =>
      this.#read.published.channels(productId, limit),
    );
  }

  platformOrderOf(productId: string): Promise<readonly string[]> {
    return this.#remember(`platforms ${productId}`, () => this.#read.catalog.platformOrderOf(productId));
  }

  artifactsOf(releaseId: string): Promise<readonly ArtifactRecord[]> {
    return this.#remember(`files ${releaseId}`, () => this.#read.catalog.artifactsOf(releaseId));
  }

  notesOf(releaseId: string): Promise<string> {
    return this.#remember(`notes ${releaseId}`, () => this.#read.catalog.notesOf(releaseId));
  }

  /** What is not there is not remembered: anybody can ask for any name. */
  async #remember<T>(key: string, read: () => Promise<T>): Promise<T> {
    const known = this.#answers.get(key);
    if (known !== undefined) return known as T;
    const answer = await read();
    if (answer === undefined) return answer;
    this.#rowCount += rowsOf(answer);
    if (this.#rowCount > rememberedRowsMax) {
      this.#answers.clear();
      this.#rowCount = rowsOf(answer);
    }
    this.#answers.set(key, answer);
    return answer;
  }
}

/** What an answer takes, in rows: a text counts by its length. */
function rowsOf(answer: unknown): number {
  if (Array.isArray(answer)) return 1 + answer.length;
  return typeof answer === 'string' ? 1 + Math.floor(answer.length / charactersPerRow) : 1;
}
