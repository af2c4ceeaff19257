// The line of `ls -l` that SFTP version 3 sends with each name; clients show it, and some take it apart.
// Caller: sftp-encode.ts. Owner, group and link count are the same for all: they say nothing about this machine.
import type { DirectoryEntry } from '../session-services.ts';

const monthNames = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');
/** As ls(1): within half a year the time of day is shown, and the year otherwise. */
const recentMs = (365.2425 / 2) * 24 * 3600 * 1000;

/** For example `-r--r--r--    1 consign  consign      1024 Nov 22 01:47 setup.exe`, in UTC. */
export function formatLongName(entry: DirectoryEntry, now: Date): string {
  const mode = entry.kind === 'directory' ? 'dr-xr-xr-x' : '-r--r--r--';
  const size = String(entry.sizeBytes).padStart(12);
  return `${mode}    1 consign  consign  ${size} ${formatTime(new Date(entry.modifiedAtMs), now)} ${entry.name}`;
}

function formatTime(time: Date, now: Date): string {
  const month = monthNames[time.getUTCMonth()] ?? 'Jan';
  const day = String(time.getUTCDate()).padStart(2);
  const ageMs = now.getTime() - time.getTime();
  const isRecent = ageMs >= 0 && ageMs < recentMs;
  const last = isRecent ? time.toISOString().slice(11, 16) : String(time.getUTCFullYear()).padStart(5);
  return `${month} ${day} ${last}`;
}
