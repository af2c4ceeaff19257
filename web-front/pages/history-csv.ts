// The history as comma-separated values (RFC 4180), for spreadsheets. These take a cell that begins with certain characters
// for a formula, which could then send what is in the sheet elsewhere: such a cell gets an apostrophe before it (OWASP, CSV
// injection). Called by the history's route.
import type { PastDownload } from '#commlink/methods/delivery-methods.ts';

const columns: readonly (readonly [name: string, of: (download: PastDownload) => string | number])[] = [
  ['began', ({ startedAtMs }) => new Date(startedAtMs).toISOString()],
  ['ended', ({ endedAtMs }) => (endedAtMs === null ? '' : new Date(endedAtMs).toISOString())],
  ['product', ({ path }) => path.split('/')[0] ?? ''],
  ['version', ({ path }) => path.split('/')[1] ?? ''],
  ['file', ({ path }) => path.split('/').slice(2).join('/')],
  ['person', ({ by }) => by ?? ''],
  ['protocol', ({ protocol }) => protocol],
  ['address', ({ address }) => address],
  ['offset_bytes', ({ offsetBytes }) => offsetBytes],
  ['sent_bytes', ({ sentBytes }) => sentBytes],
  ['size_bytes', ({ sizeBytes }) => sizeBytes],
  ['result', ({ outcome }) => outcome],
  ['delivery', ({ delivery }) => delivery],
];

/** The line of headings. */
export const historyCsvHead = lineOf(columns.map(([name]) => name));

/** The line of one download. */
export function historyCsvLine(download: PastDownload): string {
  return lineOf(columns.map(([, of]) => of(download)));
}

function lineOf(cells: readonly (string | number)[]): string {
  return `${cells.map(cellText).join(',')}\r\n`;
}

function cellText(value: string | number): string {
  if (typeof value === 'number') return String(value);
  const harmless = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
