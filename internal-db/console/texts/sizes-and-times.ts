// Sizes, counts, days and times in the language that is spoken. Called by the pages of the console.
import type { Html } from '#commlink/pages/html.ts';
import * as inLanguage from '#commlink/pages/sizes-and-times.ts';
import { spokenLanguage } from '../../texts/spoken-language.ts';

/** A size in bytes, with the exact number as its title. */
export function sizeText(sizeBytes: number): Html {
  return inLanguage.sizeText(sizeBytes, spokenLanguage());
}

/** A moment, in milliseconds since 1970; null shows as a dash. */
export function timeText(atMs: number | null): Html {
  return inLanguage.timeText(atMs, spokenLanguage());
}

/** A day, in milliseconds since 1970; null shows as a dash. */
export function dayText(atMs: number | null): Html {
  return inLanguage.dayText(atMs, spokenLanguage());
}

/** A number with its thousands apart. */
export function countText(count: number): string {
  return inLanguage.countText(count, spokenLanguage());
}
