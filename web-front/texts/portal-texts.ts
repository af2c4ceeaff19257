// The texts of the portal's pages by language. Called by page-frame.ts, which hands a page those of its visitor.
import type { Language } from '#commlink/pages/texts/language.ts';
import { englishTexts } from './english/english-texts.ts';
import { germanTexts } from './german/german-texts.ts';

/** The texts that a page is written with. */
export type PortalTexts = typeof englishTexts;

/** Them all. */
export const portalTexts: Readonly<Record<Language, PortalTexts>> = { en: englishTexts, de: germanTexts };
