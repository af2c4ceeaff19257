// What the cluster's configuration looks like from inside one component: its own part of a version, how the component
// takes a change, and what it is told. Callers: the shell of this folder makes these; each component's services use them.
import type { Commlink } from '../commlink.ts';
import type { Handlers, MethodTable } from '../method-table.ts';
import type { MetricRegistry } from '../metrics/metric-registry.ts';
import type { ClusterStatus } from '../methods/operator-methods.ts';
import type { NodeRole } from '../node-config.ts';
import type { NodeKeys } from '../node-keys.ts';
import type { PreparedChange } from '../prepared-change.ts';
import type { NodeIdentity, ClusterPolicy, SettingsOf } from '../settings/cluster-configuration.ts';
import type { Admission } from './admission.ts';
import type { ClusterVersion } from './protocol/cluster-version.ts';
import type { ManifestMember } from './blocks/manifest.ts';

/** What this node is configured to be: its own sections of one version, opened. */
export interface NodeConfiguration<R extends NodeRole> {
  readonly version: ClusterVersion;
  readonly policy: ClusterPolicy;
  readonly settings: SettingsOf<R>;
  readonly identity: NodeIdentity;
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

/** What the component brings: its own method table, and how it takes a change. */
export interface StartOptions<R extends NodeRole, T extends MethodTable> {
  readonly offered: T;
  readonly handlers: Handlers<T>;
  readonly prepare: PrepareChange<R>;
  /**
   * Called once every socket is bound, and before anything is written to the configuration directory: the moment to
   * give up the rights that binding took.
   */
  readonly whenBound?: () => void;
}

/** A node whose configuration was read and verified; it has no sockets yet. */
export interface OpenedNode<R extends NodeRole> {
  readonly configuration: NodeConfiguration<R>;
  readonly keys: NodeKeys;
  readonly admission: Admission;
  /** The members of the installed version, learners and this node included. */
  members(): readonly ManifestMember[];
  /** For the component's own metrics. */
  readonly metrics: MetricRegistry;
  /**
   * Opens the links, the operators' socket and listener, and takes part in the protocol from then on. Once. Throws
   * StartupError (`PORT_TAKEN`, `SOCKET_…`). `prepare` may be called before this resolves.
   */
  start<T extends MethodTable>(options: StartOptions<R, T>): Promise<ClusterNode<R>>;
}

/** A node that takes part. `configuration` is always the installed one. */
export interface ClusterNode<R extends NodeRole> {
  readonly configuration: NodeConfiguration<R>;
  readonly admission: Admission;
  readonly commlink: Commlink;
  /** The port of the operators' listener; undefined when there is none. */
  readonly administrationPort: number | undefined;
  /** The members of the installed version, learners and this node included. */
  members(): readonly ManifestMember[];
  /** How the cluster's configuration stands, as this node sees it. */
  status(): ClusterStatus;
  /** Leaves the protocol, then closes the links and the operators' sockets. */
  close(): Promise<void>;
}
