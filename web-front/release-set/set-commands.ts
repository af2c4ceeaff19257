// What fetches a whole release: a line for lftp, and a list for aria2. The line asks for the password, which would show in a
// list of processes; the list holds links that are as good as one. Called by the release's page and the API.
import { formatHostPort } from '#commlink/host-port.ts';
import { caFileName } from '../delivery/client-commands.ts';
import { downloadLinks } from '../delivery/download-links.ts';
import type { ReadyDelivery } from '../delivery/request-delivery.ts';
import { quoteForLftp, quoteForShell } from '../delivery/shell-quote.ts';
import type { NodeFiles } from './stage-set.ts';

/** How many files lftp fetches at the same time. */
const parallelTransfers = 3;

/** A line for POSIX shells that mirrors the release's files of one node into a folder; null where it offers no FTPS. */
export function mirrorCommand(files: NodeFiles, ownAuthority: boolean): string | null {
  const first = files.ready[0];
  const ftp = first?.endpoints.ftp;
  if (!first || !ftp) return null;
  const { login, product, version } = first.delivery;
  const script = [
    'set ftp:ssl-force yes',
    'set ftp:ssl-protect-data yes',
    ...(ownAuthority ? [`set ssl:ca-file ${caFileName}`] : []),
    `mirror -c --parallel=${parallelTransfers} ${quoteForLftp(`${product}/${version}`)} ${quoteForLftp(`${product}-${version}`)}`,
    'exit',
  ].join('; ');
  return `lftp -u ${login} -e ${quoteForShell(script)} ftp://${formatHostPort(ftp)}`;
}

/**
 * The input file of aria2 (`aria2c -i`): each file's link, name and digest; null where a node offers no HTTPS. An option's
 * value goes to the end of its line, and no file name has a line's end in it.
 */
export function aria2List(ready: readonly ReadyDelivery[]): string | null {
  const entries = ready.map(({ delivery, endpoints, credentials }) => {
    const { https } = downloadLinks(delivery, endpoints, credentials.urlToken);
    const { file, sha256 } = delivery;
    return https && `${https}\n  out=${file}\n  checksum=sha-256=${sha256}\n  continue=true\n`;
  });
  return entries.includes(null) ? null : entries.join('');
}
