// A chart of stacked columns over time, drawn as SVG on the server. It is as wide as its place: across, everything is in
// percent; heights and letters are in pixels, so that they read the same on a telephone. Pure; called by the console's pages,
// which put the same numbers into a table beside it.
import { html, type Html } from '#commlink/pages/html.ts';
import { axisTicks } from './axis-scale.ts';
import { coordinate, seriesClass } from './chart-series.ts';

const plotHeight = 180;
const headHeight = 8;
const footHeight = 24;
const axisWidth = 64;
/** What a column fills of its share of the width. */
const columnShare = 0.8;
/** So many labels fit below the narrowest chart. */
const labelsMax = 4;
const shortestColumn = 1.5;

/** One column; `values` are its parts in the order of the series. */
export interface Column {
  readonly label: string;
  readonly values: readonly number[];
}

/** What is drawn. `title` says what is seen, for those who hear the page; `format` writes a value. */
export interface ColumnChart {
  readonly title: string;
  readonly series: readonly string[];
  readonly columns: readonly Column[];
  readonly format: (value: number) => string;
}

/** The chart; of no columns, an empty one. */
export function renderColumnChart(chart: ColumnChart): Html {
  const { title, columns, format } = chart;
  const largest = Math.max(0, ...columns.map(totalOf));
  const ticks = axisTicks(largest);
  const top = ticks.at(-1) ?? 1;
  const lineAt = (value: number): string => coordinate(headHeight + plotHeight * (1 - value / top));
  const height = headHeight + plotHeight + footHeight;
  const axis = ticks.map(
    (tick) => html`<text x="${axisWidth - 8}" y="${lineAt(tick)}" dy="4">${format(tick)}</text>`,
  );
  const lines = ticks.map(
    (tick) => html`<line x1="0" x2="100%" y1="${lineAt(tick)}" y2="${lineAt(tick)}" />`,
  );
  return html`<div class="chart-columns">
    <svg class="axis" width="${axisWidth}" height="${height}" aria-hidden="true">${axis}</svg>
    <svg class="plot" width="100%" height="${height}" role="img" aria-label="${title}">
      <g class="lines">${lines}</g>
      ${columns.map((column, index) => renderColumn(chart, { column, index, top }))}
      <g class="labels">${renderLabels(columns)}</g>
    </svg>
  </div>`;
}

function renderColumn(
  chart: ColumnChart,
  { column, index, top }: { column: Column; index: number; top: number },
): Html {
  const share = 100 / chart.columns.length;
  const x = coordinate(share * (index + (1 - columnShare) / 2));
  const width = coordinate(share * columnShare);
  let below = 0;
  const parts = column.values.map((value, series) => {
    if (value <= 0) return null;
    const height = Math.max(shortestColumn, (plotHeight * value) / top);
    below += height;
    const y = coordinate(headHeight + plotHeight - below);
    // On one line, since a chart has many of them.
    // prettier-ignore
    return html`<rect class="${seriesClass(series)}" x="${x}%" y="${y}" width="${width}%" height="${coordinate(height)}" />`;
  });
  const hold = { x: coordinate(share * index), width: coordinate(share), height: headHeight + plotHeight };
  // The whole height answers to the pointer, also where the column is low.
  // prettier-ignore
  return html`<g class="column"><title>${describeColumn(chart, column)}</title><rect class="hold" x="${hold.x}%" width="${hold.width}%" height="${hold.height}" />${parts}</g>`;
}

function describeColumn({ series, format }: ColumnChart, { label, values }: Column): string {
  const parts = values.map((value, index) => `${series[index] ?? ''} ${format(value)}`.trim());
  return `${label}: ${parts.join(', ')}`;
}

function renderLabels(columns: readonly Column[]): Html[] {
  const every = Math.max(1, Math.ceil(columns.length / labelsMax));
  const share = 100 / columns.length;
  return columns.flatMap(({ label }, index) => {
    if ((columns.length - 1 - index) % every !== 0) return [];
    // The labels at the edges would be cut off if they stood in the middle of a narrow column.
    const isLast = index === columns.length - 1 && columns.length > labelsMax;
    const anchor = isLast ? 'end' : 'middle';
    const x = coordinate(share * (isLast ? index + 1 : index + 0.5));
    return [
      html`<text x="${x}%" y="${headHeight + plotHeight + 17}" text-anchor="${anchor}">${label}</text>`,
    ];
  });
}

function totalOf({ values }: Column): number {
  return values.reduce((sum, value) => sum + Math.max(0, value), 0);
}
