// Reads the times and durations that people type: "30d", "2026-12-31", "2026-12-31T18:00Z", "-2h", "now".
// Called by the commands. Throws CliError `usage` for anything else.
import { CliError } from './cli-error.ts';

const unitMs: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 7 * 86_400_000,
  y: 365 * 86_400_000,
};
const durationForm = /^(\d+(?:\.\d+)?)(s|m|min|h|d|w|y)$/;
const dateForm = /^\d{4}-\d{2}-\d{2}$/;
const dateTimeForm = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(?:Z|[+-]\d{2}:\d{2})?$/;
const dayMs = 86_400_000;

/** `90s`, `15min` (or `15m`), `12h`, `30d`, `2w`, `1y` in milliseconds. */
export function parseDuration(text: string): number {
  const [, count, unit] = durationForm.exec(text) ?? [];
  const sizeMs = unitMs[unit ?? ''];
  if (count === undefined || sizeMs === undefined) {
    throw new CliError(
      'usage',
      `"${text}" is no duration. Write for example 90s, 15min, 12h, 30d, 2w or 1y.`,
    );
  }
  return Math.round(Number(count) * sizeMs);
}

/** How a date without a time is read: where the day starts, or where it ends (a last day counts in full). */
export type DayEdge = 'start' | 'end';

/** A time: ISO 8601 (a date alone is a day in UTC), `now`, or a duration from now (`30d`, `-2h`). */
export function parseTime(text: string, nowMs: number, edge: DayEdge = 'start'): number {
  if (text === 'now') return nowMs;
  if (durationForm.test(text.replace(/^[+-]/, ''))) {
    const spanMs = parseDuration(text.replace(/^[+-]/, ''));
    return text.startsWith('-') ? nowMs - spanMs : nowMs + spanMs;
  }
  const isDate = dateForm.test(text);
  const atMs = isDate || dateTimeForm.test(text) ? Date.parse(text.replace(' ', 'T')) : Number.NaN;
  // Date.parse turns 31 February into 3 March.
  const isReal = !Number.isNaN(atMs) && (!isDate || new Date(atMs).toISOString().startsWith(text));
  if (!isReal) {
    throw new CliError(
      'usage',
      `"${text}" is no time. Write for example 2026-12-31, 2026-12-31T18:00Z, 30d or now.`,
    );
  }
  return isDate && edge === 'end' ? atMs + dayMs : atMs;
}
