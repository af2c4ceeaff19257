// The page that shows a form which was sent when its session was over, and sends it now. Called by kept-form-routes.ts.
import { renderFacts } from '#commlink/pages/components/parts.ts';
import { html } from '#commlink/pages/html.ts';
import { isLanguage, languageNames } from '#commlink/pages/texts/language.ts';
import type { KeptAction, KeptForm } from '../../http/kept-form.ts';
import type { PortalTexts } from '../../texts/portal-texts.ts';
import { formTokenField, renderPage, type PageFrame, type Viewer } from '../layout.ts';

/** The page. */
export function keptFormPage(frame: PageFrame, viewer: Viewer, form: KeptForm): string {
  const { texts } = frame;
  const { title, lead, heading, forms, leave } = texts.keptForms;
  const labels: Readonly<Record<string, string>> = forms[form.action];
  const typed = form.fields.filter(([, value]) => value !== '');
  const main = html`<div class="reading">
    <header class="page-head">
      <h1>${title}</h1>
      <p class="lead">${lead}</p>
    </header>
    <section aria-labelledby="typed">
      <h2 id="typed">${heading}</h2>
      ${renderFacts(typed.map(([name, value]) => [labels[name] ?? name, valueText(texts, name, value)]))}
      <form method="post" action="${form.action}" data-once>
        ${formTokenField(viewer)}
        ${form.fields.map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`)}
        <div class="actions">
          <button class="primary" type="submit">${buttonText(texts, form.action)}</button>
          <a class="button quiet" href="${form.page}">${leave}</a>
        </div>
      </form>
    </section>
  </div>`;
  return renderPage(frame, { title, viewer, main });
}

/** What the form's own page calls it. */
function buttonText(
  { keysAndTokens, members, account, appliances }: PortalTexts,
  action: KeptAction,
): string {
  const texts: Readonly<Record<KeptAction, string>> = {
    '/tokens': keysAndTokens.tokens.addButton,
    '/ssh-keys': keysAndTokens.keys.addButton,
    '/members': members.invite.button,
    '/account/profile': account.profile.button,
    '/appliances/codes': appliances.codes.addButton,
  };
  return texts[action];
}

/** What was chosen, as the form's own page calls it; what was typed, as it is. */
function valueText({ keysAndTokens, members }: PortalTexts, name: string, value: string): string {
  if (name === 'language') return isLanguage(value) ? languageNames[value] : value;
  const chosen: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    role: members.roles,
    may: keysAndTokens.tokens.uses,
  };
  return chosen[name]?.[value] ?? value;
}
