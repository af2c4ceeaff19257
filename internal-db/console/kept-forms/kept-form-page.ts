// The page that shows a form which was sent after its session was over, and sends it now. Called by kept-form-routes.ts.
import { renderNotice } from '#commlink/pages/components/parts.ts';
import { html, type Html } from '#commlink/pages/html.ts';
import { formTokenField, renderPage } from '../layout.ts';
import type { StaffCaller } from '../staff-session.ts';
import { formsTexts } from '../texts/english/forms.ts';
import type { KeptForm } from './kept-forms.ts';

/** The page. */
export function renderKeptFormPage(caller: StaffCaller, form: KeptForm): string {
  const texts = formsTexts.kept;
  return renderPage({
    title: texts.title,
    caller,
    lead: html`<code class="break">${form.action}</code>`,
    content: html`${renderNotice('warn', texts.nothingDone)}
      <dl class="facts">${form.fields.filter(([, value]) => value !== '').map(renderField)}</dl>
      <form method="post" action="${form.action}" data-once>
        ${formTokenField(caller)}
        ${form.fields.map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`)}
        <div class="actions">
          <button class="primary">${texts.send}</button>
          <a class="button quiet" href="/">${texts.leave}</a>
        </div>
      </form>`,
  });
}

function renderField([name, value]: readonly [string, string]): Html {
  return html`<div>
    <dt>${name}</dt>
    <dd class="break">${value}</dd>
  </div>`;
}
