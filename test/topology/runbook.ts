// The runbook as a program: its blocks of commands, each with the machine that it is for. Callers: the tests of the topology.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { places, type PlaceOrWall } from './places.ts';

const file = join(import.meta.dirname, '..', '..', 'docs', 'runbook.md');

/** Commands for one machine. */
export interface RunbookBlock {
  readonly place: PlaceOrWall;
  readonly script: string;
  /** The heading that it stands under, and its number. */
  readonly chapter: string;
  readonly number: number;
  /** After how many of the next blocks it ends; 0 for one that ends by itself. */
  readonly waitsFor: number;
}

/** All blocks, in order. Throws for one that does not say where it is run. */
export function readRunbook(text = readFileSync(file, 'utf8')): RunbookBlock[] {
  const blocks: RunbookBlock[] = [];
  let chapter = '';
  for (const [, heading, script] of text.matchAll(/^## (.+)$|^```sh\n([\s\S]*?)^```$/gm)) {
    if (heading !== undefined) chapter = heading;
    if (script !== undefined) blocks.push(blockOf(script, chapter));
  }
  return blocks;
}

/**
 * The blocks of these chapters. Throws where one that waits could not be judged: its end is looked at once the blocks that it
 * waits for have run, so these must be in the same chapters, and none of them may wait itself.
 */
export function selectChapters(
  blocks: readonly RunbookBlock[],
  { from, to }: { readonly from: number; readonly to: number },
): RunbookBlock[] {
  const selected = blocks.filter(({ number }) => number >= from && number <= to);
  for (const [index, { waitsFor, chapter }] of selected.entries()) {
    const awaited = selected.slice(index + 1, index + 1 + waitsFor);
    if (awaited.length < waitsFor)
      throw new Error(`A block of "${chapter}" waits for one that is not run with it.`);
    if (awaited.some((next) => next.waitsFor > 0))
      throw new Error(`A block of "${chapter}" waits for one that waits itself.`);
  }
  return selected;
}

function blockOf(script: string, chapter: string): RunbookBlock {
  const [, name, waits] =
    /^# on ([a-z0-9-]+)(?:, and waits for the next (block|two blocks))?\n/.exec(script) ?? [];
  const waitsFor = waits === undefined ? 0 : waits === 'block' ? 1 : 2;
  const number = Number.parseInt(chapter, 10);
  if (Number.isNaN(number)) throw new Error(`The chapter "${chapter}" has no number.`);
  if (name === 'wall' || (name !== undefined && name in places))
    return { place: name as PlaceOrWall, script, chapter, number, waitsFor };
  throw new Error(`A block of "${chapter}" does not begin with "# on MACHINE": ${script}`);
}
