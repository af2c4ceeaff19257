// The page that the `type` of a problem (RFC 9457) leads to: every code of the API, what it means and what to do. English, as
// the API is.
import { html } from '#commlink/pages/html.ts';
import { problemCodes, problemTable } from '../portal-problem.ts';
import { renderPage, type PageFrame } from './layout.ts';

/** The list of problem codes. */
export function problemsPage(frame: PageFrame): string {
  const entries = problemCodes.map((code) => {
    const { status, title, advice } = problemTable[code];
    return html`<section id="${code}">
      <h2><code>${code}</code> <small>HTTP ${status}</small></h2>
      <p><strong>${title}.</strong> ${advice}</p>
    </section>`;
  });
  const main = html`<div class="reading" lang="en">
    <header class="page-head">
      <h1>Problems that the API can answer with</h1>
      <p class="lead">
        Each answer has a <code>code</code> from this list, a <code>detail</code> for its own case, and an
        <code>incident</code> to tell us.
      </p>
    </header>
    ${entries}
  </div>`;
  return renderPage(frame, { title: 'Problems', viewer: null, main });
}
