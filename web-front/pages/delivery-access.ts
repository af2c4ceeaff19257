// The part of a delivery's page that says how to fetch it: the browser's button, the login, a line for each client, and
// how to check what arrived. Lines are text in <code>; the script adds a Copy button to each.
import type { Delivery } from '#commlink/methods/fields.ts';
import type { NodeEndpoints } from '#commlink/methods/ftp-node-methods.ts';
import { html, type Html } from '#commlink/pages/html.ts';
import { caFileName, type ClientCommands } from '../delivery/client-commands.ts';
import type { DownloadLinks } from '../delivery/download-links.ts';
import { humanSize } from '#commlink/pages/browser/human-size.ts';
import { timeText } from '#commlink/pages/sizes-and-times.ts';

/** Everything that a customer needs to fetch a delivery. */
export interface DeliveryAccess {
  readonly password: string;
  readonly links: DownloadLinks;
  readonly commands: ClientCommands;
  readonly endpoints: NodeEndpoints;
  readonly ownAuthority: boolean;
}

/** The browser's own button: HTTPS straight from the node. */
export function downloadButton(delivery: Delivery, { links }: DeliveryAccess): Html {
  if (links.https === null) {
    return html`<p>
      The file is ready. Fetch it with one of the programs below; this service offers no link.
    </p>`;
  }
  return html`<p class="get">
      <a class="button primary big" href="${links.https}"
        >Download <small>${humanSize(delivery.sizeBytes)}, in this browser</small></a
      >
    </p>
    <p class="fine">
      An interrupted download resumes where it stopped. This link works without signing in until
      ${timeText(delivery.expiresAtMs)}: treat it like a password.
    </p>`;
}

/** The sections for other clients, and for checking what arrived. */
export function otherClients(delivery: Delivery, access: DeliveryAccess): Html {
  return html`${loginSection(delivery, access)} ${commandsSection(access)}
  ${checkSection(delivery, access.commands)}`;
}

function loginSection(delivery: Delivery, { password, endpoints, links }: DeliveryAccess): Html | null {
  const { ftp, sftp } = endpoints;
  if (!ftp && !sftp) return null;
  return html`<section class="card" aria-labelledby="login">
    <h2 id="login">With a file transfer program</h2>
    <p>
      FileZilla, WinSCP, Cyberduck and others:
      ${links.sftp ? html`<a href="${links.sftp}">open over SFTP</a>, or fill in by hand.` : 'fill in by hand.'}
    </p>
    <dl class="facts-table">
      <dt>Login</dt>
      <dd>${copyable('login', delivery.login)}</dd>
      <dt>Password</dt>
      <dd>${copyable('password', password)}</dd>
      ${
        sftp
          ? html`<dt>SFTP</dt>
              <dd>host <code>${sftp.host}</code>, port <code>${sftp.port}</code></dd>`
          : null
      }
      ${
        ftp
          ? html`<dt>FTPS</dt>
              <dd>host <code>${ftp.host}</code>, port <code>${ftp.port}</code>, explicit TLS</dd>`
          : null
      }
      <dt>File</dt>
      <dd><code>/${delivery.path}</code></dd>
      ${
        sftp
          ? html`<dt>Host key</dt>
              <dd>
                ${sftp.hostKeyFingerprints.map((line) => html`<code class="block">${line}</code>`)}
                <small>Your client shows one of these when it connects for the first time.</small>
              </dd>`
          : null
      }
    </dl>
    <p class="fine">Login and password were made for this delivery and end with it.</p>
  </section>`;
}

function commandsSection({ commands, ownAuthority }: DeliveryAccess): Html {
  return html`<section class="card" aria-labelledby="commands">
    <h2 id="commands">From a terminal</h2>
    <p>
      The clients ask for the password above, so that it shows in no list of processes. Run the same line
      again to resume; <code>scp</code> starts over.
    </p>
    ${
      ownAuthority
        ? html`<p>
            This service has a certificate authority of its own: save
            <a href="/${caFileName}" download>${caFileName}</a> into the folder where you run these lines.
          </p>`
        : null
    }
    ${command('curl over HTTPS', commands.curlHttps)} ${command('curl over FTPS', commands.curlFtps)}
    ${command('lftp over FTPS', commands.lftp)} ${command('sftp', commands.sftp)}
    ${command('scp', commands.scp)}
  </section>`;
}

function checkSection(delivery: Delivery, commands: ClientCommands): Html {
  return html`<section class="card" aria-labelledby="check">
    <h2 id="check">Check what arrived</h2>
    <p>SHA-256 ${copyable('SHA-256', delivery.sha256)}</p>
    ${command('Linux', commands.sha256sum)} ${command('macOS', commands.shasum)}
    ${command('Windows PowerShell', commands.powershell)}
  </section>`;
}

function command(label: string, line: string | null): Html | null {
  if (line === null) return null;
  return html`<h3>${label}</h3>
    <p class="copyable"><code data-copy="${label}">${line}</code></p>`;
}

function copyable(what: string, text: string): Html {
  return html`<span class="copyable"><code data-copy="${what}">${text}</code></span>`;
}
