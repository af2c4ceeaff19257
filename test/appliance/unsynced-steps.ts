// Finds what a power cut could lose: steps of the agent's disk after which something is said to be there that was not synced before. A
// killed process leaves the kernel's caches alone, so power-loss.test.ts can't see this by killing.
import { dirname, sep } from 'node:path';
import type { DiskStep } from '#appliance/state/disk.ts';

/**
 * What is wrong with the order of the steps; none: nothing. A file or folder is synced, with all that is in it, before it is renamed to
 * where it counts; and when the journal says that something is so, all of it is synced, names in their folders too.
 */
export function findUnsynced(steps: readonly DiskStep[], journal: string): string[] {
  const dirty = new Set<string>();
  const faults: string[] = [];
  const within = (folder: string): string[] =>
    [...dirty].filter((each) => each === folder || each.startsWith(folder + sep));
  const forget = (gone: string): void => within(gone).forEach((each) => dirty.delete(each));
  for (const { kind, path, from } of steps) {
    switch (kind) {
      case 'sync':
        dirty.delete(path);
        continue;
      case 'write':
      case 'rights':
        dirty.add(path);
        continue;
      case 'create':
        dirty.add(path);
        break;
      case 'remove':
        forget(path);
        break;
      case 'rename':
        if (from === undefined) throw new Error(`Nothing is renamed to ${path}.`);
        faults.push(...within(from).map((each) => `${path} is put in place before ${each} is synced`));
        if (path === journal)
          faults.push(...lasting(dirty, from).map((each) => `the journal speaks before ${each} is synced`));
        forget(from);
        break;
      case 'folder':
      case 'link':
    }
    // Its name, in its folder.
    dirty.add(dirname(path));
  }
  return faults;
}

/** The beginning of a download is checked before it is used; the journal's own folder is synced after its next content is there. */
function lasting(dirty: ReadonlySet<string>, next: string): string[] {
  return [...dirty].filter((each) => !each.endsWith('.part') && each !== dirname(next));
}
