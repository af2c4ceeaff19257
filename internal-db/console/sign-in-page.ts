// The console's sign-in page.
import { renderTextField } from '#commlink/pages/components/form-field.ts';
import { html } from '#commlink/pages/html.ts';
import type { ProviderTitle } from '#commlink/methods/people-fields.ts';
import { renderPage, type PageParts } from './layout.ts';
import { formsTexts, signInTexts as texts } from './texts/console-texts.ts';
import { renderProviderButtons } from './provider-pages.ts';

/** What the page shows: where to go on, a sentence after a failed attempt, other ways to sign in. */
export interface SignInView {
  readonly next: string;
  readonly refusal: string | null;
  readonly providers: readonly ProviderTitle[];
}

/** The page. */
export function renderSignInPage(view: SignInView): string {
  const { next, providers } = view;
  const name = renderTextField({
    name: 'name',
    label: texts.name,
    attributes: { autocomplete: 'username', required: true, maxlength: 64, autofocus: true },
  });
  const password = renderTextField({
    name: 'password',
    label: texts.password,
    type: 'password',
    attributes: { autocomplete: 'current-password', required: true, maxlength: 256 },
  });
  return renderPage({
    title: texts.title,
    caller: null,
    lead: texts.lead,
    notice: noticeFor(view),
    content: html`<form class="form" method="post" action="/sign-in">
        <input type="hidden" name="next" value="${next}" />
        ${name} ${password}
        <button class="primary">${texts.button}</button>
      </form>
      ${renderProviderButtons(providers, next)}`,
  });
}

/** Who has come here by a form that was sent too late is told that nothing of it is lost. */
function noticeFor({ next, refusal }: SignInView): NonNullable<PageParts['notice']> | null {
  if (refusal !== null) return { kind: 'refused', text: refusal };
  if (!next.startsWith('/kept/')) return null;
  return { kind: 'refused', text: formsTexts.kept.overAndKept };
}
