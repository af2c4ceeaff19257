// The page that shows a form which was sent after its session was over, and sends it now. Called by kept-form-routes.ts.
import { renderTextField } from '#commlink/pages/components/form-field.ts';
import { renderNotice } from '#commlink/pages/components/parts.ts';
import { html, type Html } from '#commlink/pages/html.ts';
import { formTokenField, renderPage } from '../layout.ts';
import type { StaffCaller } from '../staff-session.ts';
import { formsTexts } from '../texts/console-texts.ts';
import { passwordCharacters } from '#commlink/methods/people-fields.ts';
import { countText } from '../texts/sizes-and-times.ts';
import { keptFieldCharactersShownMax } from './limits.ts';
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
      <form class="form" method="post" action="${form.action}" enctype="${form.encoding}" data-once>
        ${formTokenField(caller)}
        ${form.fields.map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`)}
        ${form.wantsPassword ? renderPasswordField() : null}
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
    <dd class="break">${shorten(value)}</dd>
  </div>`;
}

function shorten(value: string): string {
  const rest = value.length - keptFieldCharactersShownMax;
  if (rest <= 0) return value;
  return `${value.slice(0, keptFieldCharactersShownMax)} ${formsTexts.kept.more(countText(rest))}`;
}

function renderPasswordField(): Html {
  return renderTextField({
    name: 'password',
    label: formsTexts.kept.password,
    type: 'password',
    hint: formsTexts.kept.passwordHint,
    attributes: { autocomplete: 'current-password', maxlength: passwordCharacters.max },
  });
}
