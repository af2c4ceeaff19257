// The literals of a source file: its strings and templates, those inside of a template's holes too. Called by the tidy rules
// that look at what a file says. A scan is enough: the formatter has normalized the code.

/** A string, or a template with its holes as `${}`. */
export interface Literal {
  /** What stands before it on its line, without blanks at the end: a tag, a call, a name. */
  readonly before: string;
  /** The code before it, as far as it may matter. */
  readonly code: string;
  readonly text: string;
  readonly line: number;
}

/** All of them, inner ones before the one that they are in. */
export function findLiterals(source: string): Literal[] {
  const literals: Literal[] = [];
  scanCode(source, 0, literals);
  return literals;
}

/** Where the code ends: behind the brace that closes a hole, or with the file. */
function scanCode(source: string, start: number, literals: Literal[]): number {
  let depth = 0;
  let at = start;
  while (at < source.length) {
    const skipped = skipMute(source, at);
    if (skipped > at) {
      at = skipped;
      continue;
    }
    const sign = source[at];
    if (sign === '}' && depth === 0) return at + 1;
    if (sign === '{') depth += 1;
    if (sign === '}') depth -= 1;
    if (sign === "'" || sign === '"') at = scanString(source, at, literals);
    else if (sign === '`') at = scanTemplate(source, at, literals);
    else at += 1;
  }
  return at;
}

const lineComment = /\/\/.*/y;
const blockComment = /\/\*[\s\S]*?\*\//y;
const expression = /\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/\w*/y;

/** Behind a comment or a regular expression that begins here; `at` itself where none does. */
function skipMute(source: string, at: number): number {
  if (source[at] !== '/') return at;
  const mayBeExpression = /(?:^|[(,=:[!&|?{};>]|return)\s*$/.test(source.slice(Math.max(0, at - 40), at));
  for (const pattern of [lineComment, blockComment, ...(mayBeExpression ? [expression] : [])]) {
    pattern.lastIndex = at;
    if (pattern.test(source)) return pattern.lastIndex;
  }
  return at;
}

function scanString(source: string, start: number, literals: Literal[]): number {
  let at = start + 1;
  while (at < source.length && source[at] !== source[start]) at += source[at] === '\\' ? 2 : 1;
  literals.push(literalAt(source, start, source.slice(start + 1, at)));
  return at + 1;
}

function scanTemplate(source: string, start: number, literals: Literal[]): number {
  let text = '';
  let at = start + 1;
  while (at < source.length && source[at] !== '`') {
    if (source.startsWith('${', at)) {
      text += '${}';
      at = scanCode(source, at + 2, literals);
      continue;
    }
    const length = source[at] === '\\' ? 2 : 1;
    text += source.slice(at, at + length);
    at += length;
  }
  literals.push(literalAt(source, start, text));
  return at + 1;
}

/** The longest statement that is looked at, in characters. */
const codeCharactersMax = 400;

function literalAt(source: string, start: number, text: string): Literal {
  const above = source.slice(0, start);
  return {
    before: above.slice(above.lastIndexOf('\n') + 1).trimEnd(),
    code: above.slice(-codeCharactersMax),
    text,
    line: above.split('\n').length,
  };
}
