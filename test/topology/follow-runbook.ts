// Runs the runbook's blocks on the machines of a topology, in order; a block that waits for the next one is run beside it.
// Callers: the tests of the topology, and `npm run topology`.
import { readRunbook, type RunbookBlock } from './runbook.ts';
import type { Topology } from './topology.ts';

/** Runs the blocks of these chapters. Throws with the block that failed and what it said. */
export async function followRunbook(
  topology: Topology,
  chapters: { from: number; to: number },
  say: (line: string) => void = () => {},
): Promise<void> {
  const blocks = readRunbook().filter(({ number }) => number >= chapters.from && number <= chapters.to);
  let waiting: Promise<string> | null = null;
  for (const block of blocks) {
    say(`${block.chapter}: on ${block.place}`);
    const running = topology.at(block.place).shell(block.script);
    if (block.waits) {
      waiting = running;
      // Heard below, after the block that it waits for.
      running.catch(() => null);
      continue;
    }
    await running;
    await waiting;
    waiting = null;
  }
}

/** Whether the runbook has chapters that nobody runs: those of `numbers` are run. */
export function chaptersBeyond(numbers: ReadonlySet<number>): RunbookBlock[] {
  return readRunbook().filter(({ number }) => !numbers.has(number));
}
