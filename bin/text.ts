// How the command line writes things for people: sizes, times, tables. Called by the commands' text output only;
// --json gives the exact numbers.

const binaryUnits = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

/** `1536` as `1.5 KiB`. */
export function formatBytes(bytes: number): string {
  const power = bytes === 0 ? 0 : Math.min(Math.floor(Math.log2(bytes) / 10), binaryUnits.length - 1);
  const value = bytes / 1024 ** power;
  const digits = power === 0 || value >= 100 ? 0 : 1;
  return `${value.toFixed(digits)} ${binaryUnits[power]}`;
}

/** `2026-11-22 14:05:09` in the local time zone. */
export function formatTime(atMs: number): string {
  const date = new Date(atMs);
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

/** `1 file`, `2 files`. */
export function formatCount(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}

const spans = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1_000],
] as const;

/** `5400000` as `1.5 h`. */
export function formatSpan(spanMs: number): string {
  const [unit, sizeMs] = spans.find(([, size]) => Math.abs(spanMs) >= size) ?? (['s', 1_000] as const);
  return `${Number((spanMs / sizeMs).toFixed(1))} ${unit}`;
}

/** A table with aligned columns; what is in the cells is shown without control characters. */
export function formatTable(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return 'Nothing to show.';
  const lines = [headings.map((heading) => heading.toUpperCase()), ...rows.map((row) => row.map(showable))];
  const widths = headings.map((_, column) => Math.max(...lines.map((line) => (line[column] ?? '').length)));
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Text that came from elsewhere, safe to write to a terminal. */
export function showable(text: string): string {
  // eslint-disable-next-line no-control-regex -- neither escape sequences nor what turns the direction of writing reach the terminal
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g, '\ufffd');
}

/** The same for a text of several lines. */
export function showableLines(text: string): string {
  return text.split('\n').map(showable).join('\n');
}
