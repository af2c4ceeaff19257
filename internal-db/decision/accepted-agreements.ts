// Which licence agreements an account has accepted, as the decision counts it at a moment: where an agreement's versions are
// kept, the version that is in force then, or one that comes after it, must have been accepted. Called by gather-facts.ts
// and for the customer's list of agreements.
import type { LicenceAcceptanceRecord, LicenceAgreementRecord } from '../store/licences.ts';
import type { StoreReads } from '../store/store.ts';
import type { DecisionFacts } from './decide-entitlement.ts';

/** The acceptances that count for the agreements named. */
export async function gatherAcceptances(
  store: StoreReads,
  wanted: { accountId: string; agreements: ReadonlySet<string>; atMs: number },
): Promise<DecisionFacts['acceptances']> {
  const { accountId, agreements, atMs } = wanted;
  if (agreements.size === 0) return [];
  const acceptances = await store.licences.acceptancesOf(accountId);
  const counting: LicenceAcceptanceRecord[] = [];
  for (const name of agreements) {
    const versions = await store.licences.versionsOf(name);
    counting.push(
      ...acceptances.filter((one) => one.agreement === name && doesCount(one.version, versions, atMs)),
    );
  }
  return counting;
}

/** The version of an agreement that is in force; undefined when none is kept, or none is in force yet. */
export function agreementInForce(
  versions: readonly LicenceAgreementRecord[],
  atMs: number,
): LicenceAgreementRecord | undefined {
  return versions
    .filter((one) => one.inForceAtMs <= atMs)
    .toSorted((a, b) => b.inForceAtMs - a.inForceAtMs)[0];
}

function doesCount(version: string, versions: readonly LicenceAgreementRecord[], atMs: number): boolean {
  const inForce = agreementInForce(versions, atMs);
  if (!inForce) return true;
  const accepted = versions.find((one) => one.version === version);
  return accepted !== undefined && accepted.inForceAtMs >= inForce.inForceAtMs;
}
