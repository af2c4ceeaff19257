// The table of docs/network.md as data: which machine may reach which ports of which other. Called by the test of the firewall.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PlaceOrWall } from './places.ts';

const file = join(import.meta.dirname, '..', '..', 'docs', 'network.md');

/** TCP and UDP ports, each as `tcp 443`, of one machine as another one may reach them. */
export type OpenPorts = ReadonlyMap<string, ReadonlySet<string>>;

/** Names a pair of machines in OpenPorts. */
export function pairOf(from: PlaceOrWall, to: PlaceOrWall): string {
  return `${from} to ${to}`;
}

/** What the table of a chapter allows. Throws for a chapter that is not there, and for a line that can't be read. */
export function readNetworkTable(chapter: string, text = readFileSync(file, 'utf8')): OpenPorts {
  const found = text.split(/^##? /m).find((each) => each.startsWith(`${chapter}\n`));
  if (found === undefined) throw new Error(`docs/network.md has no chapter "${chapter}".`);
  const open = new Map<string, Set<string>>();
  for (const line of found.split('\n').filter((each) => /^\| [a-z]/.test(each))) {
    const [, from = '', to = '', protocol = '', ports = ''] = line.split('|').map((cell) => cell.trim());
    if (from === 'from') continue;
    const pair = pairOf(from as PlaceOrWall, to as PlaceOrWall);
    const known = open.get(pair) ?? new Set();
    for (const port of ports.split(',').flatMap(expand)) known.add(`${protocol} ${port}`);
    open.set(pair, known);
  }
  return open;
}

function expand(range: string): number[] {
  const [first = Number.NaN, last = first] = range.split('-').map(Number);
  if (!(first >= 1 && last >= first && last <= 65_535)) throw new Error(`"${range}" is no range of ports.`);
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}
