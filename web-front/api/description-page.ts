// The API's description for people, as a page of this portal. Called by description-routes.ts.
import { renderDescription, type ApiDescription } from '#commlink/api/description-content.ts';
import { html } from '#commlink/pages/html.ts';
import { renderPage, type PageFrame } from '../pages/layout.ts';

/** The page. */
export function descriptionPage(frame: PageFrame, description: ApiDescription, publicUrl: string): string {
  const { title, description: about } = description.info;
  const main = html`<div class="reading" lang="en">
    <header class="page-head">
      <h1>${title}</h1>
      <p class="lead">${about?.replaceAll('`', '')}</p>
      <div class="actions"><a class="button" href="/api/v1/openapi.json">OpenAPI 3.1 document</a></div>
    </header>
    ${renderDescription(description, { publicUrl, tokensAt: 'in the portal', problemsAt: '/problems' })}
  </div>`;
  return renderPage(frame, { title: 'API', viewer: null, main });
}
