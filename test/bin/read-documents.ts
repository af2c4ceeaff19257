// README.md and docs/ as far as they show something to type: whole blocks, and code within their sentences. Callers: the tests of what
// the documents say.
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const repository = join(import.meta.dirname, '..', '..');
const fence = /^```\w*\n([\s\S]*?)^```$/gm;

/** A document. */
export interface ReadDocument {
  /** Its path in the repository. */
  readonly file: string;
  readonly blocks: readonly string[];
  /** The text without its blocks, each run of white space one blank. */
  readonly sentences: string;
  /** The pieces of code in the sentences. */
  readonly inline: readonly string[];
}

/** All of them. */
export function readDocuments(): ReadDocument[] {
  return ['README.md', ...globSync('docs/*.md', { cwd: repository })].map((file) => {
    const text = readFileSync(join(repository, file), 'utf8');
    const blocks = [...text.matchAll(fence)].map(([, block = '']) => block);
    const sentences = text.replaceAll(fence, '').replaceAll(/\s+/g, ' ');
    const inline = [...sentences.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code);
    return { file, blocks, sentences, inline };
  });
}
