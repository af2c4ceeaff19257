// A chart with its numbers in a table: beside it on a wide screen, below it on others. Called by the console's pages.
import { html, type Html } from '#commlink/pages/html.ts';

/** Both; `name` says what the table is, for those who reach it by the keyboard to scroll it. */
export function renderChartWithTable(chart: Html, table: Html, name: string): Html {
  return html`<div class="chart-with-table">
    <figure class="chart">${chart}</figure>
    <div class="chart-table" role="region" aria-label="${name}" tabindex="0">${table}</div>
  </div>`;
}
