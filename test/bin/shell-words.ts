// Finds the runs of `consign` in text for a shell, and their words, with quotation marks undone. Knows what the documents use of a
// shell's language, and no more. Caller: documented-commands.test.ts.

/** A line's continuation; a comment; something quoted; what ends a command or opens a new one; where output goes; letters of a word. */
const token =
  /\\\n|(?<=^|\s)#[^\n]*|(?<single>'[^']*')|(?<double>"[^"]*")|(?<end>\$\(|[\n;&|()]+)|(?<redirection>[<>]+)|(?<space>[ \t]+)|(?<plain>[^\s;&|()<>'"]+?(?=\$\(|[\s;&|()<>'"]|$))/gm;

/** What may stand before a program's name. */
const before = /^(?:npx|!|until|while|if|do|[A-Z_]+=.*)$/;
const asConsign = ['runuser', '-u', 'consign', '--'];

/** The words behind each `consign` that the shell would run. */
export function commandsOf(text: string): string[][] {
  return splitCommands(text).flatMap((words) => {
    let rest = words;
    while (before.test(rest[0] ?? '')) rest = rest.slice(1);
    if (asConsign.every((word, index) => rest[index] === word)) rest = rest.slice(asConsign.length);
    return rest[0] === 'consign' ? [rest.slice(1)] : [];
  });
}

function splitCommands(text: string): string[][] {
  const found: string[][] = [];
  let words: string[] = [];
  let word: string | null = null;
  let isRedirected = false;
  const endWord = (): void => {
    if (word === null) return;
    if (!isRedirected) words.push(word);
    isRedirected = false;
    word = null;
  };
  for (const { groups = {} } of text.matchAll(token)) {
    const { single, double, end, redirection, plain } = groups;
    const letters = plain ?? (single ?? double)?.slice(1, -1);
    if (letters !== undefined) {
      word = (word ?? '') + letters;
      continue;
    }
    endWord();
    if (redirection !== undefined) isRedirected = true;
    if (end === undefined) continue;
    found.push(words);
    words = [];
  }
  endWord();
  return [...found, words];
}
