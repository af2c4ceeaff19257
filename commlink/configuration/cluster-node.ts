// A node's place in the cluster's configuration.
// Contract only so far: the shell that keeps it is being written beside this file.
import type { Commlink } from '../commlink.ts';
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

/** Whether client requests may be admitted now. */
export interface Admission {
  /** False from READY until the install, and while this node is no active member. */
  readonly isOpen: boolean;
  /** Resolves to true once it is open, or to false after the policy's patience. At once when it is open. */
  waitUntilOpen(signal?: AbortSignal): Promise<boolean>;
  /** `listener` is called when it opens and when it closes. */
  onChange(listener: (isOpen: boolean) => void): void;
}

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

/** The parts that other rooms use. */
export interface ClusterNode<R extends NodeRole> {
  readonly configuration: NodeConfiguration<R>;
  readonly admission: Admission;
  readonly commlink: Commlink;
}
