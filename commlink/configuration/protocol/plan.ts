// What the protocol's core reads of a manifest, and questions about several of them. Pure.
// Callers: step.ts and its neighbours, the shell around them, and the simulator, which makes plans without manifests.
import { compareVersions, isSameVersion, type ClusterVersion } from './cluster-version.ts';
import type { LinkGenerations, Manifest } from '../blocks/manifest.ts';

/** A version, reduced to what decides when it is installed. All nodes are named by their ids. */
export interface Plan {
  readonly version: ClusterVersion;
  readonly parent: ClusterVersion | null;
  readonly anchor: string;
  /** Members that may admit client requests once they have installed it. */
  readonly active: readonly string[];
  /** All members, learners too. */
  readonly known: readonly string[];
  /** Whose STAGED and READY it needs before the anchor installs it. */
  readonly barrier: readonly string[];
  /** While this is the installed version: from which phase of the next one on client requests are declined. */
  readonly declineFrom: 'staged' | 'ready';
  /** The bag generations of each link. */
  readonly links: readonly LinkGenerations[];
}

/** The plan of a manifest whose signatures and lineage were checked. */
export function planOf(manifest: Manifest, version: ClusterVersion): Plan {
  const { parent, anchor, members, barrier, policy, links } = manifest;
  return {
    version,
    parent,
    anchor,
    active: members.filter(({ state }) => state === 'active').map(({ id }) => id),
    known: members.map(({ id }) => id),
    barrier,
    declineFrom: policy.decline === 'identify' ? 'staged' : 'ready',
    links,
  };
}

/** Whether `plan` replaces exactly `parent`. */
export function isChildOf(plan: Plan, parent: Plan): boolean {
  return isSameVersion(plan.parent, parent.version);
}

/** Whether an unbroken line of `plans` leads from `ancestor` to `plan`. */
export function descendsFrom(plan: Plan, ancestor: Plan, plans: readonly Plan[]): boolean {
  for (let at: Plan | undefined = plan; at;) {
    if (isChildOf(at, ancestor)) return true;
    const { parent }: Plan = at;
    at = plans.find(({ version }) => isSameVersion(version, parent));
  }
  return false;
}

/** The newest of them, or null of none. */
export function newestOf(plans: readonly Plan[]): Plan | null {
  return plans.reduce<Plan | null>(
    (newest, plan) => (newest && compareVersions(newest.version, plan.version) > 0 ? newest : plan),
    null,
  );
}
