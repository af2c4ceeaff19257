// The sign-in page.
import { html } from '#commlink/pages/html.ts';
import { formTokenField, renderPage, type PageFrame } from './layout.ts';

/** What the sign-in page shows: where to go afterwards, and why the last attempt failed. */
export interface SignInView {
  readonly formToken: string;
  readonly next: string;
  readonly username: string;
  readonly refusal: string | null;
}

/** The form. The user name is filled in again after a refusal; the password never. */
export function signInPage(frame: PageFrame, view: SignInView): string {
  const refusal = view.refusal ? html`<p class="notice bad" role="alert">${view.refusal}</p>` : null;
  const main = html`<div class="narrow">
    <h1>Sign in</h1>
    <p class="lead">Your downloads, ready when you are.</p>
    ${refusal}
    <form class="card stacked" method="post" action="/sign-in">
      ${formTokenField(view)}
      <input type="hidden" name="next" value="${view.next}" />
      <label for="username">User name</label>
      <input
        id="username"
        name="username"
        value="${view.username}"
        autocomplete="username"
        autocapitalize="none"
        spellcheck="false"
        required
        maxlength="128"
        ${view.username ? null : html` autofocus`}
      />
      <label for="password">Password</label>
      <input
        id="password"
        name="password"
        type="password"
        autocomplete="current-password"
        required
        maxlength="256"
        ${view.username ? html` autofocus` : null}
      />
      <button class="primary" type="submit">Sign in</button>
    </form>
    <p class="fine">No account, or locked out? Write to your vendor.</p>
  </div>`;
  return renderPage(frame, { title: 'Sign in', viewer: null, main });
}
