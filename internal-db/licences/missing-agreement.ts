// Whether what a grant asks for can be accepted at all: a licence agreement may be named before it has a text. Called where a
// grant is previewed and where it is made.
import type { StoreReads } from '../store/store.ts';

/** The agreement's name if no version of it is in force, so that nobody can accept it yet; else null. */
export async function findMissingAgreement(
  store: StoreReads,
  agreement: string | null,
  atMs: number,
): Promise<string | null> {
  if (agreement === null) return null;
  const versions = await store.licences.versionsOf(agreement);
  return versions.some(({ inForceAtMs }) => inForceAtMs <= atMs) ? null : agreement;
}
