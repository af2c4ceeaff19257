// The list of an account's deliveries, newest first, and the words for a delivery's state that other pages use too.
import type { Delivery, DeliveryState, Download } from '#commlink/methods/fields.ts';
import { html, type Html } from '#commlink/pages/html.ts';
import { nameRequester } from '../delivery/requester.ts';
import { humanSize } from '#commlink/pages/browser/human-size.ts';
import { renderPage, type PageFrame, type Viewer } from './layout.ts';
import { timeText } from '#commlink/pages/sizes-and-times.ts';

/** A delivery with its downloads. */
export interface DeliveryRecord {
  readonly delivery: Delivery;
  readonly downloads: readonly Download[];
}

const stateWords: Readonly<Record<DeliveryState, string>> = {
  requested: 'Being made ready',
  staged: 'Ready',
  failed: 'Could not be made ready',
  expired: 'Expired',
  revoked: 'Withdrawn',
  cancelled: 'Ended',
};

/** A delivery's state as a small label. */
export function stateTag(state: DeliveryState): Html {
  return html`<span class="tag state-${state}" data-state="${state}">${stateWords[state]}</span>`;
}

/** The list. */
export function deliveriesPage(frame: PageFrame, viewer: Viewer, records: readonly DeliveryRecord[]): string {
  const main = html`<h1>Deliveries</h1>
    ${
      records.length === 0
        ? html`<p class="lead">Nothing has been delivered to ${viewer.accountName} yet.</p>
            <p><a class="button" href="/">Go to your products</a></p>`
        : html`<ul class="card rows">
            ${records.map(row)}
          </ul>`
    }`;
  return renderPage(frame, { title: 'Deliveries', viewer, section: 'deliveries', main });
}

function row({ delivery, downloads }: DeliveryRecord): Html {
  const completeCount = downloads.filter((download) => download.outcome === 'complete').length;
  const fetched =
    completeCount === 0
      ? 'not fetched yet'
      : completeCount === 1
        ? 'fetched once'
        : `fetched ${completeCount} times`;
  return html`<li>
    <a href="/deliveries/${delivery.id}"><strong class="name">${delivery.file}</strong></a>
    ${stateTag(delivery.state)}
    <span class="facts"
      >${delivery.product} ${delivery.version} · ${humanSize(delivery.sizeBytes)} · ${fetched} · asked for by
      ${nameRequester(delivery.requestedBy)}, ${timeText(delivery.requestedAtMs)}</span
    >
  </li>`;
}
