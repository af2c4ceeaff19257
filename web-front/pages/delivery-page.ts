// The page of one delivery: its state, every way to fetch it, how to check the file, and the downloads as they run.
// The parts for the clients are in delivery-access.ts, the downloads in delivery-progress.ts.
import type { Delivery, Download } from '#commlink/methods/fields.ts';
import { html, type Html } from '#commlink/pages/html.ts';
import { nameRequester } from '../delivery/requester.ts';
import { downloadButton, otherClients, type DeliveryAccess } from './delivery-access.ts';
import { downloadsSection, isRunning } from './delivery-progress.ts';
import { stateTag } from './deliveries-page.ts';
import { formTokenField, renderPage, type PageFrame, type Viewer } from './layout.ts';
import { sizeText, timeText } from '#commlink/pages/sizes-and-times.ts';

/** What the page shows. `access` is null when this browser has no credentials for the delivery, or its node is away. */
export interface DeliveryView {
  readonly delivery: Delivery;
  readonly downloads: readonly Download[];
  readonly access: DeliveryAccess | null;
  /** Whether this browser holds the credentials: tells the two reasons for a missing `access` apart. */
  readonly hasCredentials: boolean;
}

/** The page. */
export function deliveryPage(frame: PageFrame, viewer: Viewer, view: DeliveryView): string {
  const { delivery } = view;
  const isLive = delivery.state === 'staged' || delivery.state === 'requested';
  // The page's script follows the downloads over the API; where that is not offered, a link reloads the page.
  const isFollowed = isLive && frame.offersApi;
  const main = html`<article data-delivery="${delivery.id}" data-live="${isFollowed ? 'yes' : 'no'}">
    <header class="delivery-head">
      <p class="crumbs"><a href="/deliveries">Deliveries</a></p>
      <h1 class="name">${delivery.file}</h1>
      <p class="facts">
        ${stateTag(delivery.state)} ${delivery.product} ${delivery.version} · ${sizeText(delivery.sizeBytes)}
        ${isLive ? html` · until ${timeText(delivery.expiresAtMs)}` : null}
      </p>
    </header>
    ${isLive ? liveBody(viewer, view) : endedBody(viewer, delivery)} ${downloadsSection(view)}
    ${isLive && view.access ? otherClients(delivery, view.access) : null}
    ${isLive ? endForm(viewer, delivery) : null}
  </article>`;
  const refresh = isLive && isRunning(view.downloads) ? (isFollowed ? 'without-script' : 'always') : null;
  return renderPage(frame, { title: delivery.file, viewer, section: 'deliveries', refresh, main });
}

function liveBody(viewer: Viewer, view: DeliveryView): Html {
  const { delivery, access } = view;
  if (access) return downloadButton(delivery, access);
  if (view.hasCredentials) {
    return html`<div class="notice bad" role="alert">
      <p>
        <strong>The download server “${delivery.node}” cannot be reached at the moment.</strong> The file
        stays ready there; reload this page in a few seconds.
      </p>
      <p><a class="button" href="/deliveries/${delivery.id}">Reload</a></p>
    </div>`;
  }
  if (delivery.state === 'requested') {
    return html`<div class="notice">
      <p><strong>The file is being made ready for ${nameRequester(delivery.requestedBy)}.</strong></p>
      <p><a class="button" href="/deliveries/${delivery.id}">Reload</a></p>
    </div>`;
  }
  return html`<div class="notice">
    <p>
      <strong>The password is shown only in the browser that asked for the file.</strong> It is kept nowhere
      else. Ask for the file here to get a login of your own; the other one keeps working.
    </p>
    ${againForm(viewer, delivery, 'Download here')}
  </div>`;
}

function endedBody(viewer: Viewer, delivery: Delivery): Html {
  const ended = delivery.endedAtMs === null ? null : html` It ended on ${timeText(delivery.endedAtMs)}.`;
  const sentences: Record<Delivery['state'], Html> = {
    requested: html``,
    staged: html``,
    failed: html`<strong>The file could not be made ready.</strong> Nothing was counted. Try again; if it
      stays so, write to your vendor and name the delivery <code>${delivery.id}</code>.`,
    expired: html`<strong>This delivery has expired.</strong>${ended} Ask for the file again to get a new one.`,
    revoked: html`<strong>Your vendor has withdrawn this file from you.</strong>${ended} Write to your vendor
      if you did not expect that.`,
    cancelled: html`<strong>This delivery was ended.</strong>${ended} Ask for the file again to get a new one.`,
  };
  return html`<div class="notice">
    <p>${sentences[delivery.state]}</p>
    ${
      delivery.state === 'revoked'
        ? html`<p><a class="button" href="/">Go to your products</a></p>`
        : againForm(viewer, delivery, 'Download again')
    }
  </div>`;
}

function againForm(viewer: Viewer, delivery: Delivery, label: string): Html {
  return html`<form method="post" action="/deliveries" data-once>
    ${formTokenField(viewer)}
    <input type="hidden" name="product" value="${delivery.product}" />
    <input type="hidden" name="version" value="${delivery.version}" />
    <input type="hidden" name="file" value="${delivery.file}" />
    <button class="primary" type="submit">${label}</button>
  </form>`;
}

function endForm(viewer: Viewer, delivery: Delivery): Html {
  return html`<form class="end" method="post" action="/deliveries/${delivery.id}/end">
    ${formTokenField(viewer)}
    <p>
      Done with it? Ending the delivery makes its link and password useless at once and stops running
      downloads.
    </p>
    <button class="quiet" type="submit">End this delivery</button>
  </form>`;
}
