// The parts of a delivery's page that say how to fetch it: the browser's button, how to check what arrived, lines for a
// server, and what a file transfer program needs. Lines are text in <code>; the script adds a Copy button to each.
import type { Delivery } from '#commlink/methods/fields.ts';
import type { NodeEndpoints } from '#commlink/methods/ftp-node-methods.ts';
import { humanSize } from '#commlink/pages/browser/human-size.ts';
import { renderCopyable, renderFacts, renderFold } from '#commlink/pages/components/parts.ts';
import { html, type Html } from '#commlink/pages/html.ts';
import { caFileName, type ClientCommands } from '../delivery/client-commands.ts';
import type { DownloadLinks } from '../delivery/download-links.ts';
import { siteFileName } from '../delivery/session-files.ts';
import { releaseHref } from './catalog/release-parts.ts';
import type { PageFrame } from './layout.ts';

/** Everything that a customer needs to fetch a delivery. */
export interface DeliveryAccess {
  readonly password: string;
  readonly links: DownloadLinks;
  readonly commands: ClientCommands;
  readonly endpoints: NodeEndpoints;
  readonly ownAuthority: boolean;
}

/** A line for a program, by the program's name. */
type NamedLine = readonly [program: string, line: string | null];

/** The browser's own button: HTTPS straight from the node. */
export function downloadButton(frame: PageFrame, delivery: Delivery, { links }: DeliveryAccess): Html {
  const texts = frame.texts.deliveries;
  if (links.https === null) return html`<p>${texts.noLink}</p>`;
  const size = humanSize(delivery.sizeBytes, frame.language);
  return html`<p class="get">
      <a class="button primary big" href="${links.https}"
        >${texts.get} <small>${texts.inThisBrowser(size)}</small></a
      >
    </p>
    <p class="fine">${texts.getNote}</p>`;
}

/** How to check what arrived. */
export function checkSection(frame: PageFrame, delivery: Delivery, commands: ClientCommands): Html {
  const texts = frame.texts.deliveries;
  const release = releaseHref(delivery.product, delivery.version);
  return html`<section aria-labelledby="check">
    <h2 id="check">${texts.check}</h2>
    <p>${texts.checkLead}</p>
    ${renderLines([['Linux', commands.sha256sum]])}
    <p>${texts.signed(html`<a href="${release}#sums">${texts.signedLink}</a>`)}</p>
    ${renderFold(
      texts.checkElsewhere,
      renderLines([
        ['macOS', commands.shasum],
        ['Windows PowerShell', commands.powershell],
        [texts.digest, delivery.sha256],
      ]),
    )}
  </section>`;
}

/** The lines for a machine without a browser. */
export function serverSection(frame: PageFrame, { commands, ownAuthority }: DeliveryAccess): Html {
  const texts = frame.texts.deliveries;
  const withPassword: NamedLine[] = [
    ['curl (FTPS)', commands.curlFtps],
    ['lftp (FTPS)', commands.lftp],
    ['sftp', commands.sftp],
    ['scp', commands.scp],
  ];
  const [first, ...others] = [
    ['curl', commands.curlHttps],
    ['wget', commands.wget],
    ['aria2', commands.aria2],
    ...withPassword,
  ].filter((line): line is [string, string] => line[1] !== null);
  const asksPassword = withPassword.some(([, line]) => line !== null);
  const more = html`${asksPassword ? html`<p>${texts.serverPassword}</p>` : null} ${renderLines(others)}`;
  return html`<section aria-labelledby="server">
    <h2 id="server">${texts.server}</h2>
    <p>${texts.serverLead}</p>
    ${ownAuthority ? html`<p>${texts.authority(html`<a href="/${caFileName}" download>${caFileName}</a>`)}</p>` : null}
    ${first ? renderLines([first]) : null} ${others.length > 0 ? renderFold(texts.more, more) : null}
  </section>`;
}

/** What FileZilla and the like are told: login, hosts, and files that bring these into their lists of sites. */
export function programSection(frame: PageFrame, delivery: Delivery, access: DeliveryAccess): Html | null {
  const { endpoints, password, links } = access;
  const { ftp, sftp } = endpoints;
  if (!ftp && !sftp) return null;
  const texts = frame.texts.deliveries;
  return html`<section aria-labelledby="program">
    <h2 id="program">${texts.program}</h2>
    <p>${texts.programLead}</p>
    ${renderFacts([
      [texts.login, renderCopyable(texts.login, delivery.login)],
      [texts.password, renderCopyable(texts.password, password)],
      [texts.sftp, sftp && texts.host(sftp.host, sftp.port)],
      [texts.ftps, ftp && html`${texts.host(ftp.host, ftp.port)}, ${texts.explicitTls}`],
      [texts.file, html`<code>/${delivery.path}</code>`],
      [texts.hostKey, sftp && hostKeys(sftp.hostKeyFingerprints, texts.hostKeyNote)],
    ])}
    ${links.sftp ? html`<p><a class="button" href="${links.sftp}">${texts.openSftp}</a></p>` : null}
    <h3>${texts.sessionFiles}</h3>
    ${siteFiles(frame, delivery)}
  </section>`;
}

/** The lines that go on with a download over this protocol; empty when there is none. */
export function resumeLines(
  protocol: string,
  { commands }: Pick<DeliveryAccess, 'commands'>,
): readonly NamedLine[] {
  const lines: Readonly<Record<string, readonly NamedLine[]>> = {
    https: [['curl', commands.curlHttps]],
    ftps: [
      ['lftp', commands.lftp],
      ['curl', commands.curlFtps],
    ],
    sftp: [['sftp', commands.sftp]],
  };
  return lines[protocol] ?? [];
}

/** Lines below each other, each with its program's name; those that are null are left out. */
export function renderLines(lines: readonly NamedLine[]): Html {
  const items = lines.map(([program, line]) =>
    line === null
      ? null
      : html`<div>
          <dt>${program}</dt>
          <dd>${renderCopyable(program, line)}</dd>
        </div>`,
  );
  return html`<dl class="lines">${items}</dl>`;
}

function siteFiles(frame: PageFrame, delivery: Delivery): Html {
  const texts = frame.texts.deliveries;
  const winScpFile = siteFileName(delivery, 'ini');
  const entry = (file: string, name: string, use: Html | string) =>
    html`<li>
      <div>
        <a href="/deliveries/${delivery.id}/${file}" download>${name}</a>
        <p class="fine">${use}</p>
      </div>
    </li>`;
  return html`<ul class="list">
    ${entry('filezilla.xml', texts.fileZilla, texts.fileZillaUse)}
    ${entry('winscp.ini', texts.winScp, texts.winScpUse(winScpFile))}
  </ul>`;
}

function hostKeys(fingerprints: readonly string[], note: string): Html {
  return html`${fingerprints.map((line) => html`<code class="host-key">${line}</code>`)}
    <small>${note}</small>`;
}
