// Files that bring a delivery into the site lists of FileZilla and WinSCP. Neither holds the password: it would outlive the
// moment in a folder of downloads. Called by the routes of these files.
// Forms: FileZilla 3's export of sites (Site Manager, `FileZilla3/Servers/Server`); WinSCP's configuration as an INI file,
// strings escaped as PuTTY does in the registry (WinSCP's HierarchicalStorage.cpp, SessionData.cpp).
import type { Delivery } from '#commlink/methods/fields.ts';
import type { NodeEndpoints } from '#commlink/methods/ftp-node-methods.ts';

/** What the files are made from. */
export interface SiteSource {
  readonly delivery: Pick<Delivery, 'id' | 'product' | 'version' | 'path' | 'login'>;
  readonly endpoints: Pick<NodeEndpoints, 'ftp' | 'sftp'>;
}

interface Site {
  readonly name: string;
  readonly protocol: 'sftp' | 'ftps';
  readonly host: string;
  readonly port: number;
}

/** The numbers of FileZilla: SFTP, and FTP that requires explicit TLS; the password is asked for. */
const fileZillaNumbers = { sftp: 1, ftps: 4, askForPassword: 2 } as const;
/** Those of WinSCP: SFTP without SCP in its place, and FTP with explicit TLS. */
const winScpProtocols = { sftp: 'FSProtocol=2', ftps: 'FSProtocol=5\r\nFtps=3' } as const;

/** `sites.xml` for FileZilla. */
export function fileZillaSites(source: SiteSource): string {
  const { delivery } = source;
  const folder = delivery.path.split('/').slice(0, -1);
  const servers = sitesOf(source).map(
    ({ name, protocol, host, port }) => `\t\t<Server>
\t\t\t<Host>${escapeXml(host)}</Host>
\t\t\t<Port>${port}</Port>
\t\t\t<Protocol>${fileZillaNumbers[protocol]}</Protocol>
\t\t\t<Type>0</Type>
\t\t\t<User>${escapeXml(delivery.login)}</User>
\t\t\t<Logontype>${fileZillaNumbers.askForPassword}</Logontype>
\t\t\t<EncodingType>Auto</EncodingType>
\t\t\t<BypassProxy>0</BypassProxy>
\t\t\t<Name>${escapeXml(name)}</Name>
\t\t\t<RemoteDir>${escapeXml(fileZillaPath(folder))}</RemoteDir>
\t\t\t<SyncBrowsing>0</SyncBrowsing>
\t\t\t<DirectoryComparison>0</DirectoryComparison>
\t\t</Server>`,
  );
  return `<?xml version="1.0" encoding="UTF-8"?>
<FileZilla3>
\t<Servers>
${servers.join('\n')}
\t</Servers>
</FileZilla3>
`;
}

/** A configuration for WinSCP, to be named with `/ini=`. Lines end as on Windows. */
export function winScpSites(source: SiteSource): string {
  const { login, path } = source.delivery;
  const folder = `/${path.split('/').slice(0, -1).join('/')}`;
  const sections = sitesOf(source).map(({ name, protocol, host, port }) =>
    [
      `[Sessions\\${escapeAsPutty(name)}]`,
      `HostName=${escapeAsPutty(host)}`,
      `PortNumber=${port}`,
      `UserName=${escapeAsPutty(login)}`,
      winScpProtocols[protocol],
      `RemoteDirectory=${escapeAsPutty(folder)}`,
      '',
    ].join('\r\n'),
  );
  return sections.join('\r\n');
}

/** A name for either file: of the delivery, in plain letters. */
export function siteFileName({ product, version }: SiteSource['delivery'], ending: 'xml' | 'ini'): string {
  return `consign-${product}-${version.replace(/[^\w.-]/g, '_')}.${ending}`;
}

function sitesOf({ delivery, endpoints: { sftp, ftp } }: SiteSource): Site[] {
  const name = `${delivery.product} ${delivery.version}`;
  const sites: Site[] = [];
  if (sftp) sites.push({ name: `${name} (SFTP)`, protocol: 'sftp', host: sftp.host, port: sftp.port });
  if (ftp) sites.push({ name: `${name} (FTPS)`, protocol: 'ftps', host: ftp.host, port: ftp.port });
  return sites;
}

/** Type of server, no prefix, and each segment with its length; names of products and versions are ASCII. */
function fileZillaPath(segments: readonly string[]): string {
  return ['1 0', ...segments.map((segment) => `${segment.length} ${segment}`)].join(' ');
}

function escapeXml(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
  };
  return text.replace(/[&<>"]/g, (character) => entities[character] ?? character);
}

/** Bytes that PuTTY escapes; what is not ASCII is UTF-8 after a byte order mark, as WinSCP writes it. */
function escapeAsPutty(text: string): string {
  const isAscii = !/[^\0-\x7f]/.test(text);
  const bytes = Buffer.from(isAscii ? text : `\uFEFF${text}`);
  const escaped = Array.from(bytes, (byte, index) => {
    const character = String.fromCharCode(byte);
    const isPlain = byte > 0x20 && byte <= 0x7e && !'\\*?%]'.includes(character);
    return isPlain && !(index === 0 && character === '.')
      ? character
      : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  });
  return escaped.join('');
}
