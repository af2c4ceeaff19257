// Which language a page is written in: what the visitor chose (a cookie), else what the browser asks for (RFC 9110,
// Accept-Language), else English. Called by portal and console for each page and for the mails' language of a new user.
import { languageRangesMax } from '../limits.ts';

/** A language that pages are written in, as in `<html lang>`. */
export type Language = 'en' | 'de';

/** The languages, each with its name in itself. */
export const languageNames: Readonly<Record<Language, string>> = { en: 'English', de: 'Deutsch' };

/** Every language, in the order in which the switch shows them. */
export const languages = Object.keys(languageNames) as readonly Language[];

/** The cookie that keeps what the visitor chose. */
export const languageCookie = 'consign-language';

/** How long it is kept. */
export const languageKeptSeconds = 366 * 86_400;

/** True for a language that pages are written in. */
export function isLanguage(text: string | undefined): text is Language {
  return text !== undefined && Object.hasOwn(languageNames, text);
}

/** The language for a visitor; texts that are none of ours count as absent. */
export function chooseLanguage(visitor: {
  readonly cookie: string | undefined;
  readonly acceptLanguage: string | undefined;
}): Language {
  if (isLanguage(visitor.cookie)) return visitor.cookie;
  const wanted = (visitor.acceptLanguage ?? '').split(',', languageRangesMax).map(readRange);
  const best = wanted
    .filter(({ language, quality }) => isLanguage(language) && quality > 0)
    .sort((left, right) => right.quality - left.quality)[0]?.language;
  return isLanguage(best) ? best : 'en';
}

/** One range of the header: `de-AT;q=0.8` is German with quality 0.8. */
function readRange(range: string): { language: string; quality: number } {
  const [tag = '', ...parameters] = range.trim().toLowerCase().split(';');
  const quality = parameters.map((parameter) => /^\s*q=([\d.]+)\s*$/.exec(parameter)?.[1]).find(Boolean);
  return { language: tag.split('-')[0] ?? '', quality: quality === undefined ? 1 : Number(quality) };
}
