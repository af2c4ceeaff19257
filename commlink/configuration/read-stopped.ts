// Reads what a node that is not running has installed, from its configuration directory.
// Caller: the launcher, which holds the state's lock, when it must change what is installed before anything can start.
import type { WholeBlock } from './blocks/block.ts';
import { ConfigurationStore } from './configuration-store.ts';
import type { NodeBootstrap } from './node-bootstrap.ts';

/** What a stopped node has. */
export interface StoppedNode {
  readonly installed: WholeBlock;
  /** The highest number that it knows to be used. */
  readonly highestSeq: number;
}

/** Reads it. Throws StartupError `NOT_JOINED` or `CONFIGURATION_DAMAGED`. */
export async function readStopped({ configurationDirectory }: NodeBootstrap): Promise<StoppedNode> {
  const store = new ConfigurationStore(configurationDirectory);
  const { installed, candidate } = await store.readRecord();
  return {
    installed: await store.readBlock(installed),
    highestSeq: Math.max(installed.seq, candidate?.seq ?? 0),
  };
}
