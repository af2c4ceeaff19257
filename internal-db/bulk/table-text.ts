// The text of a table as spreadsheets write it: its encoding, its separator, and the lines that could not be read. Called by
// parse-bulk.ts, and by the console for a file. Trusts nothing of it.

const separators = [',', ';', '\t'] as const;
/** What stands between two cells. */
export type Separator = (typeof separators)[number];

/**
 * The text of a file: UTF-16 where its first two bytes say so, as Excel's "Unicode text", else UTF-8. What is neither has U+FFFD in it;
 * findUnreadableLines tells where.
 */
export function decodeTable(bytes: Uint8Array): string {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (first === 0xfe && second === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  return new TextDecoder().decode(bytes);
}

/** Which of the three the headings are parted by: the one that is there most often, a comma when there is none. */
export function findSeparator(text: string): Separator {
  const headings = /^\s*(.*)/.exec(text)?.[1] ?? '';
  const counts = separators.map((separator) => headings.split(separator).length);
  return separators[counts.indexOf(Math.max(...counts))] ?? ',';
}

/** The lines, from 1, with a character that was lost in decoding, or is none of a text. */
export function findUnreadableLines(text: string): number[] {
  const lines = text.split(/\r\n|\r|\n/);
  return lines.flatMap((line, index) => (/[\0\uFFFD]/.test(line) ? [index + 1] : []));
}

/** Whether somebody took the workbook itself (a ZIP archive) for its table. */
export function isWorkbook(text: string): boolean {
  return text.startsWith('PK\u0003\u0004');
}
