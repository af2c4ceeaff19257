// The lines that a customer can paste into a terminal to fetch one delivery. No line holds the password, which other
// users of that machine could read in its list of processes: each client asks for it. All of them resume.
// Called by the delivery page and the API.
import { bracketIpv6, formatHostPort } from '#commlink/host-port.ts';
import type { Delivery } from '#commlink/methods/fields.ts';
import type { NodeEndpoints } from '#commlink/methods/ftp-node-methods.ts';
import type { DownloadLinks } from './download-links.ts';
import { escapeForOpenSsh, quoteForLftp, quoteForPowerShell, quoteForShell } from './shell-quote.ts';

/** One line per client, for POSIX shells unless the name says otherwise; null where its protocol is not offered. */
export interface ClientCommands {
  readonly curlHttps: string | null;
  readonly wget: string | null;
  readonly aria2: string | null;
  readonly curlFtps: string | null;
  readonly lftp: string | null;
  readonly sftp: string | null;
  readonly scp: string | null;
  readonly sha256sum: string;
  readonly shasum: string;
  readonly powershell: string;
}

/** The name under which the page offers the certificate authority, and the commands look for it. */
export const caFileName = 'consign-ca.pem';

/** What the lines are made from. */
export interface CommandSource {
  readonly delivery: Pick<Delivery, 'path' | 'file' | 'login' | 'sha256'>;
  readonly endpoints: NodeEndpoints;
  readonly links: DownloadLinks;
  /** Whether the certificates come from an authority that the customer's machine has to be told of. */
  readonly ownAuthority: boolean;
}

/** Builds the lines. */
export function clientCommands(source: CommandSource): ClientCommands {
  const { delivery } = source;
  const { sha256 } = delivery;
  const digestLine = quoteForShell(`${sha256}  ${delivery.file}`);
  return {
    ...curlCommands(source),
    ...serverCommands(source),
    lftp: lftpCommand(source),
    ...sshCommands(source),
    sha256sum: `echo ${digestLine} | sha256sum -c`,
    shasum: `echo ${digestLine} | shasum -a 256 -c`,
    powershell: `(Get-FileHash -LiteralPath ${quoteForPowerShell(delivery.file)}).Hash -eq '${sha256}'`,
  };
}

function curlCommands({ delivery, links, ownAuthority }: CommandSource) {
  const file = quoteForShell(delivery.file);
  const authority = ownAuthority ? ` --cacert ${caFileName}` : '';
  const { https, ftp } = links;
  return {
    // --fail keeps an error page from being appended to the file that -C - goes on with.
    curlHttps: https && `curl --fail${authority} -C - -o ${file} ${quoteForShell(https)}`,
    curlFtps:
      ftp && `curl --ssl-reqd${authority} --user ${delivery.login} -C - -o ${file} ${quoteForShell(ftp)}`,
  };
}

/** What servers have, or fetch with by choice; both go on with a part, and aria2 compares the digest at the end. */
function serverCommands({ delivery, links: { https }, ownAuthority }: CommandSource) {
  if (https === null) return { wget: null, aria2: null };
  const url = quoteForShell(https);
  const authority = ownAuthority ? ` --ca-certificate=${caFileName}` : '';
  return {
    wget: `wget -c${authority} ${quoteForShell(`--output-document=${delivery.file}`)} ${url}`,
    aria2: `aria2c -c${authority} --checksum=sha-256=${delivery.sha256} ${quoteForShell(`--out=${delivery.file}`)} ${url}`,
  };
}

function lftpCommand({ delivery, endpoints: { ftp }, ownAuthority }: CommandSource): string | null {
  if (!ftp) return null;
  const script = quoteForShell(lftpScript(delivery.path, ownAuthority));
  return `lftp -u ${delivery.login} -e ${script} ftp://${formatHostPort(ftp)}`;
}

function sshCommands({ delivery, endpoints: { sftp } }: CommandSource) {
  if (!sftp) return { sftp: null, scp: null };
  const place = `${delivery.login}@${bracketIpv6(sftp.host)}:${escapeForOpenSsh(delivery.path)}`;
  const sshPath = quoteForShell(place);
  return { sftp: `sftp -a -P ${sftp.port} ${sshPath}`, scp: `scp -P ${sftp.port} ${sshPath} .` };
}

function lftpScript(path: string, ownAuthority: boolean): string {
  const settings = ['set ftp:ssl-force yes', 'set ftp:ssl-protect-data yes'];
  if (ownAuthority) settings.push(`set ssl:ca-file ${caFileName}`);
  return [...settings, `get -c ${quoteForLftp(path)}`, 'exit'].join('; ');
}
