// What a server costs, from /proc: the processor time and the memory of a process and of all that it has started.
// Callers: delivery-rows.ts, delivery-sessions.ts, portal-benchmark.ts,
// cluster-costs.ts.
import { readFileSync, readdirSync } from 'node:fs';

/** Of /proc/PID/stat (proc(5)): USER_HZ, the same on every Linux that Node.js runs on. */
const ticksPerSecond = 100;
/** Places in /proc/PID/stat behind the program's name: ppid, and utime, stime, cutime, cstime. */
const parentPlace = 1;
const timePlaces = [11, 12, 13, 14] as const;
const ownTimePlaces = [11, 12] as const;

interface ProcessTimes {
  readonly pid: number;
  readonly parent: number;
  /** Its own, and that of its ended children that it has waited for. */
  readonly ticks: number;
  /** Its own alone. */
  readonly ownTicks: number;
}

/** Processor seconds that the process and its descendants have taken, ended ones included. */
export function processorSeconds(root: number): number {
  return familyOf(root).reduce((sum, { ticks }) => sum + ticks, 0) / ticksPerSecond;
}

/** Processor seconds that the process has taken, with those of its ended children. */
export function ownProcessorSeconds(pid: number): number {
  return (readTimes(pid)?.ticks ?? Number.NaN) / ticksPerSecond;
}

/** The same without its ended children. */
export function loneProcessorSeconds(pid: number): number {
  return (readTimes(pid)?.ownTicks ?? Number.NaN) / ticksPerSecond;
}

/** How many processes there are now, with the root. */
export function processCount(root: number): number {
  return familyOf(root).length;
}

/** Bytes of memory of the process and its descendants; pages that several share are counted in parts (PSS). */
export function memoryBytes(root: number): number {
  return familyOf(root).reduce((sum, { pid }) => sum + proportionalBytes(pid), 0);
}

function familyOf(root: number): ProcessTimes[] {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => readTimes(Number(name)))
    .filter((times) => times !== null);
  const family = all.filter(({ pid }) => pid === root);
  // The array grows while it is walked: children of children follow.
  for (const { pid } of family) family.push(...all.filter(({ parent }) => parent === pid));
  return family;
}

/** Null when it has ended meanwhile. */
function readTimes(pid: number): ProcessTimes | null {
  const text = readIfThere(`/proc/${pid}/stat`);
  if (text === null) return null;
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const sumOf = (places: readonly number[]): number =>
    places.reduce((sum, place) => sum + Number(fields[place]), 0);
  const [ticks, ownTicks] = [sumOf(timePlaces), sumOf(ownTimePlaces)];
  return { pid, parent: Number(fields[parentPlace]), ticks, ownTicks };
}

function proportionalBytes(pid: number): number {
  const kibibytes = /^Pss:\s+(\d+) kB/m.exec(readIfThere(`/proc/${pid}/smaps_rollup`) ?? '')?.[1];
  return Number(kibibytes ?? 0) * 1024;
}

function readIfThere(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return null;
    throw error;
  }
}
