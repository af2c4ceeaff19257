// All processes that one program started, however they tried to leave it. With a control group the kernel knows them (group-tree.ts).
// Without one they are found in /proc: by the session that the program leads, by descent from a process that was seen, and by
// the mark in the environment that each child inherits; only one that leaves all three between two looks is missed.
// Callers: run-program.ts, group-tree.ts.
import { readdirSync, readFileSync } from 'node:fs';
import { programProcessesMax } from '../limits.ts';

/** A limit of the tree. */
export type Overstep = 'memory' | 'processes';

/** The processes of one program. */
export interface ProcessTree {
  /** Where a process enters its control group; null where there is none. */
  readonly entrance: string | null;
  /** The ids of those that live now. */
  list(): number[];
  /** The limit by which the kernel has stopped some of it; null: none, or the kernel does not say. */
  refused(): Overstep | null;
  /** Kills those that live now; new ones may come of a fork that was under way. */
  kill(): void;
  /** Lets go of the control group. */
  close(): void;
}

/** The mark in the environment of a program and all that comes of it. */
export const treeMark = 'CONSIGN_RUN';

/** A program's tree as /proc shows it. `leader` is the process that leads the program's session; `mark` is its own. */
export function openScannedTree(leader: number, mark: string): ProcessTree {
  /** Start times by process id, of those that are known to belong, and of those that are known not to. */
  const members = new Map<number, string>();
  const strangers = new Map<number, string>();
  // Who was there before the leader is none of its own: nobody else's environment is read.
  const since = Number(readProcess(leader)?.start ?? 0);
  const list = (): number[] => {
    const living = readProcesses(since);
    let found = true;
    while (found) {
      found = false;
      for (const one of living.values()) {
        if (members.get(one.pid) === one.start) continue;
        const isChild = living.get(one.parent)?.start === members.get(one.parent) && members.has(one.parent);
        if (!isChild && one.session !== leader && !bears(one, mark, strangers)) continue;
        members.set(one.pid, one.start);
        found = true;
      }
    }
    for (const [pid, start] of members) if (living.get(pid)?.start !== start) members.delete(pid);
    return [...members.keys()].filter((pid) => living.get(pid)?.state !== 'Z');
  };
  const kill = (): void => {
    for (const pid of list()) killOne(pid);
  };
  return { entrance: null, list, refused: () => null, kill, close: () => undefined };
}

/** The limit that these processes overstep just now; null: none. */
export function findOverstep(processes: readonly number[], memoryBytes: number): Overstep | null {
  if (processes.length > programProcessesMax) return 'processes';
  return processes.reduce((sum, pid) => sum + heldBytes(pid), 0) > memoryBytes ? 'memory' : null;
}

/**
 * What a process holds in memory that no file backs, in bytes; 0 when it is gone. The programs and libraries that it maps are left
 * out: all copies of a shell share them, and the kernel can give them up (proc(5): RssAnon, RssShmem).
 */
function heldBytes(pid: number): number {
  const held = [...readText(`/proc/${pid}/status`).matchAll(/^Rss(?:Anon|Shmem):\s+(\d+) kB$/gm)];
  return held.reduce((sum, [, kibibytes]) => sum + Number(kibibytes) * 1024, 0);
}

interface SeenProcess {
  readonly pid: number;
  readonly state: string;
  readonly parent: number;
  readonly session: number;
  readonly start: string;
}

/** Those that began then or later, in ticks since the machine began. */
function readProcesses(since: number): Map<number, SeenProcess> {
  const seen = new Map<number, SeenProcess>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const one = readProcess(Number(name));
    if (one !== null && Number(one.start) >= since) seen.set(one.pid, one);
  }
  return seen;
}

/** Null when it is gone. */
function readProcess(pid: number): SeenProcess | null {
  // proc(5): the second field is the program's name in brackets, and may hold anything.
  const text = readText(`/proc/${pid}/stat`);
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state = '', parent = '', , session = ''] = fields;
  const start = fields[19];
  if (start === undefined) return null;
  return { pid, state, parent: Number(parent), session: Number(session), start };
}

function bears({ pid, start }: SeenProcess, mark: string, strangers: Map<number, string>): boolean {
  if (strangers.get(pid) === start) return false;
  if (readText(`/proc/${pid}/environ`).split('\0').includes(`${treeMark}=${mark}`)) return true;
  strangers.set(pid, start);
  return false;
}

/** A file of /proc; empty when the process is gone, or another user's. */
function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (['ENOENT', 'ESRCH', 'EACCES', 'EPERM'].includes(code)) return '';
    throw error;
  }
}

function killOne(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    // It ended by itself, or has become another user.
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ESRCH' && code !== 'EPERM') throw error;
  }
}
