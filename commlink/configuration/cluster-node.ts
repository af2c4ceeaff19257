// A node's place in the cluster's configuration: opens what it has installed, then keeps it on the cluster's version.
// Callers: each component's main.ts; the launcher, for the first node of a cluster and for nodes that are stopped.
// Trusts the operators' signatures on a version, and nothing that a node says about one.
import type { NodeRole } from '../node-config.ts';
import { StartupError } from '../process-lifecycle.ts';
import { completeBlock } from './block-shelf.ts';
import { decodeBlock, type WholeBlock } from './block.ts';
import { isSameVersion } from './cluster-version.ts';
import { ConfigurationStore } from './configuration-store.ts';
import type { SealedSection, SignedManifest } from './manifest.ts';
import type { NodeBootstrap } from './node-bootstrap.ts';
import type { OpenedNode } from './node-configuration.ts';
import type { OpenClusterNodeOptions } from './node-parts.ts';
import { openNodeParts } from './open-node-parts.ts';
import { startNode } from './running-node.ts';
import { assertGenesis, assertSuccessor } from './successor.ts';

export type { Admission } from './admission.ts';
export type {
  ClusterNode,
  ConfigurationEvent,
  NodeConfiguration,
  OpenedNode,
  PrepareChange,
  PreparedChange,
  StartOptions,
} from './node-configuration.ts';
export type { OpenClusterNodeOptions } from './node-parts.ts';

/** A version as the operator's side makes it: its sections are all of them, or those that its parent's block lacks. */
export interface MadeVersion {
  readonly manifest: SignedManifest;
  readonly sections: readonly SealedSection[];
}

/**
 * Reads the node's keys and its installed version, verifies it, and opens its sections; changes nothing. Throws
 * StartupError: `NOT_JOINED`, `CONFIGURATION_DAMAGED`, `NODE_KEY_MISMATCH`, `WRONG_ROLE`, `KEY_…`.
 */
export async function openClusterNode<R extends NodeRole>(
  options: OpenClusterNodeOptions<R>,
): Promise<OpenedNode<R>> {
  const parts = await openNodeParts(options);
  return {
    configuration: parts.opened.configuration,
    keys: parts.keys,
    admission: parts.admission,
    start: (startOptions) => startNode(parts, startOptions),
  };
}

/** Whether a whole configuration directory is there. */
export function isJoined({ configurationDirectory }: NodeBootstrap): Promise<boolean> {
  return new ConfigurationStore(configurationDirectory).exists();
}

/**
 * Makes the configuration directory of a member of a cluster's first version. Cut short, it has made nothing that counts.
 * Throws ConfigurationError for a bad block, StartupError `ALREADY_JOINED` when another version is there.
 */
export async function writeGenesis(bootstrap: NodeBootstrap, genesis: MadeVersion): Promise<void> {
  assertGenesis(genesis.manifest);
  await writeFirstVersion(
    bootstrap,
    decodeBlock({ manifest: genesis.manifest, sections: [...genesis.sections] }),
  );
}

/** Makes a configuration directory with a verified block as the installed version. Throws StartupError `ALREADY_JOINED`. */
export async function writeFirstVersion(bootstrap: NodeBootstrap, block: WholeBlock): Promise<void> {
  const store = new ConfigurationStore(bootstrap.configurationDirectory);
  if (await store.exists()) {
    const { installed } = await store.readRecord();
    if (isSameVersion(installed, block.version)) return;
    throw new StartupError(
      'ALREADY_JOINED',
      `${bootstrap.configurationDirectory} holds the configuration of a node already. Remove it first, if that node is gone.`,
    );
  }
  await store.prepare();
  await installOnDisk(store, block, 0);
}

/**
 * Makes a signed successor of the installed version the installed one, in the directory of a node that is not running:
 * for a cluster all of whose members are stopped and have one owner. Throws ConfigurationError for what no running node
 * would take either. Nothing happens when it is installed already.
 */
export async function installStopped(bootstrap: NodeBootstrap, next: MadeVersion): Promise<void> {
  const store = new ConfigurationStore(bootstrap.configurationDirectory);
  const { installed, incarnation } = await store.readRecord();
  const parent = await store.readBlock(installed);
  const block = completeBlock(next.manifest, [...parent.sections, ...next.sections]);
  if (isSameVersion(block.version, installed)) return;
  assertSuccessor(parent, next.manifest);
  await installOnDisk(store, block, incarnation);
}

async function installOnDisk(
  store: ConfigurationStore,
  block: WholeBlock,
  incarnation: number,
): Promise<void> {
  const { version: installed } = block;
  await store.writeBlock(block);
  await store.appendHistory(block);
  await store.writeRecord({
    format: 1,
    incarnation,
    installed,
    candidate: null,
    phase: 'idle',
    declining: false,
  });
  await store.eraseOtherBlocks([installed]);
}
