// The page for anything that went wrong: what, why, what to do next, and the incident id to tell us.
import { html, type Html } from '#commlink/pages/html.ts';
import type { PortalProblem } from '../portal-problem.ts';
import type { ProblemSentences } from '../texts/english/errors.ts';
import { renderPage, type PageFrame, type Viewer } from './layout.ts';

/** The page for a problem, with the ways to the other pages for who is signed in; `viewer` null: nothing is known of the visitor. */
export function errorPage(
  frame: PageFrame,
  problem: PortalProblem,
  { incident, viewer }: { readonly incident: string; readonly viewer: Viewer | null },
): string {
  const texts = frame.texts.errors;
  const { title, advice } = texts.problems[problem.code];
  const reason = problem.reason && html` · ${texts.reason} <code>${problem.reason}</code>`;
  const main = html`<div class="reading">
    <h1>${title}</h1>
    <p class="lead">${sentenceOf(texts.sentences, problem)}</p>
    <p>${advice}</p>
    <p class="actions"><a class="button" href="/">${texts.home}</a></p>
    <p class="fine">${texts.incident} <code>${incident}</code>${reason}</p>
  </div>`;
  return renderPage(frame, { title, viewer, main });
}

/** In the visitor's language where there are words for it; else the sentence that programs get. */
function sentenceOf(sentences: ProblemSentences | null, { code, reason, message }: PortalProblem): Html {
  if (sentences === null) return html`${message}`;
  const own = textOf(sentences.byReason, reason ?? '') ?? textOf(sentences.byCode, code);
  return own === null ? html`<span lang="en">${message}</span>` : html`${own}`;
}

function textOf(texts: Readonly<Record<string, string>>, name: string): string | null {
  return Object.hasOwn(texts, name) ? (texts[name] ?? null) : null;
}
