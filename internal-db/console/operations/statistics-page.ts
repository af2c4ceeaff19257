// The console's statistics: downloads and bytes by day, product and node, and what became of them; each chart with its numbers
// in a table beside it.
import { humanSize } from '#commlink/pages/browser/human-size.ts';
import { renderSelect } from '#commlink/pages/components/form-field.ts';
import { renderNumbers } from '#commlink/pages/components/parts.ts';
import { renderTable } from '#commlink/pages/components/table.ts';
import { html, type Html, type HtmlValue } from '#commlink/pages/html.ts';
import { countText, sizeText } from '../texts/sizes-and-times.ts';
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
import { statisticsTexts as texts } from '../texts/console-texts.ts';
import type { StaffCaller } from '../staff-session.ts';
import { spokenLanguage } from '../../texts/spoken-language.ts';

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
    title: texts.title,
    section: '/statistics',
    lead: texts.lead,
    caller,
    content: html`${renderFilter(view)}
      <section aria-labelledby="downloads">
        <h2 id="downloads">${texts.downloads}</h2>
        ${renderTotals(statistics.total)} ${renderDownloadsByDay(statistics)}
      </section>
      <section aria-labelledby="bytes">
        <h2 id="bytes">${texts.bytes}</h2>
        ${renderByteColumns(statistics)}
      </section>
      ${renderGroup('product', statistics.products)} ${renderGroup('node', statistics.nodes)}
      <section aria-labelledby="words">
        <h2 id="words">${texts.words.heading}</h2>
        <p class="fine">${texts.words.meaning}</p>
      </section>`,
  });
}

/** The downloads of each day as columns, with their legend and their numbers; the overview shows them too. */
export function renderDownloadsByDay(statistics: DownloadStatistics): Html {
  const { spans, daysInSpan } = statistics;
  const chart = renderColumnChart({
    title: texts.downloadsBy(texts.spans[daysInSpan]),
    series: texts.outcomes,
    columns: spans.map((span) => ({ label: shortDay(span.day), values: valuesOf(span) })),
    format: (value) => countText(value),
  });
  return renderChartWithTable(
    html`${renderLegend(texts.outcomes)} ${chart}`,
    renderSpanTable(statistics),
    texts.numbersBy(texts.spans[daysInSpan]),
  );
}

function renderFilter({ question, productNames, nodeNames }: StatisticsView): Html {
  const { filter } = texts;
  const named = (names: readonly string[]) => names.map((name) => ({ value: name, text: name }));
  return html`<form class="form inline" method="get" action="/statistics">
    ${renderSelect({
      name: 'period',
      label: filter.time,
      value: String(question.period.days),
      options: periods.map(({ days, daysInSpan }) => ({
        value: String(days),
        text: filter.lastDays(days, texts.spans[daysInSpan]),
      })),
    })}
    ${renderSelect({
      name: 'product',
      label: filter.product,
      value: question.product,
      options: [{ value: '', text: filter.everyProduct }, ...named(productNames)],
    })}
    ${renderSelect({
      name: 'node',
      label: filter.node,
      value: question.node,
      options: [{ value: '', text: filter.everyNode }, ...named(nodeNames)],
    })}
    <button>${filter.show}</button>
  </form>`;
}

function renderTotals(total: DownloadTotals): Html {
  const counts = valuesOf(total).map(
    (value, index) => [texts.outcomes[index] ?? '', countText(value)] as const,
  );
  return renderNumbers([...counts, [texts.sent, sizeText(total.sentBytes)]]);
}

function renderByteColumns({ spans, daysInSpan }: DownloadStatistics): Html {
  const chart = renderColumnChart({
    title: texts.bytesBy(texts.spans[daysInSpan]),
    series: [texts.sentSeries],
    columns: spans.map(({ day, sentBytes }) => ({ label: shortDay(day), values: [sentBytes] })),
    format: (value) => humanSize(value, spokenLanguage()),
  });
  return html`<figure class="chart">${chart}</figure>`;
}

function renderSpanTable({ spans, daysInSpan }: DownloadStatistics): Html {
  const rows = spans
    .filter((totals) => valuesOf(totals).some((value) => value > 0))
    .toReversed()
    .map((totals) => rowOf(html`<span class="day">${totals.day}</span>`, totals));
  return renderTotalsTable(daysInSpan === 1 ? texts.day : texts.from, rows);
}

function renderGroup(what: 'product' | 'node', groups: readonly NamedTotals[]): Html {
  const { heading, word, column } = texts.groups[what];
  const bars = groups.slice(0, statisticsBarsMax).map(({ name, sentBytes }) => ({ name, value: sentBytes }));
  const hiddenCount = groups.length - statisticsRowsMax;
  const chart = renderBarChart({
    title: texts.bytesBy(word),
    bars,
    format: (value) => humanSize(value, spokenLanguage()),
  });
  const table = renderTotalsTable(
    column,
    groups.slice(0, statisticsRowsMax).map((group) => rowOf(group.name, group)),
  );
  return html`<section aria-labelledby="by-${what}">
    <h2 id="by-${what}">${heading}</h2>
    ${bars.length > 0 ? renderChartWithTable(chart, table, texts.numbersBy(word)) : table}
    ${hiddenCount > 0 ? html`<p class="fine">${texts.notListed(countText(hiddenCount))}</p>` : null}
  </section>`;
}

function renderTotalsTable(first: string, rows: readonly (readonly HtmlValue[])[]): Html {
  const numbers = [...texts.outcomes, texts.sent].map((heading) => ({ heading, kind: 'number' as const }));
  return renderTable({
    caption: texts.caption(first),
    columns: [first, ...numbers],
    rows,
    empty: texts.empty,
  });
}

function rowOf(name: HtmlValue, totals: DownloadTotals): HtmlValue[] {
  return [name, ...valuesOf(totals).map((value) => countText(value)), sizeText(totals.sentBytes)];
}

function valuesOf({ complete, partial, failed, revoked }: DownloadTotals): number[] {
  return [complete, partial, failed, revoked];
}

function shortDay(day: string): string {
  const at = new Date(`${day}T00:00:00Z`);
  return at.toLocaleDateString(spokenLanguage() === 'en' ? 'en-GB' : spokenLanguage(), {
    day: 'numeric',
    month: 'short',
    timeZone: 'UTC',
  });
}
