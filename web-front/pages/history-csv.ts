// The history as comma-separated values, for spreadsheets. Called by the history's route.
import type { PastDownload } from '#commlink/methods/delivery-methods.ts';
import { csvLine } from '#commlink/pages/csv-line.ts';

const columns: readonly (readonly [name: string, of: (download: PastDownload) => string | number])[] = [
  ['began', ({ startedAtMs }) => new Date(startedAtMs).toISOString()],
  ['ended', ({ endedAtMs }) => (endedAtMs === null ? '' : new Date(endedAtMs).toISOString())],
  ['product', ({ path }) => path.split('/')[0] ?? ''],
  ['version', ({ path }) => path.split('/')[1] ?? ''],
  ['file', ({ path }) => path.split('/').slice(2).join('/')],
  ['person', ({ by, appliance }) => by ?? appliance ?? ''],
  ['protocol', ({ protocol }) => protocol],
  ['address', ({ address }) => address],
  ['offset_bytes', ({ offsetBytes }) => offsetBytes],
  ['sent_bytes', ({ sentBytes }) => sentBytes],
  ['size_bytes', ({ sizeBytes }) => sizeBytes],
  ['result', ({ outcome }) => outcome],
  ['delivery', ({ delivery }) => delivery],
];

/** The line of headings. */
export const historyCsvHead = csvLine(columns.map(([name]) => name));

/** The line of one download. */
export function historyCsvLine(download: PastDownload): string {
  return csvLine(columns.map(([, of]) => of(download)));
}
