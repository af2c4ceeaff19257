// The page that shows a form which was sent after its session was over, and sends it now. Called by kept-form-routes.ts.
import { renderNotice } from '#commlink/pages/components/parts.ts';
import { html, type Html } from '#commlink/pages/html.ts';
import { formTokenField, renderPage } from '../layout.ts';
import type { StaffCaller } from '../staff-session.ts';
import type { KeptForm } from './kept-forms.ts';

/** The page. */
export function renderKeptFormPage(caller: StaffCaller, form: KeptForm): string {
  const notice = html`<p>
    Your session was over when you sent this, so that <strong>nothing was done</strong>. Here is what you
    typed.
  </p>`;
  return renderPage({
    title: 'Send it now?',
    caller,
    lead: html`<code class="break">${form.action}</code>`,
    content: html`${renderNotice('warn', notice)}
      <dl class="facts">${form.fields.filter(([, value]) => value !== '').map(renderField)}</dl>
      <form method="post" action="${form.action}" data-once>
        ${formTokenField(caller)}
        ${form.fields.map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`)}
        <div class="actions">
          <button class="primary">Send it</button>
          <a class="button quiet" href="/">Leave it</a>
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
