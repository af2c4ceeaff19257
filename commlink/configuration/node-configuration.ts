// What the cluster's configuration looks like from inside one component: its own part of a version, how the component
// takes a change, and what it is told. Callers: the shell of this folder makes these; each component's services use them.
import type { NodeRole } from '../node-config.ts';
import type { NodeIdentity, ClusterPolicy, SettingsOf } from '../settings/cluster-configuration.ts';
import type { ClusterVersion } from './cluster-version.ts';

/** What this node is configured to be: its own sections of one version, opened. */
export interface NodeConfiguration<R extends NodeRole> {
  readonly version: ClusterVersion;
  readonly policy: ClusterPolicy;
  readonly settings: SettingsOf<R>;
  readonly identity: NodeIdentity;
}

/** A change that can be made without failing: new ports are bound, certificates parsed. Exactly one is called, once. */
export interface PreparedChange {
  /** Makes it, after the version was installed. What runs already goes on. */
  commit(): Promise<void>;
  /** Gives it up: another version came, or the node stops. */
  discard(): Promise<void>;
}

/**
 * The component's part of staging a version. Throws StartupError when it can't be: its message, a plain sentence, goes to
 * the operator, and nothing changes.
 */
export type PrepareChange<R extends NodeRole> = (next: NodeConfiguration<R>) => Promise<PreparedChange>;

/** Something that operators must find in the audit log. */
export interface ConfigurationEvent {
  readonly type: 'installed' | 'refused' | 'proposed' | 'joined' | 'evicted';
  readonly version: ClusterVersion | null;
  /** Stable, for `refused`. */
  readonly code: string | null;
  readonly detail: string;
  /** The node or operator that it is about. */
  readonly by: string;
}
