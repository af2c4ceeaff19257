// The console's first page: what needs looking at, the figures of the day, and the downloads of the last month.
import { renderNotice, renderNumbers } from '#commlink/pages/components/parts.ts';
import { html, type Html } from '#commlink/pages/html.ts';
import { countText, sizeText, timeText } from '#commlink/pages/sizes-and-times.ts';
import type { Alert } from '../../alerts/alert.ts';
import type { DownloadStatistics } from '../../statistics/download-statistics.ts';
import { renderPage } from '../layout.ts';
import { livePage } from '../live/live-page.ts';
import type { StaffCaller } from '../staff-session.ts';
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
    title: 'Overview',
    section: '/',
    caller,
    live: livePage('/', view),
    content: html`${renderAlerts(alerts)}
      <section aria-label="Figures">
        ${renderNumbers([
          ['Complete downloads today', countText(today?.complete ?? 0)],
          ['Failed today', countText(today?.failed ?? 0)],
          ['Sent today', sizeText(today?.sentBytes ?? 0)],
          ['Files ready for customers', countText(liveDeliveries.staged)],
          ['On their way to a node', countText(liveDeliveries.requested)],
        ])}
      </section>
      <section aria-labelledby="downloads">
        <h2 id="downloads">Downloads of the last ${statistics.spans.length} days</h2>
        ${renderDownloadsByDay(statistics)}
        <p><a href="/statistics">By product and node</a></p>
      </section>`,
  });
}

/** What needs looking at; a sentence when nothing does. */
function renderAlerts(alerts: readonly Alert[]): Html {
  if (alerts.length === 0)
    return html`<div>${renderNotice('good', html`<p>Nothing needs looking at.</p>`)}</div>`;
  return html`<section aria-labelledby="alerts">
    <h2 id="alerts">To look at</h2>
    ${alerts.map(({ severity, text, advice, sinceMs }) =>
      renderNotice(
        severity === 'critical' ? 'bad' : 'warn',
        html`<p><strong>${text}</strong></p>
          <p>${advice} <small>Since ${timeText(sinceMs)}</small></p>`,
      ),
    )}
  </section>`;
}
