// How sizes and the outcomes of downloads are written, on the server's pages and by the script that refreshes them:
// this module runs in both places, so that a row looks the same whoever wrote it.

const units = ['kB', 'MB', 'GB', 'TB', 'PB'] as const;

/** A size in decimal units with three significant digits: `118 MB`, `1.07 GB`, `512 bytes`. */
export function humanSize(sizeBytes: number): string {
  if (sizeBytes < 1000) return sizeBytes === 1 ? '1 byte' : `${Math.max(0, Math.round(sizeBytes))} bytes`;
  let value = sizeBytes;
  let unit = '';
  for (const next of units) {
    // At 999.5 the rounded figure would read "1,000 kB": the next unit begins there.
    if (value < 999.5) break;
    value /= 1000;
    unit = next;
  }
  return `${value.toLocaleString('en', { maximumSignificantDigits: 3 })} ${unit}`;
}

const outcomeWords: Readonly<Record<string, string>> = {
  running: 'running',
  complete: 'complete',
  partial: 'one part of the file',
  aborted: 'broken off: resume it',
  revoked: 'stopped, because the file was withdrawn',
  lost: 'end unknown, the server was restarted',
};

/** A download's outcome in words; an outcome that this page does not know yet as it is. */
export function describeOutcome(outcome: string): string {
  return outcomeWords[outcome] ?? outcome;
}
