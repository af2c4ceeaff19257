// A node's place in the cluster's configuration: opens what it has installed, then keeps it on the cluster's version.
// Callers: each component's main.ts; the launcher, for the first node of a cluster.
// Trusts the operators' signatures on a version, and nothing that a node says about one.
import type { Commlink } from '../commlink.ts';
import type { Logger } from '../log.ts';
import type { Handlers, MethodTable } from '../method-table.ts';
import type { ClusterStatus } from '../methods/operator-methods.ts';
import type { NodeRole } from '../node-config.ts';
import type { NodeKeys } from '../node-keys.ts';
import type { Admission } from './admission.ts';
import type { SealedSection, SignedManifest } from './manifest.ts';
import type { NodeBootstrap } from './node-bootstrap.ts';
import type { ConfigurationEvent, NodeConfiguration, PrepareChange } from './node-configuration.ts';

export type { Admission } from './admission.ts';
export type {
  ConfigurationEvent,
  NodeConfiguration,
  PrepareChange,
  PreparedChange,
} from './node-configuration.ts';

/** Which node to open. `role` must be the one that the cluster gave it. */
export interface OpenClusterNodeOptions<R extends NodeRole> {
  readonly bootstrap: NodeBootstrap;
  readonly role: R;
  readonly log: Logger;
  /** Called for what the audit log must have; must not throw. */
  readonly onEvent?: (event: ConfigurationEvent) => void;
}

/** What the component brings: its own method table, and how it takes a change. */
export interface StartOptions<R extends NodeRole, T extends MethodTable> {
  readonly offered: T;
  readonly handlers: Handlers<T>;
  readonly prepare: PrepareChange<R>;
}

/** A node whose configuration was read and verified; it has no sockets yet. */
export interface OpenedNode<R extends NodeRole> {
  readonly configuration: NodeConfiguration<R>;
  readonly keys: NodeKeys;
  readonly admission: Admission;
  /**
   * Opens the links, the operators' socket and listener, and takes part in the protocol from then on. Once. Throws
   * StartupError (`PORT_TAKEN`, `SOCKET_…`).
   */
  start<T extends MethodTable>(options: StartOptions<R, T>): Promise<ClusterNode<R>>;
}

/** A node that takes part. `configuration` is always the installed one. */
export interface ClusterNode<R extends NodeRole> {
  readonly configuration: NodeConfiguration<R>;
  readonly admission: Admission;
  readonly commlink: Commlink;
  /** How the cluster's configuration stands, as this node sees it. */
  status(): ClusterStatus;
  /** Leaves the protocol, then closes the links and the operators' sockets. */
  close(): Promise<void>;
}

/**
 * Reads the node's keys and its installed version, verifies it, and opens its sections. Throws StartupError:
 * `NOT_JOINED`, `CONFIGURATION_DAMAGED`, `NODE_KEY_MISMATCH`, `WRONG_ROLE`, `KEY_…`.
 */
export async function openClusterNode<R extends NodeRole>(
  options: OpenClusterNodeOptions<R>,
): Promise<OpenedNode<R>> {
  await Promise.resolve(options);
  throw new Error('not landed yet');
}

/** Makes the configuration directory of a member of a cluster's first version. Nothing may be there yet. */
export async function writeGenesis(
  bootstrap: NodeBootstrap,
  block: { readonly manifest: SignedManifest; readonly sections: readonly SealedSection[] },
): Promise<void> {
  await Promise.resolve([bootstrap, block]);
  throw new Error('not landed yet');
}
