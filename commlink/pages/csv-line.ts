// A line of comma-separated values (RFC 4180), for spreadsheets. These take a cell that begins with certain characters for
// a formula, which could then send what is in the sheet elsewhere: such a cell gets an apostrophe before it (OWASP, CSV
// injection). Callers: the portal's history, the console's audit log.

/** The line, with its end. Numbers are as they are. */
export function csvLine(cells: readonly (string | number)[]): string {
  return `${cells.map(cellText).join(',')}\r\n`;
}

function cellText(value: string | number): string {
  if (typeof value === 'number') return String(value);
  const harmless = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
