// Versions that are written into the directory of a node that is not running: a cluster's first one, the one that a joining
// machine starts with, and one that all members of a stopped machine get. Callers: cluster-node.ts, join-cluster.ts.
// Cut short, nothing counts: the protocol's state, which names the installed version, is written last.
import { StartupError } from '../process-lifecycle.ts';
import { completeBlock } from './block-shelf.ts';
import { decodeBlock, type WholeBlock } from './blocks/block.ts';
import { isSameVersion } from './protocol/cluster-version.ts';
import { ConfigurationStore } from './configuration-store.ts';
import type { SealedSection, SignedManifest } from './blocks/manifest.ts';
import type { NodeBootstrap } from './node-bootstrap.ts';
import { assertGenesis, assertSuccessor } from './blocks/successor.ts';

/** A version as the operator's side makes it: its sections are all of them, or those that its parent's block lacks. */
export interface MadeVersion {
  readonly manifest: SignedManifest;
  readonly sections: readonly SealedSection[];
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
