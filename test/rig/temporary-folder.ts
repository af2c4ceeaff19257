// A folder of its own for each test, with a short path (Unix sockets have room for 107 bytes), removed afterwards.
// Callers: the tests of bin and deploy, and the rig.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Makes a folder for the test `t` with these files (name to text; null makes a folder); returns its path. */
export function temporaryFolder(
  t: { readonly teardown: (done: () => void) => void },
  files: Readonly<Record<string, string | null>> = {},
): string {
  const folder = mkdtempSync(join(tmpdir(), 'consign-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) {
    if (text === null) mkdirSync(join(folder, name));
    else writeFileSync(join(folder, name), text);
  }
  return folder;
}
