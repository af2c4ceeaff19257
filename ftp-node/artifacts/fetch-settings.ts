// How artifacts are fetched, as the node's settings say: the size of the cache, the bandwidth, and when. Called by artifact-puller.ts.
import type { FtpNodeSettings } from '#commlink/settings/ftp-node-settings.ts';

/** The settings. Zero is no limit; no window is always. */
export type FetchSettings = FtpNodeSettings['artifacts'];

const dayMinutes = 1440;

/** Whether the moment (milliseconds since 1970) is within one of the windows, which are times of day in UTC and may pass midnight. */
export function isWithinWindows(windows: FetchSettings['windows'], atMs: number): boolean {
  if (windows.length === 0) return true;
  const minute = Math.floor(atMs / 60_000) % dayMinutes;
  return windows.some(({ from, to }) => {
    const [begin, end] = [minuteOf(from), minuteOf(to)];
    return begin < end ? minute >= begin && minute < end : minute >= begin || minute < end;
  });
}

function minuteOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return hours * 60 + minutes;
}
