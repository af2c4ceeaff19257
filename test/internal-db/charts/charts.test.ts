// The charts: scales of round values, columns that add up, words for those who hear the page, and text that stays text.
import t from 'tap';
import { axisTicks } from '#internal-db/charts/axis-scale.ts';
import { renderBarChart } from '#internal-db/charts/bar-chart.ts';
import { renderLegend, seriesClass } from '#internal-db/charts/chart-series.ts';
import { renderColumnChart, type ColumnChart } from '#internal-db/charts/column-chart.ts';

t.test('an axis has a few round values and reaches the largest one', async (t) => {
  t.same(axisTicks(0), [0, 1]);
  t.same(axisTicks(1), [0, 1]);
  t.same(axisTicks(3), [0, 1, 2, 3]);
  t.same(axisTicks(5), [0, 2, 4, 6]);
  t.same(axisTicks(97), [0, 50, 100]);
  t.same(axisTicks(130_000), [0, 50_000, 100_000, 150_000]);
  for (let exponent = 0; exponent <= 53; exponent += 0.37) {
    const largest = Math.floor(2 ** exponent);
    const ticks = axisTicks(largest);
    const isRight = ticks.length >= 2 && ticks.length <= 5 && (ticks.at(-1) ?? 0) >= largest;
    t.ok(isRight, `up to ${largest}: ${ticks.join(' ')}`);
  }
});

const chart: ColumnChart = {
  title: 'Downloads by day',
  series: ['complete', 'broken off'],
  columns: [
    { label: '20 Nov', values: [6, 2] },
    { label: '21 Nov', values: [0, 0] },
    { label: '22 Nov', values: [4, 0] },
  ],
  format: (value) => String(value),
};

/** The rectangles of a series, as numbers. */
function rectangles(svg: string, series: number): { y: number; height: number; x: number; width: number }[] {
  return [...svg.matchAll(new RegExp(`<rect\\s+class="${seriesClass(series)}"([^>]*)>`, 'g'))].map(
    (found) => {
      const attribute = (name: string): number =>
        Number.parseFloat(new RegExp(`\\s${name}="([^"]*)"`).exec(found[1] ?? '')?.[1] ?? 'NaN');
      return { x: attribute('x'), y: attribute('y'), width: attribute('width'), height: attribute('height') };
    },
  );
}

t.test('columns are as high as their values, stacked without gap or overlap', async (t) => {
  const { text } = renderColumnChart(chart);
  const [first, third] = rectangles(text, 0);
  const [onTop] = rectangles(text, 1);
  if (!first || !third || !onTop) throw new Error('a rectangle is missing');
  t.equal(rectangles(text, 0).length, 2, 'nothing is drawn for nought');
  t.ok(Math.abs(first.height / third.height - 6 / 4) < 0.001);
  t.ok(Math.abs(onTop.y + onTop.height - first.y) < 0.01, 'the second part stands on the first');
  t.equal(first.y + first.height, third.y + third.height, 'both stand on the ground line');
  t.ok(first.x + first.width < third.x && third.x + third.width <= 100);
});

t.test('a chart says what it shows, in words', async (t) => {
  const { text } = renderColumnChart(chart);
  t.match(text, /role="img"\s+aria-label="Downloads by day"/);
  t.match(text, /<title>20 Nov: complete 6, broken off 2<\/title>/);
  t.notMatch(text, /style=|<style|NaN|Infinity/);
  const bars = renderBarChart({ title: 'By node', bars: [{ name: 'ftp1', value: 3 }], format: String }).text;
  t.match(bars, /role="img"\s+aria-label="By node"/);
  t.match(bars, /<title>ftp1: 3<\/title>/);
  t.match(renderLegend(['a', 'b']).text, /series-1[^]*a[^]*series-2[^]*b/);
});

t.test('empty charts and extreme values are drawn too', async (t) => {
  for (const columns of [
    [],
    [{ label: 'x', values: [] }],
    [{ label: 'x', values: [0, 0] }],
    [{ label: 'x', values: [Number.MAX_SAFE_INTEGER, 1] }],
  ]) {
    const { text } = renderColumnChart({ ...chart, columns });
    t.notMatch(text, /NaN|Infinity|="-/, JSON.stringify(columns));
  }
  const bars = [
    { name: 'none', value: 0 },
    { name: 'least', value: 1 },
    { name: 'most', value: Number.MAX_SAFE_INTEGER, series: 1 },
  ];
  const { text } = renderBarChart({ title: 'x', bars, format: String });
  t.notMatch(text, /NaN|Infinity/);
  const [none, least] = rectangles(text, 0);
  t.equal(none?.width, 0);
  t.ok((least?.width ?? 0) > 0, 'what is there is seen');
  t.throws(() => renderLegend(['1', '2', '3', '4', '5']), RangeError);
});

t.test('few labels stand below many columns', async (t) => {
  const columns = Array.from({ length: 90 }, (_, index) => ({ label: `day ${index}`, values: [index] }));
  const { text } = renderColumnChart({ ...chart, columns });
  const labels = [...text.matchAll(/<text\s[^>]*>(day \d+)<\/text>/g)].map((found) => found[1]);
  t.ok(labels.length >= 3 && labels.length <= 4, labels.join(', '));
  t.equal(labels.at(-1), 'day 89', 'the newest has one');
  t.ok(text.length < 60_000, `${text.length} characters`);
});

t.test('markup in names stays text', async (t) => {
  const hostile = `"><script>alert(1)</script>`;
  const columns = [{ label: hostile, values: [1] }];
  const drawn = [
    renderColumnChart({ ...chart, title: hostile, series: [hostile], columns }),
    renderBarChart({ title: hostile, bars: [{ name: hostile, value: 1 }], format: () => hostile }),
    renderLegend([hostile]),
  ];
  for (const { text } of drawn) t.notMatch(text, /<script/);
});
