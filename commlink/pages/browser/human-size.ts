// How sizes are written: on the servers' pages and by the scripts that refresh them. It runs in both places, so that a
// figure looks the same whoever wrote it.

const units = ['kB', 'MB', 'GB', 'TB', 'PB'] as const;
// Made once: a new format for each figure took longer than the rest of a page.
const figures = {
  en: new Intl.NumberFormat('en', { maximumSignificantDigits: 3 }),
  de: new Intl.NumberFormat('de', { maximumSignificantDigits: 3 }),
} as const;

/** A size in decimal units with three significant digits: `118 MB`, `1.07 GB` (in German `1,07 GB`), `512 bytes`. */
export function humanSize(sizeBytes: number, language: 'en' | 'de' = 'en'): string {
  if (sizeBytes < 1000) return byteCount(Math.max(0, Math.round(sizeBytes)), language);
  let value = sizeBytes;
  let unit = '';
  for (const next of units) {
    // At 999.5 the rounded figure would read "1,000 kB": the next unit begins there.
    if (value < 999.5) break;
    value /= 1000;
    unit = next;
  }
  return `${figures[language].format(value)} ${unit}`;
}

function byteCount(count: number, language: 'en' | 'de'): string {
  const word = language === 'de' ? 'Byte' : count === 1 ? 'byte' : 'bytes';
  return `${count} ${word}`;
}
