// Names with `*`, `?` and `[...]` in them, as LIST and NLST take them (RFC 959 leaves it to the server; RFC 3659 forbids
// it in MLSD and MLST). Matching takes at most length × length steps: there is no pattern that makes it explode. Caller:
// listing.ts. Trusts nothing.

type PatternPart =
  | { readonly kind: 'run' }
  | { readonly kind: 'one' }
  | { readonly kind: 'letter'; readonly letter: string }
  | {
      readonly kind: 'class';
      readonly negated: boolean;
      readonly ranges: readonly (readonly [string, string])[];
    };

/** Whether a text has anything in it that stands for more than itself. */
export function isPattern(text: string): boolean {
  return /[*?[]/.test(text);
}

/** The test of names against `pattern`; the whole name has to fit. A `[` without its `]` stands for itself. */
export function compilePattern(pattern: string): (name: string) => boolean {
  const parts = parsePattern(pattern);
  return (name) => matches(parts, Array.from(name));
}

function parsePattern(pattern: string): PatternPart[] {
  const letters = Array.from(pattern);
  const parts: PatternPart[] = [];
  for (let index = 0; index < letters.length; index += 1) {
    const letter = letters[index]!;
    if (letter === '*') {
      if (parts.at(-1)?.kind !== 'run') parts.push({ kind: 'run' });
    } else if (letter === '?') parts.push({ kind: 'one' });
    else if (letter === '[') {
      const end = findClassEnd(letters, index);
      if (end === -1) parts.push({ kind: 'letter', letter });
      else {
        parts.push(parseClass(letters.slice(index + 1, end)));
        index = end;
      }
    } else parts.push({ kind: 'letter', letter });
  }
  return parts;
}

/** A `]` that comes first in its class stands for itself. */
function findClassEnd(letters: readonly string[], begin: number): number {
  const first = begin + (letters[begin + 1] === '!' || letters[begin + 1] === '^' ? 2 : 1);
  return letters.indexOf(']', first + 1);
}

function parseClass(letters: readonly string[]): PatternPart {
  const negated = letters[0] === '!' || letters[0] === '^';
  const listed = negated ? letters.slice(1) : letters;
  const ranges: (readonly [string, string])[] = [];
  for (let index = 0; index < listed.length; index += 1) {
    const from = listed[index]!;
    const to = listed[index + 1] === '-' ? listed[index + 2] : undefined;
    ranges.push([from, to ?? from]);
    if (to !== undefined) index += 2;
  }
  return { kind: 'class', negated, ranges };
}

/** Goes on from the last `*` alone when something does not fit, which is enough and never takes exponential time. */
function matches(parts: readonly PatternPart[], letters: readonly string[]): boolean {
  let [part, letter] = [0, 0];
  let lastRun = -1;
  let lastRunLetter = 0;
  while (letter < letters.length) {
    const current = parts[part];
    if (current?.kind === 'run') {
      [lastRun, lastRunLetter] = [part, letter];
      part += 1;
    } else if (current !== undefined && fits(current, letters[letter]!)) {
      part += 1;
      letter += 1;
    } else if (lastRun >= 0) {
      lastRunLetter += 1;
      [part, letter] = [lastRun + 1, lastRunLetter];
    } else return false;
  }
  return parts.slice(part).every(({ kind }) => kind === 'run');
}

function fits(part: PatternPart, letter: string): boolean {
  switch (part.kind) {
    case 'run':
    case 'one':
      return true;
    case 'letter':
      return part.letter === letter;
    case 'class':
      return part.ranges.some(([from, to]) => from <= letter && letter <= to) !== part.negated;
  }
}
