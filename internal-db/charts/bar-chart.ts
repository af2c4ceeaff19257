// A chart of bars that lie, each with its name above and its value at the right, drawn as SVG on the server. Like the column
// chart it is in percent across and in pixels down. Its words are all in it, so it needs no table. Pure; called by the
// console's pages.
import { html, type Html } from '#commlink/pages/html.ts';
import { coordinate, seriesClass } from './chart-series.ts';

const rowHeight = 44;
const nameHeight = 18;
const barHeight = 12;
const shortestBarPercent = 0.5;
/** Characters of a name that surely fit beside its value on a telephone. */
const nameCharactersMax = 28;

/** One bar. `series` chooses its colour; 0 unless given. */
export interface Bar {
  readonly name: string;
  readonly value: number;
  readonly series?: number;
}

/** The chart, the bars in their given order; the longest is as wide as the place. */
export function renderBarChart(chart: {
  readonly title: string;
  readonly bars: readonly Bar[];
  readonly format: (value: number) => string;
}): Html {
  const { title, bars, format } = chart;
  const largest = Math.max(0, ...bars.map(({ value }) => value));
  const rows = bars.map(({ name, value, series = 0 }, index) => {
    const y = index * rowHeight;
    const share = largest === 0 ? 0 : (100 * value) / largest;
    const width = value > 0 ? Math.max(shortestBarPercent, share) : 0;
    return html`<g>
      <title>${name}: ${format(value)}</title>
      <text x="0" y="${y + nameHeight - 4}">${shorten(name)}</text>
      <text class="value" x="100%" y="${y + nameHeight - 4}" text-anchor="end">${format(value)}</text>
      <rect class="track" x="0" y="${y + nameHeight}" width="100%" height="${barHeight}" rx="3" />
      <rect
        class="${seriesClass(series)}"
        x="0"
        y="${y + nameHeight}"
        width="${coordinate(width)}%"
        height="${barHeight}"
        rx="3"
      />
    </g>`;
  });
  return html`<svg
    class="chart-bars"
    width="100%"
    height="${bars.length * rowHeight}"
    role="img"
    aria-label="${title}"
  >
    ${rows}
  </svg>`;
}

function shorten(name: string): string {
  return name.length <= nameCharactersMax ? name : `${name.slice(0, nameCharactersMax - 1)}…`;
}
