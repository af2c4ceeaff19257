// Before the launcher, as root, reads or writes in the directory that the web-front's user owned while it ran: takes the
// directory back, and refuses one in which there is anything but the files of a configuration. A taken-over web-front could
// else leave links there, and have root overwrite what they lead to. Called by prepare-state.ts, with nothing running;
// the web-front gives the directory away again when it starts (web-front/drop-privileges.ts).
// Source: open(2) O_NOFOLLOW; who owns a directory no longer can't use it, not even from inside, once it is 0700 root's.
import {
  closeSync,
  constants,
  existsSync,
  fchmodSync,
  fchownSync,
  fstatSync,
  openSync,
  readdirSync,
} from 'node:fs';
import { StartupError } from '#commlink/process-lifecycle.ts';
import type { StateLayout } from './state-directory.ts';

/** A configuration directory has folders of files, and no folder in them. */
const foldersDeepMax = 1;

/** Takes it back when this is root. Throws StartupError `CONFIGURATION_DAMAGED` for what Consign did not put there. */
export function takeBackWebFront(layout: StateLayout): void {
  const directory = layout.configurationDirectory('web-front');
  if (process.geteuid?.() === 0 && existsSync(directory)) takeBack(directory, directory, 0);
}

/** `shown` is the path for people; `path` leads through open directories, which nobody can exchange meanwhile. */
function takeBack(path: string, shown: string, depth: number): void {
  const descriptor = openPlain(path, shown);
  try {
    const status = fstatSync(descriptor);
    const isFolder = status.isDirectory() && depth <= foldersDeepMax;
    const isFile = status.isFile() && status.nlink === 1 && depth > 0;
    if (!isFolder && !isFile) throw foreign(shown);
    fchownSync(descriptor, 0, 0);
    if (isFile) return;
    fchmodSync(descriptor, 0o700);
    const self = `/proc/self/fd/${descriptor}`;
    for (const name of readdirSync(self)) takeBack(`${self}/${name}`, `${shown}/${name}`, depth + 1);
  } finally {
    closeSync(descriptor);
  }
}

function openPlain(path: string, shown: string): number {
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
  try {
    return openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  } catch (cause) {
    throw foreign(shown, cause);
  }
}

function foreign(shown: string, cause?: unknown): StartupError {
  return new StartupError(
    'CONFIGURATION_DAMAGED',
    `${shown} is nothing that Consign puts there: the web-front, which owned this directory, may have been taken over. Look into it, evict the node, remove its configuration directory and join it anew.`,
    { cause },
  );
}
