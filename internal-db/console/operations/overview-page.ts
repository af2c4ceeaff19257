// The console's first page: what needs looking at, the figures of the day, and the downloads of the last month.
import { renderNotice, renderNumbers } from '#commlink/pages/components/parts.ts';
import { html, type Html } from '#commlink/pages/html.ts';
import { countText, sizeText, timeText } from '../texts/sizes-and-times.ts';
import type { Alert } from '../../alerts/alert.ts';
import type { DownloadStatistics } from '../../statistics/download-statistics.ts';
import { renderPage } from '../layout.ts';
import { livePage } from '../live/live-page.ts';
import type { StaffCaller } from '../staff-session.ts';
import { overviewTexts as texts } from '../texts/console-texts.ts';
import { renderDownloadsByDay } from './statistics-page.ts';

/** What the page shows. */
export interface OverviewView {
  readonly alerts: readonly Alert[];
  readonly liveDeliveries: { readonly requested: number; readonly staged: number };
  /** Of the last days, today included. */
  readonly statistics: DownloadStatistics;
}

/** The page. */
export function renderOverviewPage(caller: StaffCaller, view: OverviewView): string {
  const { alerts, liveDeliveries, statistics } = view;
  const today = statistics.spans.at(-1);
  return renderPage({
    title: texts.title,
    section: '/',
    caller,
    live: livePage('/', view),
    content: html`${renderAlerts(alerts)}
      <section aria-label="${texts.figures}">
        ${renderNumbers([
          [texts.complete, countText(today?.complete ?? 0)],
          [texts.failed, countText(today?.failed ?? 0)],
          [texts.sent, sizeText(today?.sentBytes ?? 0)],
          [texts.ready, countText(liveDeliveries.staged)],
          [texts.onTheirWay, countText(liveDeliveries.requested)],
        ])}
      </section>
      <section aria-labelledby="downloads">
        <h2 id="downloads">${texts.lastDays(statistics.spans.length)}</h2>
        ${renderDownloadsByDay(statistics)}
        <p><a href="/statistics">${texts.more}</a></p>
      </section>`,
  });
}

/** What needs looking at; a sentence when nothing does. */
function renderAlerts(alerts: readonly Alert[]): Html {
  if (alerts.length === 0) return html`<div>${renderNotice('good', texts.nothing)}</div>`;
  return html`<section aria-labelledby="alerts">
    <h2 id="alerts">${texts.toLookAt}</h2>
    ${alerts.map(({ severity, text, advice, sinceMs }) =>
      renderNotice(
        severity === 'critical' ? 'bad' : 'warn',
        html`<p><strong>${text}</strong></p>
          <p>${advice} <small>${texts.since(timeText(sinceMs))}</small></p>`,
      ),
    )}
  </section>`;
}
