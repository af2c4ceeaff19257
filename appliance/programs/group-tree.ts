// Control groups of version 2, where the service manager delegates its unit's to the agent: each program gets a group below it, in
// which the kernel keeps hold of all that it starts, and, with the controllers that are to be had there, of its memory and tasks.
// Callers: agent.ts at the start, run-program.ts.
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { programTasksMax } from '../limits.ts';
import type { ProcessTree } from './process-tree.ts';

const procsFile = 'cgroup.procs';
const killFile = 'cgroup.kill';
const delegationFile = 'cgroup.subtree_control';
const ownGroup = 'agent';
const controllers = ['memory', 'pids'];

/**
 * The control group in which this agent may make groups: its unit's; null where there is none. Groups with limits may be made only
 * below one without processes, so an agent that is alone in its group moves into one below it. `mount` is the hierarchy's place.
 */
export function openDelegatedGroup(mount = '/sys/fs/cgroup'): string | null {
  const own = /^0::(\/.+)$/m.exec(readFileSync('/proc/self/cgroup', 'utf8'))?.[1];
  if (own === undefined) return null;
  const group = path.join(mount, own);
  if (!existsSync(path.join(group, killFile))) return null;
  const [first, ...others] = readWords(path.join(group, procsFile));
  if (first === String(process.pid) && others.length === 0) unlessRefused(() => passControllersOn(group));
  return group;
}

/** A program's tree in a control group below `parent`; null when the kernel refuses to make one. */
export function openGroupTree(parent: string, name: string, memoryBytes: number): ProcessTree | null {
  const group = path.join(parent, `consign-${name}`);
  if (!unlessRefused(() => mkdirSync(group))) return null;
  const passedOn = readWords(path.join(parent, delegationFile));
  const isHeld = (controller: string): boolean => passedOn.includes(controller);
  if (isHeld('memory')) holdMemory(group, memoryBytes);
  if (isHeld('pids')) writeFileSync(path.join(group, 'pids.max'), String(programTasksMax));
  return {
    entrance: path.join(group, procsFile),
    list: () => readWords(path.join(group, procsFile)).map(Number),
    refused: () => {
      if (countOf(group, 'memory.events', 'oom_kill') > 0) return 'memory';
      return countOf(group, 'pids.events', 'max') > 0 ? 'processes' : null;
    },
    kill: () => writeFileSync(path.join(group, killFile), '1'),
    close: () => removeGroup(group),
  };
}

function passControllersOn(group: string): void {
  const below = path.join(group, ownGroup);
  mkdirSync(below, { recursive: true });
  writeFileSync(path.join(below, procsFile), String(process.pid));
  const there = readWords(path.join(group, 'cgroup.controllers'));
  for (const controller of controllers.filter((each) => there.includes(each)))
    writeFileSync(path.join(group, delegationFile), `+${controller}`);
}

/** What does not fit is not put off into swap, and one that is killed for it takes the others along. */
function holdMemory(group: string, bytes: number): void {
  writeFileSync(path.join(group, 'memory.max'), String(bytes));
  writeFileSync(path.join(group, 'memory.oom.group'), '1');
  // A kernel without swap accounting has no such file.
  const swap = path.join(group, 'memory.swap.max');
  if (existsSync(swap)) writeFileSync(swap, '0');
}

/** A group in which something waits in the kernel, and can't be killed yet, stays: the unit's own end takes it along. */
function removeGroup(group: string): void {
  try {
    rmdirSync(group);
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (!['EBUSY', 'ENOTEMPTY'].includes(code)) throw error;
  }
}

/** False where the kernel does not let this user, or not here. */
function unlessRefused(change: () => void): boolean {
  try {
    change();
    return true;
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (['EACCES', 'EPERM', 'EROFS', 'ENOENT', 'EBUSY', 'EOPNOTSUPP'].includes(code)) return false;
    throw error;
  }
}

/** A count in a file of lines `name number`; 0 where there is none. */
function countOf(group: string, file: string, name: string): number {
  const words = readWords(path.join(group, file));
  const at = words.indexOf(name);
  return at === -1 ? 0 : Number(words[at + 1]);
}

/** The words of a file; none when it is not there. */
function readWords(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split(/\s+/).filter(Boolean);
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (['ENOENT', 'EOPNOTSUPP', 'ENODEV'].includes(code)) return [];
    throw error;
  }
}
