// The sign-in page.
import { renderTextField } from '#commlink/pages/components/form-field.ts';
import { renderNotice } from '#commlink/pages/components/parts.ts';
import { html } from '#commlink/pages/html.ts';
import { formTokenField, renderPage, type PageFrame } from './layout.ts';
import { providersPart } from './people/provider-parts.ts';
import type { SignInOffers } from './sign-in-offers.ts';

/** What the sign-in page shows: where to go afterwards, and why the last attempt failed. */
export interface SignInView {
  readonly formToken: string;
  readonly next: string;
  readonly username: string;
  readonly refusal: string | null;
  readonly offers: SignInOffers;
}

/** The form. The user name is filled in again after a refusal; the password never. */
export function signInPage(frame: PageFrame, view: SignInView): string {
  const texts = frame.texts.signIn;
  const username = renderTextField({
    name: 'username',
    label: texts.username,
    value: view.username,
    attributes: {
      autocomplete: 'username',
      autocapitalize: 'none',
      spellcheck: 'false',
      required: true,
      maxlength: 128,
      autofocus: view.username === '',
    },
  });
  const password = renderTextField({
    name: 'password',
    label: texts.password,
    type: 'password',
    attributes: {
      autocomplete: 'current-password',
      required: true,
      maxlength: 256,
      autofocus: view.username !== '',
    },
  });
  const main = html`<div class="narrow">
    <h1>${texts.title}</h1>
    <p class="lead">${texts.lead}</p>
    ${view.refusal === null ? null : renderNotice('bad', view.refusal)}
    <form class="form" method="post" action="/sign-in">
      ${formTokenField(view)}
      <input type="hidden" name="next" value="${view.next}" />
      ${username} ${password}
      <button class="primary" type="submit">${texts.button}</button>
    </form>
    <form class="form" method="post" action="/sign-in/passkey">
      ${formTokenField(view)}
      <input type="hidden" name="next" value="${view.next}" />
      <button type="submit">${frame.texts.secondStep.passkeySignIn}</button>
    </form>
    ${providersPart(frame, view.offers, view.next)}
    <p><a href="/forgotten-password">${texts.forgotten}</a></p>
    <p class="fine">${texts.noAccount}</p>
  </div>`;
  return renderPage({ ...frame, formToken: view.formToken }, { title: texts.title, viewer: null, main });
}
