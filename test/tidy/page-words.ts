// The tidy rule about words: what people read on a page of the console or the portal stands in its texts/, where it can be
// translated, and not in the file that says what is shown. Called by tidy.test.ts for each file.
import { findLiterals, type Literal } from './source-literals.ts';
import type { SourceFile, Untidiness } from './source-file.ts';

const pageFile = /^(?:internal-db\/console|web-front\/pages)\/.*\.ts$/;
/**
 * What programs read, the texts, and the words that the browser loads with a script. The portal's page of problems is the English
 * of its API.
 */
const isElsewhere =
  /^internal-db\/console\/(?:(?:api|texts)\/|browser\/[\w-]+-words\.ts$)|^web-front\/pages\/problems-page\.ts$/;
const word = /\p{L}{2,}/u;
/** Attributes that people read or hear. */
const saidAttribute = /\s(?:aria-label|placeholder|alt|title)="[^"$]*\p{L}{2,}/u;
/** As sentences, labels and headings begin. */
const capital = /^\p{Lu}\p{Ll}/u;
/** What has no other name in any language. */
const properNames =
  /^(?:Android|Chrome|ChromeOS|Edge|Firefox|Linux|Opera|Safari|Windows|Windows PowerShell|User-agent: .*)$|SHA-256/;
/** A template that is an attribute by itself. */
const bareAttribute = /^(?:checked|hidden|required|selected)$/;
/** A fault; and what the portal's API says of a refusal, for which the portal's page has sentences of its own. */
const saidToPrograms = /new (?:Error|PortalProblem)\([^;]*$/;

function saysSomething({ before, code, text }: Literal): boolean {
  if (!before.endsWith('html'))
    return capital.test(text) && !properNames.test(text) && !saidToPrograms.test(code);
  if (bareAttribute.test(text.trim())) return false;
  const shown = text
    .replaceAll(/<code>[^<]*<\/code>/g, ' ')
    .replaceAll(/<[^>]*>|[\w-]+="[^"]*"|&\w+;|\$\{\}/g, ' ')
    .replace(properNames, ' ');
  return word.test(shown) || saidAttribute.test(text);
}

/** The words that a file of the console or the portal says by itself. */
export function checkPageWords({ path, text }: SourceFile): Untidiness[] {
  if (!pageFile.test(path) || isElsewhere.test(path)) return [];
  return findLiterals(text)
    .filter(saysSomething)
    .map((literal) => {
      const quoted = literal.text.trim().replaceAll(/\s+/g, ' ').slice(0, 60);
      return { path, rule: 'page-words', detail: `line ${literal.line} belongs into texts/: ${quoted}` };
    });
}
