// How sizes, the progress and the outcomes of downloads are written, on the server's pages and by the script that refreshes them:
// this module runs in both places, so that a row looks the same whoever wrote it.
import { humanSize } from '#commlink/pages/browser/human-size.ts';

/** How far a download is: `118 MB of 1.07 GB`, and while it runs, `, 35 MB/s, 27 seconds left`. */
export function describeAmount(
  { reachedBytes, sizeBytes }: { readonly reachedBytes: number; readonly sizeBytes: number },
  bytesPerSecond: number | null,
): string {
  const amount = `${humanSize(reachedBytes)} of ${humanSize(sizeBytes)}`;
  if (bytesPerSecond === null || bytesPerSecond < 1) return amount;
  const left = describeDuration(Math.max(0, sizeBytes - reachedBytes) / bytesPerSecond);
  return `${amount}, ${humanSize(bytesPerSecond)}/s, ${left} left`;
}

/** A duration in the one unit that fits it, rounded up. */
function describeDuration(seconds: number): string {
  const [count, unit] =
    seconds <= 90
      ? [Math.ceil(seconds), 'second']
      : seconds <= 90 * 60
        ? [Math.ceil(seconds / 60), 'minute']
        : [Math.ceil(seconds / 3600), 'hour'];
  return `${count.toLocaleString('en')} ${unit}${count === 1 ? '' : 's'}`;
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
