// The downloads of a delivery as the page shows them. The browser's script (browser/delivery-progress.ts) fills the same
// elements again as the node tells of progress; without it the page loads itself again while something runs, and the link
// always does.
import type { Delivery, Download } from '#commlink/methods/fields.ts';
import { html, type Html } from '#commlink/pages/html.ts';
import { timeText } from '#commlink/pages/sizes-and-times.ts';
import {
  brokenOffProtocol,
  describeAmount,
  describeOrigin,
  describeOutcome,
} from '../browser/download-words.ts';
import { renderLines, resumeLines, type DeliveryAccess } from './delivery-access.ts';
import type { PageFrame } from './layout.ts';

/** What the section shows. */
export interface DownloadsView {
  readonly delivery: Delivery;
  readonly downloads: readonly Download[];
  readonly access: DeliveryAccess | null;
  readonly isLive: boolean;
}

/** Whether one of the downloads runs. */
export function isRunning(downloads: readonly Download[]): boolean {
  return downloads.some(({ outcome }) => outcome === 'running');
}

/** The section with all downloads, and how to go on with one that broke off. */
export function downloadsSection(frame: PageFrame, view: DownloadsView): Html {
  const { delivery, downloads, isLive } = view;
  const texts = frame.texts.deliveries;
  return html`<section aria-labelledby="downloads" data-downloads>
    <h2 id="downloads">${texts.downloads}</h2>
    <p class="empty" data-none${downloads.length > 0 ? html` hidden` : null}>
      ${isLive ? texts.noneYet : texts.noneEver}
    </p>
    ${isLive ? resumeHints(frame, view) : null}
    <ul class="rows" data-rows data-began="${texts.began}">
      ${downloads.map((download) => downloadRow(frame, download))}
    </ul>
    ${
      isLive
        ? html`<p class="fine" data-reload>
            <a href="/deliveries/${delivery.id}">${texts.toNow}</a>
          </p>`
        : null
    }
    <p class="visually-hidden" aria-live="polite" data-announcement></p>
  </section>`;
}

/** One for each protocol, of which the script shows the one that fits; the server does so too. */
function resumeHints(frame: PageFrame, { downloads, access }: DownloadsView): Html[] {
  const texts = frame.texts.deliveries;
  const current = brokenOffProtocol(downloads);
  return ['https', 'ftps', 'sftp'].map((protocol) => {
    const hidden = protocol === current ? null : html` hidden`;
    if (!access)
      return html`<p class="notice warn" data-resume="${protocol}" ${hidden}>${texts.resumeElsewhere}</p>`;
    return html`<div class="notice warn" data-resume="${protocol}" ${hidden}>
      <p><strong>${texts.resume}</strong> ${protocol === 'https' ? texts.resumeHttps : null}</p>
      ${renderLines(resumeLines(protocol, access))}
      ${protocol === 'https' ? null : html`<p class="fine">${texts.resumeSession}</p>`}
    </div>`;
  });
}

function downloadRow({ language, texts }: PageFrame, download: Download): Html {
  const { sizeBytes } = download;
  const reachedBytes = download.offsetBytes + download.sentBytes;
  const label = describeOrigin(download, language);
  const amount = describeAmount({ reachedBytes, sizeBytes }, meanSpeed(download), language);
  return html`<li data-download-id="${download.id}" data-outcome="${download.outcome}">
    <span class="split"
      ><span data-label>${label}</span>
      <span data-outcome-words>${describeOutcome(download.outcome, language)}</span></span
    >
    <progress max="${sizeBytes}" value="${reachedBytes}" aria-label="${label}"></progress>
    <span class="facts"
      ><span data-amount>${amount}</span> · ${texts.deliveries.began}
      ${timeText(download.startedAtMs, language)}</span
    >
  </li>`;
}

/** Bytes a second since it began, while it runs; a second is needed to tell. */
function meanSpeed({ outcome, sentBytes, startedAtMs }: Download): number | null {
  const seconds = (Date.now() - startedAtMs) / 1000;
  return outcome === 'running' && seconds >= 1 ? sentBytes / seconds : null;
}
