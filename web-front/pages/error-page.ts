// The page for anything that went wrong: what, why, what to do next, and the incident id to tell us.
import { html } from '#commlink/pages/html.ts';
import type { PortalProblem } from '../portal-problem.ts';
import { renderPage, type PageFrame } from './layout.ts';

/** The page for a problem. It names no account: it is also shown when nothing is known of the visitor. */
export function errorPage(frame: PageFrame, problem: PortalProblem, incident: string): string {
  const texts = frame.texts.errors;
  const { title, advice } = texts.problems[problem.code];
  const reason = problem.reason && html` · ${texts.reason} <code>${problem.reason}</code>`;
  const main = html`<div class="reading">
    <h1>${title}</h1>
    <p class="lead" lang="en">${problem.message}</p>
    <p>${advice}</p>
    <p class="actions"><a class="button" href="/">${texts.home}</a></p>
    <p class="fine">${texts.incident} <code>${incident}</code>${reason}</p>
  </div>`;
  return renderPage(frame, { title, viewer: null, main });
}
