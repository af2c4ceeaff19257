// Installs a version at a node that is not running, in its configuration directory. For one case: all members are on one
// machine, stopped, and can't be started to hear of a change, because the change is what lets them start (ports).
// Caller: the launcher, which holds the state's lock. The version is verified as one that comes over a link.
import { decodeBlock, type Block, type WholeBlock } from './block.ts';
import { isSameVersion } from './cluster-version.ts';
import { ConfigurationStore } from './configuration-store.ts';
import type { NodeBootstrap } from './node-bootstrap.ts';
import { assembleSections } from './section-list.ts';
import { decodeManifest } from './signed-manifest.ts';
import { assertSuccessor } from './successor.ts';

/** What a stopped node has. */
export interface StoppedNode {
  readonly installed: WholeBlock;
  /** The highest number that it knows to be used. */
  readonly highestSeq: number;
}

/** Reads what is installed. Throws StartupError `NOT_JOINED` or `CONFIGURATION_DAMAGED`. */
export async function readStopped({ configurationDirectory }: NodeBootstrap): Promise<StoppedNode> {
  const store = new ConfigurationStore(configurationDirectory);
  const { installed, candidate } = await store.readRecord();
  return {
    installed: await store.readBlock(installed),
    highestSeq: Math.max(installed.seq, candidate?.seq ?? 0),
  };
}

/**
 * Installs a signed successor of what is installed; sections that are carried over need not be given. Does nothing when it
 * is installed already. Throws ConfigurationError when it may not follow, or is not whole.
 */
export async function installStopped(
  { configurationDirectory }: NodeBootstrap,
  { manifest: signed, sections }: Block,
): Promise<void> {
  const store = new ConfigurationStore(configurationDirectory);
  const record = await store.readRecord();
  const { manifest, version } = decodeManifest(signed);
  if (isSameVersion(record.installed, version)) return;
  const before = await store.readBlock(record.installed);
  assertSuccessor(before, signed);
  const atHand = [...before.sections, ...sections];
  const block = decodeBlock({ manifest: signed, sections: assembleSections(manifest, atHand).sections });
  await store.writeBlock(block);
  await store.appendHistory(block);
  await store.writeRecord({
    ...record,
    installed: version,
    candidate: null,
    phase: 'idle',
    declining: false,
  });
  await store.eraseOtherBlocks([version]);
}
