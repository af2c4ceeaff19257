// The downloads of a delivery as the page shows them. The browser's script (browser/delivery-progress.ts) fills the same
// elements again each second from the API; without it the page loads itself again while something runs, and the link always
// does.
import type { Delivery, Download } from '#commlink/methods/fields.ts';
import { html, type Html } from '#commlink/pages/html.ts';
import { describeAmount, describeOutcome } from '../browser/download-words.ts';
import { timeText } from '#commlink/pages/sizes-and-times.ts';

/** Whether one of the downloads runs. */
export function isRunning(downloads: readonly Download[]): boolean {
  return downloads.some(({ outcome }) => outcome === 'running');
}

/** The section with all downloads. */
export function downloadsSection(view: { delivery: Delivery; downloads: readonly Download[] }): Html {
  const { delivery, downloads } = view;
  const isLive = delivery.state === 'requested' || delivery.state === 'staged';
  return html`<section class="card" aria-labelledby="downloads" data-downloads>
    <h2 id="downloads">Downloads</h2>
    <p data-none${downloads.length > 0 ? html` hidden` : null}>
      ${isLive ? 'None yet. They appear here as they run.' : 'None: the file was not fetched.'}
    </p>
    <ul class="rows" data-rows>
      ${downloads.map(downloadRow)}
    </ul>
    ${
      isLive
        ? html`<p class="fine" data-reload>
            <a href="/deliveries/${delivery.id}">Reload to see how it stands</a>
          </p>`
        : null
    }
    <p class="visually-hidden" aria-live="polite" data-announcement></p>
  </section>`;
}

function downloadRow(download: Download): Html {
  const { sizeBytes } = download;
  const reachedBytes = download.offsetBytes + download.sentBytes;
  const label = `${download.protocol.toUpperCase()} from ${download.address}`;
  return html`<li data-download-id="${download.id}" data-outcome="${download.outcome}">
    <span class="split"
      ><span data-label>${label}</span>
      <span data-outcome-words>${describeOutcome(download.outcome)}</span></span
    >
    <progress max="${sizeBytes}" value="${reachedBytes}" aria-label="${label}"></progress>
    <span class="facts"
      ><span data-amount>${describeAmount({ reachedBytes, sizeBytes }, meanSpeed(download))}</span> · began
      ${timeText(download.startedAtMs)}</span
    >
  </li>`;
}

/** Bytes a second since it began, while it runs; a second is needed to tell. */
function meanSpeed({ outcome, sentBytes, startedAtMs }: Download): number | null {
  const seconds = (Date.now() - startedAtMs) / 1000;
  return outcome === 'running' && seconds >= 1 ? sentBytes / seconds : null;
}
