// How sizes and moments are written on pages: exact for everybody, and marked up so that the browser's script can show
// them in the reader's own time zone. Called by the pages of portal and console.
import { humanSize } from './browser/human-size.ts';
import { html, type Html } from './html.ts';
import { writtenDaysMax } from './limits.ts';
import type { Language } from './texts/language.ts';

const locales: Readonly<Record<Language, string>> = { en: 'en-GB', de: 'de-DE' };
const formats = new Map<string, Intl.DateTimeFormat>();
const counts: Readonly<Record<Language, Intl.NumberFormat>> = {
  en: new Intl.NumberFormat(locales.en),
  de: new Intl.NumberFormat(locales.de),
};
/** Days that were written lately: a list of releases has many, and the next page the same ones. */
const days = new Map<string, Html>();
const dayMs = 86_400_000;

/** A size for people, with the exact count of bytes in its title. */
export function sizeText(sizeBytes: number, language: Language = 'en'): Html {
  const exact = countText(sizeBytes, language);
  const title = language === 'de' ? `${exact} Byte` : `${exact} bytes`;
  return html`<span class="size" title="${title}">${humanSize(sizeBytes, language)}</span>`;
}

/** A moment, written in UTC; the script rewrites it in the reader's time zone. A dash for null. */
export function timeText(atMs: number | null, language: Language = 'en'): Html {
  if (atMs === null) return nothing;
  const at = new Date(atMs);
  const text = `${formatOf(language, 'minute').format(at)} UTC`;
  return html`<time datetime="${at.toISOString()}">${text}</time>`;
}

/** A day, written in UTC, e.g. for the end of a licence. A dash for null. */
export function dayText(atMs: number | null, language: Language = 'en'): Html {
  if (atMs === null) return nothing;
  const key = `${language} ${Math.floor(atMs / dayMs)}`;
  const known = days.get(key);
  if (known) return known;
  const at = new Date(atMs);
  const text = formatOf(language, 'day').format(at);
  const written = html`<time datetime="${at.toISOString().slice(0, 10)}">${text}</time>`;
  if (days.size >= writtenDaysMax) days.clear();
  days.set(key, written);
  return written;
}

/** A whole number with its thousands apart. */
export function countText(count: number, language: Language = 'en'): string {
  return counts[language].format(count);
}

const nothing = html`<span class="soft">–</span>`;

function formatOf(language: Language, precision: 'minute' | 'day'): Intl.DateTimeFormat {
  const key = `${language} ${precision}`;
  const known = formats.get(key);
  if (known) return known;
  const made = new Intl.DateTimeFormat(locales[language], {
    dateStyle: 'medium',
    timeZone: 'UTC',
    ...(precision === 'minute' ? { timeStyle: 'short' } : {}),
  });
  formats.set(key, made);
  return made;
}
