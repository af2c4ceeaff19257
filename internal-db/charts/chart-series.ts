// What charts have in common: the series with its colour, and the legend that names it. A series is told by its place and
// its name, never by its colour alone. Colours are in charts.css, for light and dark. Called by the charts and their pages.
import { html, type Html } from '#commlink/pages/html.ts';

/** Series that one chart may have: so many colours can be told apart by everybody. */
export const seriesMax = 4;

/** The class that paints what belongs to a series; the first is number 0. */
export function seriesClass(index: number): string {
  if (index >= seriesMax) throw new RangeError(`a chart has ${seriesMax} series at most`);
  return `series-${index + 1}`;
}

/** The legend: each series' colour and name, in the order of the stack from below. */
export function renderLegend(names: readonly string[]): Html {
  const items = names.map(
    (name, index) =>
      html`<li>
        <svg class="swatch" width="12" height="12" aria-hidden="true">
          <rect class="${seriesClass(index)}" width="12" height="12" rx="2" />
        </svg>
        ${name}
      </li>`,
  );
  return html`<ul class="legend">
    ${items}
  </ul>`;
}

/** A number for an attribute: three decimals are finer than a pixel. */
export function coordinate(value: number): string {
  return String(Math.round(value * 1000) / 1000);
}
