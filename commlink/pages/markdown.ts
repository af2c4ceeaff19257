// Markdown to HTML that is safe by construction, and the one door to the Markdown library: HTML in the text stays text,
// pictures are left out, and a link can only lead to http, https or mailto. Called for what a vendor's people write:
// notes of releases and licence agreements. Headings begin at the level that the page has room for.
import markdownIt from 'markdown-it';
import { Html } from './html.ts';

const safeLink = /^(?:https?:\/\/|mailto:|\/(?!\/)|#)/i;

const parser = markdownIt({ html: false, linkify: true, typographer: false });
parser.disable('image');
parser.validateLink = (address) => safeLink.test(address.trim());

/** The text as HTML, for a `<div class="prose">`. `topLevel`: what its highest headings become. */
export function renderMarkdown(text: string, topLevel: 2 | 3 | 4 = 3): Html {
  const tokens = parser.parse(text, {});
  const levels = headingLevels(
    tokens.filter(({ type }) => type === 'heading_open').map(({ tag }) => Number(tag.slice(1))),
    topLevel,
  );
  let heading = -1;
  for (const token of tokens) {
    for (const child of token.children ?? []) {
      if (child.type === 'link_open') child.attrSet('rel', 'nofollow noopener noreferrer');
    }
    if (token.type === 'heading_open') heading += 1;
    if (token.type !== 'heading_open' && token.type !== 'heading_close') continue;
    token.tag = `h${levels[heading] ?? topLevel}`;
  }
  return new Html(parser.renderer.render(tokens, parser.options, {}));
}

/** The first is at the top level, whatever its author began with; none is more than one below the heading before it. */
function headingLevels(written: readonly number[], topLevel: number): number[] {
  const first = Math.min(...written);
  const levels: number[] = [];
  for (const level of written) {
    const before = levels.at(-1) ?? topLevel - 1;
    levels.push(Math.min(level - first + topLevel, before + 1, 6));
  }
  return levels;
}
