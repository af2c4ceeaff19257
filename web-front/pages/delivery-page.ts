// The page of one delivery: its state, every way to fetch it, how to check the file, and the downloads as they run.
// The parts for the clients are in delivery-access.ts, the downloads in delivery-progress.ts.
import type { Delivery, Download } from '#commlink/methods/fields.ts';
import { renderNotice } from '#commlink/pages/components/parts.ts';
import { html, type Html } from '#commlink/pages/html.ts';
import { sizeText, timeText } from '#commlink/pages/sizes-and-times.ts';
import { describeAmount } from '../browser/download-words.ts';
import { nameRequester } from '../delivery/requester.ts';
import {
  checkSection,
  downloadButton,
  programSection,
  serverSection,
  type DeliveryAccess,
} from './delivery-access.ts';
import { downloadsSection, isRunning } from './delivery-progress.ts';
import { stateTag } from './deliveries-page.ts';
import { formTokenField, renderPage, type PageFrame, type Viewer } from './layout.ts';

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
  const { delivery, access } = view;
  const texts = frame.texts.deliveries;
  const isLive = delivery.state === 'staged' || delivery.state === 'requested';
  const isFetchable = isLive && delivery.arrivedBytes === null;
  const main = html`<article data-delivery="${delivery.id}" data-live="${isLive ? 'yes' : 'no'}">
    <header class="page-head">
      <p class="crumbs"><a href="/deliveries">${texts.title}</a></p>
      <h1 class="name">${delivery.file}</h1>
      <p class="lead">
        ${stateTag(frame, delivery.state)} ${delivery.product} ${delivery.version} ·
        ${sizeText(delivery.sizeBytes, frame.language)}
        ${isLive ? html` · ${texts.until} ${timeText(delivery.expiresAtMs, frame.language)}` : null}
      </p>
      ${isFetchable && access ? downloadButton(frame, delivery, access) : null}
    </header>
    ${isLive ? liveNotice(frame, viewer, view) : endedNotice(frame, viewer, delivery)}
    ${downloadsSection(frame, { ...view, isLive })}
    ${isFetchable && access ? waysToFetch(frame, delivery, access) : null}
    ${isLive ? endForm(frame, viewer, delivery) : null}
  </article>`;
  const isMoving = isRunning(view.downloads) || delivery.arrivedBytes !== null;
  const refresh = isLive && isMoving ? 'without-script' : null;
  return renderPage(frame, { title: delivery.file, viewer, section: 'deliveries', refresh, main });
}

/** Asks once more for a file that was wanted when the session had ended. */
export function askPage(
  frame: PageFrame,
  viewer: Viewer,
  file: Pick<Delivery, 'product' | 'version' | 'file'>,
): string {
  const { ask } = frame.texts.deliveries;
  const main = html`<header class="page-head">
    <h1 class="name">${ask.title(file.file)}</h1>
    <p class="lead">${ask.lead}</p>
    <div class="actions">${againForm(viewer, file, ask.button)}</div>
  </header>`;
  return renderPage(frame, { title: ask.title(file.file), viewer, section: 'deliveries', main });
}

function waysToFetch(frame: PageFrame, delivery: Delivery, access: DeliveryAccess): Html {
  return html`${checkSection(frame, delivery, access.commands)} ${serverSection(frame, access)}
  ${programSection(frame, delivery, access)}`;
}

/** What to do when the page can't say how to fetch the file. */
function liveNotice(frame: PageFrame, viewer: Viewer, view: DeliveryView): Html | null {
  const { delivery, access, hasCredentials } = view;
  const texts = frame.texts.deliveries;
  if (delivery.arrivedBytes !== null) return arrivingNotice(frame, delivery, delivery.arrivedBytes);
  if (access) return null;
  const reload = html`<a class="button" href="/deliveries/${delivery.id}">${texts.reload}</a>`;
  if (hasCredentials) {
    const message = html`<p><strong>${texts.away(delivery.node)}</strong> ${texts.awayAdvice}</p>`;
    return renderNotice('bad', message, reload);
  }
  if (delivery.state === 'requested') {
    const who = nameRequester(delivery.requestedBy, texts);
    return renderNotice('plain', html`<p><strong>${texts.preparing(who)}</strong></p>`, reload);
  }
  const message = html`<p><strong>${texts.elsewhere}</strong> ${texts.elsewhereAdvice}</p>`;
  return renderNotice('plain', message, againForm(viewer, delivery, texts.getHere));
}

/** The browser's script fills bar and amount again as the file comes. */
function arrivingNotice({ language, texts }: PageFrame, delivery: Delivery, arrivedBytes: number): Html {
  const { sizeBytes } = delivery;
  const title = texts.deliveries.arriving(delivery.node);
  const amount = describeAmount({ reachedBytes: arrivedBytes, sizeBytes }, null, language);
  const message = html`<div data-arriving>
    <p><strong>${title}</strong> ${texts.deliveries.arrivingAdvice}</p>
    <progress max="${sizeBytes}" value="${arrivedBytes}" aria-label="${title}"></progress>
    <p class="fine" data-arrived aria-live="off">${amount}</p>
  </div>`;
  return renderNotice('plain', message, null);
}

function endedNotice(frame: PageFrame, viewer: Viewer, delivery: Delivery): Html | null {
  const texts = frame.texts.deliveries;
  const { state, endedAtMs } = delivery;
  if (state === 'requested' || state === 'staged') return null;
  const isRevoked = state === 'revoked';
  const advice =
    state === 'failed'
      ? texts.failedAdvice(delivery.id)
      : isRevoked
        ? texts.revokedAdvice
        : texts.againAdvice;
  const ended =
    endedAtMs === null || state === 'failed'
      ? null
      : html` ${texts.endedOn} ${timeText(endedAtMs, frame.language)}.`;
  const message = html`<p><strong>${texts.endings[state]}</strong>${ended} ${advice}</p>`;
  const action = isRevoked
    ? html`<a class="button" href="/">${texts.toProducts}</a>`
    : againForm(viewer, delivery, texts.getAgain);
  return renderNotice(isRevoked || state === 'failed' ? 'warn' : 'plain', message, action);
}

function againForm(
  viewer: Viewer,
  file: Pick<Delivery, 'product' | 'version' | 'file'>,
  label: string,
): Html {
  return html`<form method="post" action="/deliveries" data-once>
    ${formTokenField(viewer)}
    <input type="hidden" name="product" value="${file.product}" />
    <input type="hidden" name="version" value="${file.version}" />
    <input type="hidden" name="file" value="${file.file}" />
    <button class="primary" type="submit">${label}</button>
  </form>`;
}

function endForm(frame: PageFrame, viewer: Viewer, delivery: Delivery): Html {
  const texts = frame.texts.deliveries;
  return html`<form class="end" method="post" action="/deliveries/${delivery.id}/end">
    ${formTokenField(viewer)}
    <p class="fine">${texts.endNote}</p>
    <button class="quiet" type="submit">${texts.end}</button>
  </form>`;
}
