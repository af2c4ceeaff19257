// The packages' repository online: the snapshot and timestamp over the targets that people sign offline. Made anew when the targets
// or keys are others, and before they end. Called by install-metadata.ts, within its transaction, and on a schedule.
import { describeMetadata, describeTargets } from '#commlink/fleet/tuf/describe-metadata.ts';
import { makeSnapshot, makeTimestamp, nextVersion } from '#commlink/fleet/tuf/make-metadata.ts';
import type { FleetRoleMetadata } from '../../store/fleet-metadata.ts';
import type { Transaction } from '../../store/store.ts';
import {
  packagesSnapshotLifetimeMs,
  packagesSnapshotRenewMs,
  packagesTimestampLifetimeMs,
  packagesTimestampRenewMs,
} from './limits.ts';
import { signingKeysOf, type SigningKeys } from './online-keys.ts';

const repository = 'packages';

/** A package as the packages' repository describes it. */
export interface PackageDescription {
  readonly sizeBytes: number;
  readonly sha256: string;
  /** The range of versions from one of which alone it may be installed; null: from any, and at first. */
  readonly upgradeFrom: string | null;
}

/** Whether one of the two ends soon. */
export function mustRenew(
  parts: { snapshot: { expiresAtMs: number }; timestamp: { expiresAtMs: number } },
  nowMs: number,
): boolean {
  const { snapshot, timestamp } = parts;
  const snapshotEnds = snapshot.expiresAtMs - nowMs < packagesSnapshotRenewMs;
  return snapshotEnds || timestamp.expiresAtMs - nowMs < packagesTimestampRenewMs;
}

/** Makes a new timestamp, and a new snapshot where `isSnapshotStale`, or where the one that there is ends soon. */
export async function renewPackages(
  transaction: Transaction,
  keys: SigningKeys,
  { nowMs, isSnapshotStale }: { nowMs: number; isSnapshotStale: boolean },
): Promise<void> {
  const { fleetMetadata } = transaction;
  const targets = await fleetMetadata.ofRole(repository, 'targets');
  if (!targets) return;
  const old = await fleetMetadata.ofRole(repository, 'snapshot');
  const isKept = old && !isSnapshotStale && old.expiresAtMs - nowMs >= packagesSnapshotRenewMs;
  const snapshot = isKept ? old : snapshotOf(targets.text, { keys, nowMs, previous: old?.version ?? 0 });
  if (!isKept) await fleetMetadata.putOfRole(snapshot);
  const version = nextVersion((await fleetMetadata.ofRole(repository, 'timestamp'))?.version ?? 0, nowMs);
  const expiresAtMs = nowMs + packagesTimestampLifetimeMs;
  const signers = signingKeysOf(keys, { repository, role: 'timestamp' });
  const text = makeTimestamp(snapshot.text, { version, expiresAtMs, keys: signers, uid: null });
  await fleetMetadata.putOfRole({ repository, role: 'timestamp', version, expiresAtMs, text });
}

/** The row of a targets that people have signed. */
export function targetsRow(text: string): FleetRoleMetadata {
  return { repository, role: 'targets', ...describeMetadata('targets', text), text };
}

/** The packages of a targets, by their paths. */
export function packagesOf(targets: string): ReadonlyMap<string, PackageDescription> {
  const described = describeTargets(targets).map(({ path, sizeBytes, sha256, custom }) => {
    const from = custom && 'from' in custom ? custom.from : null;
    return [path, { sizeBytes, sha256, upgradeFrom: typeof from === 'string' ? from : null }] as const;
  });
  return new Map(described);
}

function snapshotOf(
  targets: string,
  { keys, nowMs, previous }: { keys: SigningKeys; nowMs: number; previous: number },
): FleetRoleMetadata {
  const version = nextVersion(previous, nowMs);
  const expiresAtMs = nowMs + packagesSnapshotLifetimeMs;
  const signers = signingKeysOf(keys, { repository, role: 'snapshot' });
  const text = makeSnapshot(targets, { version, expiresAtMs, keys: signers, uid: null });
  return { repository, role: 'snapshot', version, expiresAtMs, text };
}
