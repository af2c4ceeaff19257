// What services say of what they find and refuse, in the language that is spoken: on the console the reader's, elsewhere English.
import * as englishAlerts from './english/alerts.ts';
import * as englishFindings from './english/findings.ts';
import * as englishProposals from './english/proposals.ts';
import * as germanAlerts from './german/alerts.ts';
import * as germanFindings from './german/findings.ts';
import * as germanProposals from './german/proposals.ts';
import { inSpokenLanguage } from './spoken-language.ts';

export const { alertTexts } = inSpokenLanguage({ en: englishAlerts, de: germanAlerts });
export const { decisionTexts, chainTexts } = inSpokenLanguage({ en: englishFindings, de: germanFindings });
export const { changeTexts, previewTexts } = inSpokenLanguage({ en: englishProposals, de: germanProposals });
