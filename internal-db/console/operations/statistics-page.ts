// The console's statistics: downloads and bytes by day, product and node, and what became of them; each chart with its numbers
// in a table beside it.
import { humanSize } from '#commlink/pages/browser/human-size.ts';
import { renderSelect } from '#commlink/pages/components/form-field.ts';
import { renderNumbers } from '#commlink/pages/components/parts.ts';
import { renderTable } from '#commlink/pages/components/table.ts';
import { html, type Html, type HtmlValue } from '#commlink/pages/html.ts';
import { countText, sizeText } from '#commlink/pages/sizes-and-times.ts';
import { renderBarChart } from '../../charts/bar-chart.ts';
import { renderLegend } from '../../charts/chart-series.ts';
import { renderChartWithTable } from '../../charts/chart-with-table.ts';
import { renderColumnChart } from '../../charts/column-chart.ts';
import {
  periods,
  type DownloadStatistics,
  type DownloadTotals,
  type NamedTotals,
  type Period,
} from '../../statistics/download-statistics.ts';
import { renderPage } from '../layout.ts';
import { statisticsBarsMax, statisticsRowsMax } from './limits.ts';
import type { StaffCaller } from '../staff-session.ts';

const outcomeNames = ['Complete', 'In part', 'Failed', 'Cut'] as const;

/** What was asked for; empty texts stand for all. */
export interface StatisticsQuestion {
  readonly period: Period;
  readonly product: string;
  readonly node: string;
}

/** What the page shows. */
export interface StatisticsView {
  readonly question: StatisticsQuestion;
  readonly statistics: DownloadStatistics;
  readonly productNames: readonly string[];
  readonly nodeNames: readonly string[];
}

/** The page. */
export function renderStatisticsPage(caller: StaffCaller, view: StatisticsView): string {
  const { statistics } = view;
  return renderPage({
    title: 'Statistics',
    section: '/statistics',
    lead: 'Downloads by the day on which they ended.',
    caller,
    content: html`${renderFilter(view)}
      <section aria-labelledby="downloads">
        <h2 id="downloads">Downloads</h2>
        ${renderTotals(statistics.total)} ${renderDownloadsByDay(statistics)}
      </section>
      <section aria-labelledby="bytes">
        <h2 id="bytes">Bytes sent</h2>
        ${renderByteColumns(statistics)}
      </section>
      ${renderGroup('product', statistics.products)} ${renderGroup('node', statistics.nodes)}
      <section aria-labelledby="words">
        <h2 id="words">What the words mean</h2>
        <p class="fine">
          Complete: the client’s machine has confirmed every byte. In part: a client took a part of a file, as
          when it resumes later. Failed: broken off by an error at either end. Cut: ended because what allowed
          it was taken back.
        </p>
      </section>`,
  });
}

/** The downloads of each day as columns, with their legend and their numbers; the overview shows them too. */
export function renderDownloadsByDay(statistics: DownloadStatistics): Html {
  const { spans, daysInSpan } = statistics;
  const chart = renderColumnChart({
    title: `Downloads by ${spanName(daysInSpan)} and by what became of them`,
    series: outcomeNames,
    columns: spans.map((span) => ({ label: shortDay(span.day), values: valuesOf(span) })),
    format: (value) => countText(value),
  });
  return renderChartWithTable(
    html`${renderLegend(outcomeNames)} ${chart}`,
    renderSpanTable(statistics),
    `The numbers by ${spanName(daysInSpan)}`,
  );
}

function renderFilter({ question, productNames, nodeNames }: StatisticsView): Html {
  const named = (names: readonly string[]) => names.map((name) => ({ value: name, text: name }));
  return html`<form class="form inline" method="get" action="/statistics">
    ${renderSelect({
      name: 'period',
      label: 'Time',
      value: String(question.period.days),
      options: periods.map(({ days, daysInSpan }) => ({
        value: String(days),
        text: `The last ${days} days by ${spanName(daysInSpan)}`,
      })),
    })}
    ${renderSelect({
      name: 'product',
      label: 'Product',
      value: question.product,
      options: [{ value: '', text: 'Every product' }, ...named(productNames)],
    })}
    ${renderSelect({
      name: 'node',
      label: 'Node',
      value: question.node,
      options: [{ value: '', text: 'Every node' }, ...named(nodeNames)],
    })}
    <button>Show</button>
  </form>`;
}

function renderTotals(total: DownloadTotals): Html {
  const counts = valuesOf(total).map(
    (value, index) => [outcomeNames[index] ?? '', countText(value)] as const,
  );
  return renderNumbers([...counts, ['Sent', sizeText(total.sentBytes)]]);
}

function renderByteColumns({ spans, daysInSpan }: DownloadStatistics): Html {
  const chart = renderColumnChart({
    title: `Bytes sent by ${spanName(daysInSpan)}`,
    series: ['sent'],
    columns: spans.map(({ day, sentBytes }) => ({ label: shortDay(day), values: [sentBytes] })),
    format: (value) => humanSize(value),
  });
  return html`<figure class="chart">${chart}</figure>`;
}

function renderSpanTable({ spans, daysInSpan }: DownloadStatistics): Html {
  const rows = spans
    .filter((totals) => valuesOf(totals).some((value) => value > 0))
    .toReversed()
    .map((totals) => rowOf(html`<span class="day">${totals.day}</span>`, totals));
  return renderTotalsTable(daysInSpan === 1 ? 'Day' : 'From', rows);
}

function renderGroup(what: 'product' | 'node', groups: readonly NamedTotals[]): Html {
  const bars = groups.slice(0, statisticsBarsMax).map(({ name, sentBytes }) => ({ name, value: sentBytes }));
  const hiddenCount = groups.length - statisticsRowsMax;
  const chart = renderBarChart({
    title: `Bytes sent by ${what}`,
    bars,
    format: (value) => humanSize(value),
  });
  const table = renderTotalsTable(
    what === 'product' ? 'Product' : 'Node',
    groups.slice(0, statisticsRowsMax).map((group) => rowOf(group.name, group)),
  );
  return html`<section aria-labelledby="by-${what}">
    <h2 id="by-${what}">By ${what}</h2>
    ${bars.length > 0 ? renderChartWithTable(chart, table, `The numbers by ${what}`) : table}
    ${hiddenCount > 0 ? html`<p class="fine">${countText(hiddenCount)} more, which sent less, are not listed.</p>` : null}
  </section>`;
}

function renderTotalsTable(first: string, rows: readonly (readonly HtmlValue[])[]): Html {
  const numbers = [...outcomeNames, 'Sent'].map((heading) => ({ heading, kind: 'number' as const }));
  return renderTable({
    caption: `Downloads by ${first.toLowerCase()}`,
    columns: [first, ...numbers],
    rows,
    empty: 'Nothing was downloaded in this time.',
  });
}

function rowOf(name: HtmlValue, totals: DownloadTotals): HtmlValue[] {
  return [name, ...valuesOf(totals).map((value) => countText(value)), sizeText(totals.sentBytes)];
}

function spanName(daysInSpan: Period['daysInSpan']): string {
  return { 1: 'day', 7: 'week', 14: 'two weeks' }[daysInSpan];
}

function valuesOf({ complete, partial, failed, revoked }: DownloadTotals): number[] {
  return [complete, partial, failed, revoked];
}

function shortDay(day: string): string {
  const at = new Date(`${day}T00:00:00Z`);
  return at.toLocaleDateString('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' });
}
