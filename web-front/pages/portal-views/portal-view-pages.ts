// The pages about staff who see the portal as a customer does: the way in, the notice above each page meanwhile, and the
// list that the customer reads. Called by portal-view-routes.ts and layout.ts.
import type { ToldView } from '#commlink/methods/portal-view-methods.ts';
import { renderTable } from '#commlink/pages/components/table.ts';
import { html } from '#commlink/pages/html.ts';
import { timeText } from '#commlink/pages/sizes-and-times.ts';
import { deliveryTabs } from '../deliveries-page.ts';
import { formTokenField, renderPage, type PageFrame, type Viewer } from '../layout.ts';

/** Asks before the view begins: a link alone, which programs follow too, opens nothing. */
export function openViewPage(frame: PageFrame, view: { formToken: string; code: string }): string {
  const texts = frame.texts.portalViews.open;
  const main = html`<div class="narrow">
    <h1>${texts.title}</h1>
    <p class="lead">${texts.lead}</p>
    <form class="form" method="post" action="/view-as-customer" data-once>
      ${formTokenField(view)}
      <input type="hidden" name="code" value="${view.code}" />
      <p>${texts.replaces}</p>
      <button class="primary" type="submit">${texts.button}</button>
    </form>
  </div>`;
  return renderPage({ ...frame, formToken: view.formToken }, { title: texts.title, viewer: null, main });
}

/** Says that the code is used up or too old. */
export function unusableViewPage(frame: PageFrame): string {
  const texts = frame.texts.portalViews.open;
  const main = html`<div class="narrow">
    <h1>${texts.unusableTitle}</h1>
    <p class="lead">${texts.unusableLead}</p>
    <p><a class="button" href="/sign-in">${texts.signIn}</a></p>
  </div>`;
  return renderPage(frame, { title: texts.unusableTitle, viewer: null, main });
}

/** What the customer is told. */
export function toldViewsPage(frame: PageFrame, viewer: Viewer, views: readonly ToldView[]): string {
  const texts = frame.texts.portalViews.told;
  const { when, as, reason } = texts.columns;
  const table = renderTable({
    caption: texts.table,
    columns: [when, as, reason],
    rows: views.map((view) => [timeText(view.openedAtMs, frame.language), view.user, view.reason]),
    empty: texts.empty,
  });
  const main = html`<header class="page-head">
      <h1>${texts.title}</h1>
      <p class="lead">${texts.lead}</p>
    </header>
    ${deliveryTabs(frame, '/history')} ${table}`;
  return renderPage(frame, { title: texts.title, viewer, section: 'deliveries', main });
}
