// The list of an account's deliveries, newest first, in pages, and the words for a delivery's state that other pages use too.
import type { DeliveryWithDownloads } from '#commlink/methods/delivery-methods.ts';
import type { DeliveryState } from '#commlink/methods/fields.ts';
import type { Cursor } from '#commlink/methods/paging.ts';
import {
  renderEmpty,
  renderPager,
  renderTabs,
  renderTag,
  type Mood,
} from '#commlink/pages/components/parts.ts';
import { html, type Html } from '#commlink/pages/html.ts';
import { sizeText, timeText } from '#commlink/pages/sizes-and-times.ts';
import { nameRequester } from '../delivery/requester.ts';
import { renderPage, type PageFrame, type Viewer } from './layout.ts';

/** What the page shows. `live` null: all deliveries. */
export interface DeliveriesView {
  readonly deliveries: readonly DeliveryWithDownloads[];
  readonly live: boolean | null;
  readonly after: Cursor | null;
  readonly next: Cursor | null;
}

const stateMoods: Readonly<Record<DeliveryState, Mood>> = {
  requested: 'warn',
  staged: 'good',
  failed: 'bad',
  expired: 'plain',
  revoked: 'bad',
  cancelled: 'plain',
};

/** A delivery's state as a small label. */
export function stateTag(frame: PageFrame, state: DeliveryState): Html {
  const tag = renderTag(stateMoods[state], frame.texts.deliveries.states[state]);
  return html`<span data-state="${state}">${tag}</span>`;
}

/** The ways to the lists of deliveries and to the history; `current` is the one that is shown. */
export function deliveryTabs(frame: PageFrame, current: string): Html {
  const { views, all, live, ended, history } = frame.texts.deliveries;
  const tabs = [
    ['/deliveries', all],
    ['/deliveries?live=true', live],
    ['/deliveries?live=false', ended],
    ['/history', history],
  ] as const;
  return renderTabs(views, tabs, current);
}

/** The list. */
export function deliveriesPage(frame: PageFrame, viewer: Viewer, view: DeliveriesView): string {
  const { deliveries, live, after, next } = view;
  const texts = frame.texts.deliveries;
  const here = live === null ? '/deliveries' : `/deliveries?live=${live}`;
  const more = (cursor: Cursor) => `${here}${live === null ? '?' : '&'}after=${cursor}`;
  const main = html`<header class="page-head">
      <h1>${texts.title}</h1>
      <p class="lead">${texts.lead}</p>
    </header>
    ${deliveryTabs(frame, here)}
    ${
      deliveries.length === 0
        ? emptyList(frame, live)
        : html`<ul class="list">
            ${deliveries.map((record) => row(frame, record))}
          </ul>`
    }
    ${renderPager({
      label: texts.pages,
      first: after === null ? null : { href: here, text: texts.newest },
      next: next === null ? null : { href: more(next), text: texts.older },
    })}`;
  return renderPage(frame, { title: texts.title, viewer, section: 'deliveries', main });
}

function emptyList(frame: PageFrame, live: boolean | null): Html {
  const texts = frame.texts.deliveries;
  if (live !== null) return renderEmpty(texts.emptyHere);
  return renderEmpty(
    texts.empty,
    texts.emptyAdvice,
    html`<a class="button" href="/">${texts.toProducts}</a>`,
  );
}

function row(frame: PageFrame, { delivery, downloads }: DeliveryWithDownloads): Html {
  const texts = frame.texts.deliveries;
  const completeCount = downloads.filter((download) => download.outcome === 'complete').length;
  const fetched = completeCount === 0 ? texts.notFetched : texts.fetched(completeCount);
  const who = nameRequester(delivery.requestedBy, texts);
  return html`<li>
    <div>
      <p>
        <a class="name" href="/deliveries/${delivery.id}"><strong>${delivery.file}</strong></a>
      </p>
      <p class="fine">
        ${delivery.product} ${delivery.version} · ${sizeText(delivery.sizeBytes, frame.language)} · ${fetched}
        · ${texts.askedBy(who)}, ${timeText(delivery.requestedAtMs, frame.language)}
      </p>
    </div>
    ${stateTag(frame, delivery.state)}
  </li>`;
}
