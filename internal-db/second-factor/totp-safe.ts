// The secrets of authenticator apps as the database has them: sealed, each for its owner, so that a
// copy of the database shows no codes. Called by enrol-factors.ts and prove-factor.ts; the last two by start-services.ts.
import { DocumentError } from '#commlink/document-error.ts';
import type { DatabaseSeal } from '../database-keys/database-seal.ts';
import { openTotpsPerRoundMax } from '../limits.ts';
import type { TotpRecord } from '../store/second-factors.ts';
import type { Store } from '../store/store.ts';

const purpose = 'authenticator app';

/** Seals and opens them. */
export class TotpSafe {
  readonly #seal: DatabaseSeal;

  constructor(seal: DatabaseSeal) {
    this.#seal = seal;
  }

  /** A secret as it is stored. */
  async seal(ownerId: string, secret: Uint8Array): Promise<string> {
    return await this.#seal.seal({ purpose, associated: ownerId }, secret);
  }

  /** The secret again; null when it was sealed to another key, or for somebody else. */
  async open({ ownerId, sealed }: Pick<TotpRecord, 'ownerId' | 'sealed'>): Promise<Uint8Array | null> {
    try {
      return await this.#seal.open({ purpose, associated: ownerId }, sealed);
    } catch (error) {
      if (error instanceof DocumentError) return null;
      throw error;
    }
  }
}

/** Seals all secrets anew, which an older program has sealed to its node's own key; what can't be opened stays as it is. */
export async function sealAllAnew(store: Store, safe: TotpSafe): Promise<void> {
  let after = '';
  for (;;) {
    const page = await store.read.secondFactors.sealedTotps(after, openTotpsPerRoundMax);
    const last = page.at(-1);
    if (last === undefined) return;
    after = last.ownerId;
    const all = page.map(async (totp) => {
      const secret = await safe.open(totp);
      return secret === null
        ? []
        : [{ ownerId: totp.ownerId, sealed: await safe.seal(totp.ownerId, secret) }];
    });
    const sealed = (await Promise.all(all)).flat();
    await store.transaction(async ({ secondFactors }) => {
      for (const totp of sealed) await secondFactors.sealTotp(totp);
    });
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
