// What a node has before it opens a socket: its keys, its directory, and the installed version, read and verified.
// Made by open-node-parts.ts, used by running-node.ts and its parts.
import type { Logger } from '../log.ts';
import type { MetricRegistry } from '../metrics/metric-registry.ts';
import type { NodeRole } from '../node-config.ts';
import type { NodeKeys } from '../node-keys.ts';
import type { AdmissionGate } from './admission.ts';
import type { BlockShelf } from './block-shelf.ts';
import type { ConfigurationStore } from './configuration-store.ts';
import type { NodeBootstrap } from './node-bootstrap.ts';
import type { ConfigurationEvent } from './node-configuration.ts';
import type { CoreState } from './protocol/protocol-state.ts';
import type { OpenedVersion } from './staged-change.ts';

/** Which node to open. `role` must be the one that the cluster gave it. */
export interface OpenClusterNodeOptions<R extends NodeRole> {
  readonly bootstrap: NodeBootstrap;
  readonly role: R;
  readonly log: Logger;
  /** Called for what the audit log must have; must not throw. */
  readonly onEvent?: (event: ConfigurationEvent) => void;
}

/** The parts. */
export interface NodeParts<R extends NodeRole> extends OpenClusterNodeOptions<R> {
  readonly keys: NodeKeys;
  readonly store: ConfigurationStore;
  readonly shelf: BlockShelf;
  readonly admission: AdmissionGate;
  /** The program's; the links' are in it, and the component adds its own. */
  readonly metrics: MetricRegistry;
  /** This node's part of the installed version. */
  readonly opened: OpenedVersion<R>;
  /** As the store has it. */
  readonly core: CoreState;
}
