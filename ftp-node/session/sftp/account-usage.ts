// Adds up what an account's directory holds, as the account sees it. Caller: sftp-answers.ts, for `df`.
// A file that is linked twice counts twice: that is what a download of the whole tree would need.
import { parseCustomerPath, rootPath, type CustomerPath } from '../customer-path.ts';
import { AccountDirectoryError, type AccountDirectory, type DirectoryEntry } from '../session-services.ts';
import { sftpLimits } from './sftp-limits.ts';

/** The block that sizes are counted in. */
export const usageBlockBytes = 4096;

/** Files and directories, and the blocks that the files fill. */
export interface AccountUsage {
  readonly entryCount: number;
  readonly blockCount: number;
}

/** Null when there are more than `countedEntriesMax` entries. Throws AccountDirectoryError, and the signal's reason. */
export async function measureUsage(
  directory: AccountDirectory,
  signal: AbortSignal,
): Promise<AccountUsage | null> {
  let entryCount = 1;
  let blockCount = 0;
  const waiting = [rootPath];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    for await (const entry of listIfThere(directory, path)) {
      signal.throwIfAborted();
      entryCount += 1;
      if (entryCount > sftpLimits.countedEntriesMax) return null;
      blockCount += Math.ceil(entry.sizeBytes / usageBlockBytes);
      if (entry.kind === 'directory') waiting.push(parseCustomerPath(entry.name, path));
    }
  }
  return { entryCount, blockCount };
}

/** A release that is withdrawn while we count holds nothing any more. */
async function* listIfThere(directory: AccountDirectory, path: CustomerPath): AsyncGenerator<DirectoryEntry> {
  try {
    yield* directory.list(path);
  } catch (error) {
    if (!(error instanceof AccountDirectoryError && error.code === 'not_found')) throw error;
  }
}
