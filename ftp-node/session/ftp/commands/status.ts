// STAT: the session's state, or a listing on the control connection. Caller: command-table.ts.
import type { ControlConnection } from '../control-connection.ts';
import { formatLongLine } from '../entry-text.ts';
import { ftpLimits } from '../ftp-limits.ts';
import type { ReplyLetter } from '../ftp-srv-door.ts';
import { describeStatus } from '../session-status.ts';
import { listedEntries, withoutFlags } from './list.ts';

/** Without a path 211, with one 213 and its first entries. */
export async function showStatus(connection: ControlConnection, argument: string | null): Promise<void> {
  if (argument === null) return connection.reply(211, ...describeStatus(connection));
  const { files } = connection.requireSession();
  const lines: ReplyLetter[] = [];
  for await (const entry of listedEntries(files, files.resolve(withoutFlags(argument)))) {
    if (lines.length >= ftpLimits.statusEntriesMax) break;
    // The space in front keeps a name from being taken for the end of the reply (RFC 959 section 4.2).
    lines.push({ message: ` ${formatLongLine(entry, Date.now())}`, raw: true });
  }
  return connection.reply(213, 'Listing:', ...lines, 'End of listing.');
}
