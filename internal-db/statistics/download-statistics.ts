// Sums of downloads for people: by day or weeks, by product and by node, over the last month and longer. Called by the
// console's pages. Reads the sums that the store keeps, never the downloads.
import type { DownloadOutcome } from '#commlink/methods/fields.ts';
import type { ServiceContext } from '../service-context.ts';
import type { DownloadSum } from '../store/statistics.ts';

const dayMs = 86_400_000;

/** The periods that can be asked for, up to today, each in so many spans that a chart and its table stay readable. */
export const periods = [
  { days: 30, daysInSpan: 1 },
  { days: 182, daysInSpan: 7 },
  { days: 364, daysInSpan: 14 },
] as const;
/** One of them. */
export type Period = (typeof periods)[number];

/** Downloads that ended, by what became of them. */
export interface DownloadTotals {
  readonly complete: number;
  /** The client had what it wanted, or left: a part of a file, as when a download is resumed later. */
  readonly partial: number;
  /** A whole file that was broken off by either end, or by a node that stopped. */
  readonly failed: number;
  /** Cut, since what allowed them was taken back. */
  readonly revoked: number;
  readonly sentBytes: number;
}

/** The totals of one product or node. */
export interface NamedTotals extends DownloadTotals {
  readonly name: string;
}

/** The totals of one day, or of the weeks that begin with it. */
export interface SpanTotals extends DownloadTotals {
  /** Its first day, `2026-01-31`. */
  readonly day: string;
}

/** What the page shows. */
export interface DownloadStatistics {
  readonly daysInSpan: Period['daysInSpan'];
  readonly spans: readonly SpanTotals[];
  /** Those that sent the most first. */
  readonly products: readonly NamedTotals[];
  readonly nodes: readonly NamedTotals[];
  readonly total: DownloadTotals;
}

/** Reads them. `productId` and `nodeName` narrow them down. */
export async function readDownloadStatistics(
  { store: { read }, clock }: ServiceContext,
  wanted: { period: Period; productId: string | null; nodeName: string | null },
): Promise<DownloadStatistics> {
  const { period, productId, nodeName } = wanted;
  const { days, daysInSpan } = period;
  const toDay = Math.floor(clock.nowMs() / dayMs);
  const filter = { fromDay: toDay - days + 1, toDay, productId, nodeName };
  const sums = await read.statistics.downloadsByDay(filter);
  const bySpan = Map.groupBy(sums, ({ key }) => Math.floor((key - filter.fromDay) / daysInSpan));
  const spans = Array.from({ length: days / daysInSpan }, (_, index) => ({
    day: new Date((filter.fromDay + index * daysInSpan) * dayMs).toISOString().slice(0, 10),
    ...addUp(bySpan.get(index) ?? []),
  }));
  return {
    daysInSpan,
    spans,
    products: byName(await read.statistics.downloadsByProduct(filter)),
    nodes: byName(await read.statistics.downloadsByNode(filter)),
    total: addUp(sums),
  };
}

function byName(sums: readonly DownloadSum<string>[]): NamedTotals[] {
  return [...Map.groupBy(sums, ({ key }) => key)]
    .map(([name, ofName]) => ({ name, ...addUp(ofName) }))
    .toSorted((left, right) => right.sentBytes - left.sentBytes);
}

function addUp(sums: readonly DownloadSum<unknown>[]): DownloadTotals {
  const countOf = (...outcomes: DownloadOutcome[]): number =>
    sums.reduce((sum, one) => sum + (outcomes.includes(one.outcome) ? one.downloadCount : 0), 0);
  return {
    complete: countOf('complete'),
    partial: countOf('partial'),
    failed: countOf('aborted', 'lost'),
    revoked: countOf('revoked'),
    sentBytes: sums.reduce((sum, one) => sum + one.sentBytes, 0),
  };
}
