// The secrets of authenticator apps as the database has them: sealed to this node's own key, each for its owner, so that a
// copy of the database shows no codes. Called by enrol-factors.ts and prove-factor.ts; sealOldSecrets by start-services.ts.
import { DocumentError } from '#commlink/document-error.ts';
import type { NodeKeys } from '#commlink/node-keys.ts';
import { openSealedMessage, sealMessage } from '#commlink/sealed-message.ts';
import { openTotpsPerRoundMax } from '../limits.ts';
import type { TotpRecord } from '../store/second-factors.ts';
import type { Store } from '../store/store.ts';

const purpose = 'authenticator app';

/** Seals and opens them. */
export class TotpSafe {
  readonly #keys: Pick<NodeKeys, 'sealing'>;

  constructor(keys: Pick<NodeKeys, 'sealing'>) {
    this.#keys = keys;
  }

  /** A secret as it is stored. */
  async seal(ownerId: string, secret: Uint8Array): Promise<string> {
    const recipient = this.#keys.sealing.raw;
    return await sealMessage({ recipient, purpose, associated: ownerId, plaintext: secret });
  }

  /** The secret again; null when it was sealed to another key, or for somebody else. */
  async open({ ownerId, sealed }: Pick<TotpRecord, 'ownerId' | 'sealed'>): Promise<Uint8Array | null> {
    const { privateKey } = this.#keys.sealing;
    try {
      return await openSealedMessage({ privateKey, purpose, associated: ownerId, sealed });
    } catch (error) {
      if (error instanceof DocumentError) return null;
      throw error;
    }
  }
}

/** Seals the secrets that an older program has left open. Returns how many there were. */
export async function sealOldSecrets(store: Store, safe: TotpSafe): Promise<number> {
  let count = 0;
  for (;;) {
    const open = await store.read.secondFactors.openTotps(openTotpsPerRoundMax);
    if (open.length === 0) return count;
    const all = open.map(async ({ ownerId, secret }) => ({
      ownerId,
      sealed: await safe.seal(ownerId, secret),
    }));
    const sealed = await Promise.all(all);
    await store.transaction(async ({ secondFactors }) => {
      for (const totp of sealed) await secondFactors.sealTotp(totp);
    });
    count += open.length;
  }
}
