// Seals what the database keeps secret, so that a copy of it shows nothing: secrets of authenticator apps, the words of mails,
// ID tokens. Any internal-db of the database can open it. Called by whoever keeps such a thing.
import { DocumentError } from '#commlink/document-error.ts';
import type { NodeKeys } from '#commlink/node-keys.ts';
import { openSealedMessage, sealMessage } from '#commlink/sealed-message.ts';

type SealingKeys = Pick<NodeKeys, 'sealing'>;

/** What it is, and which record it belongs to: both are bound in. */
export interface SealPlace {
  readonly purpose: string;
  readonly associated: string;
}

/** The seal. */
export class DatabaseSeal {
  readonly #keys: SealingKeys;
  readonly #olderKeys: SealingKeys;

  /** `nodeKeys`: an older program sealed to the node's own. */
  constructor(databaseKeys: SealingKeys, nodeKeys: SealingKeys) {
    this.#keys = databaseKeys;
    this.#olderKeys = nodeKeys;
  }

  /** The sealed text. */
  async seal(place: SealPlace, plaintext: Uint8Array): Promise<string> {
    return await sealMessage({ ...place, recipient: this.#keys.sealing.raw, plaintext });
  }

  /** The plaintext. Throws DocumentError for what was not sealed for this place, or to other keys. */
  async open(place: SealPlace, sealed: string): Promise<Uint8Array> {
    const opening = { ...place, sealed };
    try {
      return await openSealedMessage({ ...opening, privateKey: this.#keys.sealing.privateKey });
    } catch (error) {
      if (!(error instanceof DocumentError)) throw error;
      return await openSealedMessage({ ...opening, privateKey: this.#olderKeys.sealing.privateKey });
    }
  }
}
