// Markdown to HTML that is safe by construction, and the one door to the Markdown library: HTML in the text stays text,
// pictures are left out, and a link can only lead to http, https or mailto. Called for what a vendor's people write:
// notes of releases and licence agreements. Headings begin at the level that the page has room for.
import markdownIt from 'markdown-it';
import { Html } from './html.ts';

const safeLink = /^(?:https?:\/\/|mailto:|\/(?!\/)|#)/i;

const parser = markdownIt({ html: false, linkify: true, typographer: false });
parser.disable('image');
parser.validateLink = (address) => safeLink.test(address.trim());

parser.renderer.rules.link_open = (tokens, index, options, _environment, renderer) => {
  const token = tokens[index];
  token?.attrSet('rel', 'nofollow noopener noreferrer');
  return renderer.renderToken(tokens, index, options);
};

/** The text as HTML, for a `<div class="prose">`. `topLevel`: what a first-level heading becomes. */
export function renderMarkdown(text: string, topLevel: 2 | 3 | 4 = 3): Html {
  const tokens = parser.parse(text, {});
  for (const token of tokens) {
    if (token.type !== 'heading_open' && token.type !== 'heading_close') continue;
    const level = Number(token.tag.slice(1)) + topLevel - 1;
    token.tag = `h${Math.min(level, 6)}`;
  }
  return new Html(parser.renderer.render(tokens, parser.options, {}));
}
