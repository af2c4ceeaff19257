// The page for anything that went wrong: what, why, what to do next, and the incident id to tell us.
import { html } from '#commlink/pages/html.ts';
import { problemTable, type PortalProblem } from '../portal-problem.ts';
import { renderPage, type PageFrame } from './layout.ts';

/** The page for a problem. It names no account: it is also shown when nothing is known of the visitor. */
export function errorPage(frame: PageFrame, problem: PortalProblem, incident: string): string {
  const { title, advice } = problemTable[problem.code];
  const main = html`<h1>${title}</h1>
    <p class="lead">${problem.message}</p>
    <p>${advice}</p>
    <p><a class="button" href="/">Go to your products</a></p>
    <p class="fine">
      Incident
      <code>${incident}</code>${problem.reason ? html` · reason <code>${problem.reason}</code>` : null}
    </p>`;
  return renderPage(frame, { title, viewer: null, main });
}
