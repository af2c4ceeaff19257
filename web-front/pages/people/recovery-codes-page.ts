// The page that shows new recovery codes, once: they are in the answer to the form that made them and nowhere else.
// Called by the routes of second factors.
import { renderRecoveryCodes } from '#commlink/pages/components/second-step.ts';
import { html } from '#commlink/pages/html.ts';
import { renderPage, type PageFrame, type Viewer } from '../layout.ts';

/** The page. */
export function recoveryCodesPage(frame: PageFrame, viewer: Viewer, codes: readonly string[]): string {
  const texts = frame.texts.security.recovery;
  const main = html`<div class="reading">
    <header class="page-head">
      <h1>${texts.title}</h1>
      <p class="lead">${texts.help}</p>
    </header>
    <p><strong>${texts.once}</strong></p>
    ${renderRecoveryCodes(codes, texts)}
    <div class="actions"><a class="button primary" href="/account/security">${texts.done}</a></div>
  </div>`;
  return renderPage(frame, { title: texts.title, viewer, section: 'security', main });
}
