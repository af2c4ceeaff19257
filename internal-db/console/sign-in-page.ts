// The console's sign-in page.
import { renderTextField } from '#commlink/pages/components/form-field.ts';
import { html } from '#commlink/pages/html.ts';
import { renderPage } from './layout.ts';

/** The page; `next` is where to go on, `refusal` a sentence after a failed attempt. */
export function renderSignInPage(next: string, refusal: string | null): string {
  const name = renderTextField({
    name: 'name',
    label: 'Name',
    attributes: { autocomplete: 'username', required: true, maxlength: 64, autofocus: true },
  });
  const password = renderTextField({
    name: 'password',
    label: 'Password',
    type: 'password',
    attributes: { autocomplete: 'current-password', required: true, maxlength: 256 },
  });
  return renderPage({
    title: 'Sign in',
    caller: null,
    lead: 'For staff. Customers have a portal of their own.',
    notice: refusal === null ? null : { kind: 'refused', text: refusal },
    content: html`<form class="form" method="post" action="/sign-in">
      <input type="hidden" name="next" value="${next}" />
      ${name} ${password}
      <button class="primary">Sign in</button>
    </form>`,
  });
}
