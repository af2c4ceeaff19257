// STAT: the session's state, or a listing on the control connection. Caller: command-table.ts.
import type { ControlConnection } from '../control-connection.ts';
import { ftpLimits } from '../ftp-limits.ts';
import type { ReplyLetter } from '../ftp-srv-door.ts';
import { parseListRequest } from '../list-request.ts';
import { listingLines } from '../listing.ts';
import { describeStatus } from '../session-status.ts';

/** Without a path 211, with one 213 and its first entries. */
export async function showStatus(connection: ControlConnection, argument: string | null): Promise<void> {
  if (argument === null) return connection.reply(211, ...describeStatus(connection));
  const { files } = connection.requireSession();
  const lines: ReplyLetter[] = [];
  for await (const line of listingLines(files, parseListRequest(argument, 'long'))) {
    if (lines.length >= ftpLimits.statusEntriesMax) break;
    // The space in front keeps a name from being taken for the end of the reply (RFC 959 section 4.2).
    lines.push({ message: ` ${line}`, raw: true });
  }
  return connection.reply(213, 'Listing:', ...lines, 'End of listing.');
}
