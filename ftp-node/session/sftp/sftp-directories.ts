// Directories that a client reads, in replies of bounded size: what is not asked for yet is not read yet, so that one of
// 150,000 entries costs no more memory than a small one. Callers: sftp-answers.ts; sftp-handles.ts keeps them open.
import type { CustomerPath } from '../customer-path.ts';
import type { AccountDirectory, DirectoryEntry } from '../session-services.ts';
import { encodeEntry } from './sftp-encode.ts';
import { sftpLimits } from './sftp-limits.ts';

/** A directory that is being read. */
export interface OpenDirectory {
  readonly entry: DirectoryEntry;
  readonly entries: AsyncIterator<DirectoryEntry>;
  /** An entry that did not fit into the last reply. */
  held: Buffer | null;
}

/** Begins to read a directory; null when `path` is a file. Throws AccountDirectoryError. */
export async function openDirectory(
  account: AccountDirectory,
  path: CustomerPath,
): Promise<OpenDirectory | null> {
  const entry = await account.describe(path);
  if (entry.kind !== 'directory') return null;
  return { entry, entries: account.list(path)[Symbol.asyncIterator](), held: null };
}

/** As many encoded entries as fit into one reply; none at the end. */
export async function readDirectory(directory: OpenDirectory): Promise<Buffer[]> {
  const now = new Date();
  const lines: Buffer[] = [];
  let totalBytes = 0;
  while (lines.length < sftpLimits.directoryReplyEntries) {
    const line = directory.held ?? (await readLine(directory, now));
    directory.held = null;
    if (line === null) break;
    if (totalBytes + line.length > sftpLimits.directoryReplyBytes) {
      directory.held = line;
      break;
    }
    totalBytes += line.length;
    lines.push(line);
  }
  return lines;
}

async function readLine(directory: OpenDirectory, now: Date): Promise<Buffer | null> {
  const next = await directory.entries.next();
  return next.done === true ? null : encodeEntry(next.value, now);
}
