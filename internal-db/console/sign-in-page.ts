// The console's sign-in page.
import { html } from '#commlink/pages/html.ts';
import { renderPage } from './layout.ts';

/** The page; `refusal` is a sentence after a failed attempt. */
export function renderSignInPage(refusal: string | null): string {
  return renderPage({
    title: 'Sign in',
    caller: null,
    notice: refusal ? { kind: 'refused', text: refusal } : null,
    content: html`<div class="card narrow">
      <form method="post" action="/sign-in">
        <label>Name <input name="name" autocomplete="username" required maxlength="64" autofocus /></label>
        <label
          >Password
          <input name="password" type="password" autocomplete="current-password" required maxlength="256" />
        </label>
        <button>Sign in</button>
      </form>
    </div>`,
  });
}
