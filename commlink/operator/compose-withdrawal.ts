// Takes back a version that was published and is not installed, because a member can't take it: the installed content
// again, under a number above it. Caller: publish.ts.
import type { ClusterVersion } from '../configuration/protocol/cluster-version.ts';
import { composeVersion } from './compose-version.ts';
import type { Draft, Edition } from './draft.ts';

/** The version to be taken back. */
export interface Withdrawal {
  readonly withdrawn: ClusterVersion;
}

/** Composes the version that takes its place. */
export async function composeWithdrawal(edition: Edition, { withdrawn }: Withdrawal): Promise<Draft> {
  const highestSeq = Math.max(withdrawn.seq, edition.highestSeq);
  return composeVersion({ ...edition, highestSeq }, {});
}
