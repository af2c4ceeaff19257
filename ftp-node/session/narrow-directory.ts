// An account's directory for somebody who may see one file of it: the file and the directories that lead to it, as though
// nothing else were there. Caller: build-session-services.ts, for the logins of appliances. Trusts the account's own directory with
// everything but what may be seen.
import { join } from 'node:path/posix';
import { parseCustomerPath, type CustomerPath } from './customer-path.ts';
import { AccountDirectoryError, type AccountDirectory, type DirectoryEntry } from './session-services.ts';

/** `directory` with `file` (`<product>/<version>/<file>`) in it and nothing else. Throws CustomerPathError. */
export function narrowDirectory(directory: AccountDirectory, file: string): AccountDirectory {
  const seen = parseCustomerPath(file);
  const check = (path: CustomerPath): CustomerPath => {
    if (leadsTo(path, seen)) return path;
    throw new AccountDirectoryError('not_found', 'There is no such file or directory.');
  };
  return {
    describe: async (path) => directory.describe(check(path)),
    list: (path) => listSeen(directory.list(check(path)), (name) => leadsTo(join(path, name), seen)),
    openFile: async (path) => directory.openFile(check(path)),
  };
}

/** Whether `path` is the file, or a directory on the way to it. */
function leadsTo(path: string, file: CustomerPath): boolean {
  return path === '/' || path === file || file.startsWith(`${path}/`);
}

async function* listSeen(
  entries: AsyncIterable<DirectoryEntry>,
  isSeen: (name: string) => boolean,
): AsyncGenerator<DirectoryEntry> {
  for await (const entry of entries) if (isSeen(entry.name)) yield entry;
}
