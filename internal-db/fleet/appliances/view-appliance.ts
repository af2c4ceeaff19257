// Appliances and codes as the method tables show them. Called by the handlers of the portal and of the administration.
import type { ApplianceReport } from '#commlink/methods/fleet-admin-methods.ts';
import type {
  Appliance,
  ApplianceMachine,
  ApplianceProduct,
  EnrolmentCode,
} from '#commlink/methods/fleet-methods.ts';
import type { ListedAppliance, ListedEnrolmentCode } from '../../store/fleet-appliances.ts';
import type { ApplianceProduct as ProductRecord, BeatRecord } from '../../store/fleet-beats.ts';

/** An appliance. */
export function viewAppliance(appliance: ListedAppliance): Appliance {
  const { uid, name, account, type, site, groupName, tags, state, stateReason } = appliance;
  const { enrolledAtMs, lastBeatAtMs, missingSinceMs, agentVersion, machine } = appliance;
  return {
    uid,
    name,
    account,
    type,
    site,
    group: groupName,
    tags: [...tags],
    state,
    stateReason,
    enrolledAtMs,
    lastBeatAtMs,
    missingSinceMs,
    agentVersion,
    machine: lastBeatAtMs === null ? null : (JSON.parse(machine) as ApplianceMachine),
  };
}

/** A product on an appliance. */
export function viewProduct({
  uid: _uid,
  productId: _productId,
  ...product
}: ProductRecord): ApplianceProduct {
  return product;
}

/** What the newest beat reports; null before the first one. */
export function viewReport(beat: BeatRecord | undefined): ApplianceReport | null {
  if (!beat || beat.lastBeatAtMs === null) return null;
  const { plugins = [], problems = [], downloads } = JSON.parse(beat.report) as Partial<ApplianceReport>;
  const { lastBeatAtMs: atMs, cause, address, clockOffsetMs } = beat;
  return {
    atMs,
    cause,
    address,
    clockOffsetMs,
    plugins,
    problems,
    downloads: downloads ?? { bytes: 0, resumed: 0, source: null },
  };
}

/** A code, without its secret. */
export function viewCode(code: ListedEnrolmentCode): EnrolmentCode {
  const { id, type, site, groupName, label, uid, madeBy, madeAtMs } = code;
  const { expiresAtMs, usedAtMs, usedByUid, withdrawnAtMs } = code;
  return {
    id,
    type,
    site,
    group: groupName,
    label,
    uid,
    madeBy,
    madeAtMs,
    expiresAtMs,
    usedAtMs,
    usedByUid,
    withdrawnAtMs,
  };
}
