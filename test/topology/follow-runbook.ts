// Runs the runbook's blocks on the machines of a topology, in order; a block that waits for the next one is run beside it.
// Callers: the tests of the topology, and `npm run topology`.
import { readRunbook, selectChapters } from './runbook.ts';
import type { Topology } from './topology.ts';

/** Runs the blocks of these chapters. Throws with the block that failed and what it said. */
export async function followRunbook(
  topology: Topology,
  chapters: { from: number; to: number },
  say: (line: string) => void = () => {},
): Promise<void> {
  let waiting: { settled: Promise<PromiseSettledResult<string>[]>; blocksLeft: number } | null = null;
  for (const block of selectChapters(readRunbook(), chapters)) {
    say(`${block.chapter}: on ${block.place}`);
    const ended = topology.at(block.place).shell(block.script);
    if (block.waitsFor > 0) {
      waiting = { settled: Promise.allSettled([ended]), blocksLeft: block.waitsFor };
      continue;
    }
    await ended;
    if (waiting === null) continue;
    waiting.blocksLeft -= 1;
    if (waiting.blocksLeft > 0) continue;
    for (const outcome of await waiting.settled) if (outcome.status === 'rejected') throw outcome.reason;
    waiting = null;
  }
}
