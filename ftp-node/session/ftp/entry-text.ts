// A directory entry as a line: the long form of LIST, which every client knows how to read, and the facts of RFC 3659.
// Callers: the listing commands. Times are UTC.
import type { DirectoryEntry } from '../session-services.ts';

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;
const halfYearMs = 182 * 24 * 3600 * 1000;

/** The facts that MLST and MLSD know, in the order in which they are sent (RFC 3659 section 7.5). */
export const factNames = ['type', 'size', 'modify', 'perm', 'unique'] as const;
/** The name of a fact. */
export type FactName = (typeof factNames)[number];

/** `-r--r--r-- 1 consign consign 1234 Nov 22 10:15 name`; the year in place of the time when half a year away. */
export function formatLongLine(entry: DirectoryEntry, nowMs: number): string {
  const mode = entry.kind === 'directory' ? 'dr-xr-xr-x' : '-r--r--r--';
  const size = String(entry.sizeBytes).padStart(13);
  return `${mode} 1 consign consign ${size} ${formatListTime(entry.modifiedAtMs, nowMs)} ${entry.name}`;
}

/**
 * `type=file;size=1234;modify=20261122101500;perm=r;unique=1f3; name` (RFC 3659 section 7), with the chosen facts;
 * `name` as it is to be shown.
 */
export function formatFacts(entry: DirectoryEntry, name: string, facts: readonly FactName[]): string {
  const shown = facts.map((fact) => {
    const value = factOf(entry, fact);
    return value === null ? '' : `${fact}=${value};`;
  });
  return `${shown.join('')} ${name}`;
}

function factOf(entry: DirectoryEntry, fact: FactName): string | null {
  const isFile = entry.kind === 'file';
  switch (fact) {
    case 'type':
      return isFile ? 'file' : 'dir';
    case 'size':
      return isFile ? String(entry.sizeBytes) : null;
    case 'modify':
      return formatTimeValue(entry.modifiedAtMs);
    case 'perm':
      return isFile ? 'r' : 'el';
    case 'unique':
      return entry.unique ?? null;
  }
}

/** YYYYMMDDHHMMSS (RFC 3659 section 2.3), without the fraction that makes clients stumble (defect 14 of ftp-srv). */
export function formatTimeValue(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 19).replaceAll(/[-T:]/g, '');
}

/** Whether a name can stand in a line; one with a control character in it cannot be asked for either. */
export function isOneLine(name: string): boolean {
  // oxlint-disable-next-line no-control-regex -- control characters are what this looks for
  return !/[\u0000-\u001f\u007f]/.test(name);
}

function formatListTime(atMs: number, nowMs: number): string {
  const date = new Date(atMs);
  const day = `${months[date.getUTCMonth()]} ${String(date.getUTCDate()).padStart(2)}`;
  if (Math.abs(nowMs - atMs) > halfYearMs) return `${day}  ${date.getUTCFullYear()}`;
  return `${day} ${date.toISOString().slice(11, 16)}`;
}
