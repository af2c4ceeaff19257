// The tidy rule about words: what people read on a page of the console stands in its texts/, where it can be translated, and not
// in the file that says what is shown. Called by tidy.test.ts for each file.
import { findLiterals, type Literal } from './source-literals.ts';
import type { SourceFile, Untidiness } from './source-file.ts';

const consoleFile = /^internal-db\/console\/.*\.ts$/;
/** What programs read, the texts, and the words that the browser loads with a script. */
const isElsewhere = /^internal-db\/console\/(?:(?:api|texts)\/|browser\/[\w-]+-words\.ts$)/;
const word = /\p{L}{2,}/u;
/** Attributes that people read or hear. */
const saidAttribute = /\s(?:aria-label|placeholder|alt|title)="[^"$]*\p{L}{2,}/u;
/** As sentences, labels and headings begin. */
const capital = /^\p{Lu}\p{Ll}/u;

function saysSomething({ before, text }: Literal): boolean {
  if (!before.endsWith('html')) return capital.test(text) && !before.endsWith('new Error(');
  const shown = text.replaceAll(/<[^>]*>|[\w-]+="[^"]*"|&\w+;|\$\{\}/g, ' ');
  return word.test(shown) || saidAttribute.test(text);
}

/** The words that a file of the console says by itself. */
export function checkPageWords({ path, text }: SourceFile): Untidiness[] {
  if (!consoleFile.test(path) || isElsewhere.test(path)) return [];
  return findLiterals(text)
    .filter(saysSomething)
    .map((literal) => {
      const quoted = literal.text.trim().replaceAll(/\s+/g, ' ').slice(0, 60);
      return { path, rule: 'page-words', detail: `line ${literal.line} belongs into texts/: ${quoted}` };
    });
}
